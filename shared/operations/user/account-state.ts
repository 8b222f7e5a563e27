import { failedRow } from "../../catalogue/decided-row.ts";
import { required, userReference } from "../../catalogue/fields.ts";
import type { Operation } from "../../catalogue/operation.ts";
import { setsProperties } from "./sets-properties.ts";
import { otherValueBack } from "./values-back.ts";

/** An operation that enables or disables an account; `inverse` does the other. */
export const setsAccount = (
  accountEnabled: boolean,
  own: Pick<Operation, "summary"> & { readonly inverse: string },
): Operation => {
  const [verb, state] = accountEnabled ? ["Enable", "enabled"] : ["Disable", "disabled"];
  return setsProperties({
    summary: own.summary,
    fields: { user: required(userReference) },
    example: { user: "ann@contoso.com" },
    properties: ["accountEnabled"],
    set: () => ({ accountEnabled }),
    unchanged: `The account is ${state}.`,
    reads: ["onPremisesSyncEnabled"],
    refuses: ({ onPremisesSyncEnabled }) =>
      onPremisesSyncEnabled === true
        ? failedRow(
            "The user is synchronized from on-premises Active Directory.",
            `${verb} the account in Active Directory.`,
          )
        : undefined,
    inverse: otherValueBack({ accountEnabled }, own.inverse),
  });
};
