import { failedRow, notFound, unchangedRow } from "../../catalogue/decided-row.ts";
import { required, userReference } from "../../catalogue/fields.ts";
import { type Operation, defineOperation } from "../../catalogue/operation.ts";
import { touchedBy } from "../../catalogue/touched.ts";
import { recordOf } from "../../core/record.ts";
import { notReplicatedYet, userWrite } from "./user-change.ts";
import { changedNothing, lacksBefore } from "./values-back.ts";

const permissions = ["User.EnableDisableAccount.All", "User.Read.All"];

/** An operation that enables or disables an account; `inverse` does the other. */
export const setsAccount = (
  accountEnabled: boolean,
  own: Pick<Operation, "summary" | "guarded"> & { readonly inverse: string },
): Operation => {
  const [verb, state] = accountEnabled ? ["Enable", "enabled"] : ["Disable", "disabled"];
  return defineOperation({
    summary: own.summary,
    fields: { user: required(userReference) },
    example: { user: "ann@contoso.com" },
    target: "user",
    permissions: () => permissions,
    allPermissions: permissions,
    guarded: own.guarded,
    lookups: (payload) => ({
      user: {
        kind: "user",
        ref: payload.user,
        select: ["id", "accountEnabled", "onPremisesSyncEnabled"],
      },
    }),
    decide: (payload, { user }) => {
      if (user?.state !== "found" && user?.state !== "coming") return notFound("user", user);
      if (user.state === "found" && user.object["accountEnabled"] === accountEnabled) {
        return unchangedRow(`The account is ${state}.`, user.id);
      }
      if (user.state === "found" && user.object["onPremisesSyncEnabled"] === true) {
        return failedRow(
          "The user is synchronised from on-premises Active Directory.",
          `${verb} the account in Active Directory.`,
        );
      }
      return { write: userWrite(payload.user, user, { accountEnabled }) };
    },
    touched: ({ set = {} }, present) => touchedBy(set, present),
    request: ({ target }) => ({
      method: "PATCH",
      url: `/users/${target.user}`,
      body: { accountEnabled },
    }),
    judge: notReplicatedYet,
    look: ({ target }) => ({
      method: "GET",
      url: `/users/${target.user}?$select=id,userPrincipalName,accountEnabled`,
    }),
    inPlace: (answer) =>
      answer.status === 200 && recordOf(answer.body)["accountEnabled"] === accountEnabled,
    inverse: ({ object, before }) => {
      if (before === undefined) return lacksBefore;
      if (before["accountEnabled"] === accountEnabled) return changedNothing;
      return { operation: own.inverse, cells: { user: object }, onlyIf: { accountEnabled } };
    },
  });
};
