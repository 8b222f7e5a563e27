import { required, userReference } from "../../../catalogue/fields.ts";
import type { Operation } from "../../../catalogue/operation.ts";
import { setsProperties } from "../sets-properties.ts";
import { otherValueBack } from "../values-back.ts";

/** An operation that makes a user a member or a guest; `inverse` does the other. */
export const setsUserType = (
  userType: "Member" | "Guest",
  own: Pick<Operation, "summary"> & { readonly inverse: string },
): Operation =>
  setsProperties({
    summary: own.summary,
    fields: { user: required(userReference) },
    example: { user: "ann@contoso.com" },
    properties: ["userType"],
    set: () => ({ userType }),
    unchanged: `The user is a ${userType.toLowerCase()}.`,
    inverse: otherValueBack({ userType }, own.inverse, {
      userType: userType === "Member" ? "Guest" : "Member",
    }),
  });
