import { failedRow, notFound } from "../../../catalogue/decided-row.ts";
import { required, userReference } from "../../../catalogue/fields.ts";
import { defineOperation } from "../../../catalogue/operation.ts";
import { userWrite } from "../user-change.ts";

const permissions = ["User-PasswordProfile.ReadWrite.All", "User.Read.All"];

/**
 * Gives a user a random password that must be changed at the next sign-in. Whether a password is in place
 * cannot be seen: after a lost answer the row is sent again, with the password that then counts. A
 * protected user's password is never reset.
 */
export default defineOperation({
  summary: "Gives a user a random password that must be changed at the next sign-in.",
  fields: { user: required(userReference) },
  example: { user: "ann@contoso.com" },
  optIn: true,
  sparesProtected: true,
  target: "user",
  permissions,
  guarded: () => ({ "session-revocations": 1 }),
  lookups: ({ user: ref }) => ({
    user: { kind: "user", ref, select: ["id", "onPremisesSyncEnabled"] },
  }),
  decide: (payload, { user }) => {
    if (user?.state === "coming") {
      return failedRow(
        `Row ${user.row} of this batch creates the user, with a new password.`,
        "Leave the row out.",
      );
    }
    if (user?.state !== "found") return notFound("user", user);
    return user.object["onPremisesSyncEnabled"] === true
      ? failedRow(
          "The user is synchronized from on-premises Active Directory.",
          "Reset the password in Active Directory.",
        )
      : { write: userWrite(payload.user, user) };
  },
  touched: () => ({ before: {}, after: { password: "reset" } }),
  request: ({ target }, { password }) => ({
    method: "PATCH",
    url: `/users/${target.user}`,
    body: { passwordProfile: { password: password(), forceChangePasswordNextSignIn: true } },
  }),
  look: ({ target }) => ({ method: "GET", url: `/users/${target.user}?$select=id` }),
  inPlace: () => false,
  password: {},
  inverse: () => ({
    why: "The password before is not known to anybody but the user.",
    fix: "No action needed: the user chooses a new one at the next sign-in.",
  }),
});
