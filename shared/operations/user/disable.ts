import { failedRow, notFound, unchangedRow } from "../../catalogue/decided-row.ts";
import { required, userReference } from "../../catalogue/fields.ts";
import { defineOperation } from "../../catalogue/operation.ts";
import { recordOf } from "../../core/record.ts";
import { notReplicatedYet, userWrite } from "./user-change.ts";

const permissions = ["User.EnableDisableAccount.All", "User.Read.All"];

/** Blocks sign-in of a user. Setting `accountEnabled` again has no further effect. */
export default defineOperation({
  summary: "Blocks sign-in of a user.",
  fields: { user: required(userReference) },
  target: "user",
  permissions: () => permissions,
  allPermissions: permissions,
  guarded: () => ({ disables: 1 }),
  lookups: (payload) => ({
    user: {
      kind: "user",
      ref: payload.user,
      select: ["id", "accountEnabled", "onPremisesSyncEnabled"],
    },
  }),
  decide: (payload, { user }) => {
    if (user?.state !== "found" && user?.state !== "coming") return notFound("user", user);
    if (user.state === "found" && user.object["accountEnabled"] === false) {
      return unchangedRow("The account is disabled.", user.id);
    }
    if (user.state === "found" && user.object["onPremisesSyncEnabled"] === true) {
      return failedRow(
        "The user is synchronised from on-premises Active Directory.",
        "Disable the account in Active Directory.",
      );
    }
    return { write: userWrite(payload.user, user, { accountEnabled: false }) };
  },
  request: ({ target }) => ({
    method: "PATCH",
    url: `/users/${target.user}`,
    body: { accountEnabled: false },
  }),
  judge: notReplicatedYet,
  look: ({ target }) => ({ method: "GET", url: `/users/${target.user}?$select=id,accountEnabled` }),
  inPlace: (answer) => answer.status === 200 && recordOf(answer.body)["accountEnabled"] === false,
});
