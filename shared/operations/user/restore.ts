import { failedRow, unchangedRow } from "../../catalogue/decided-row.ts";
import { objectId, required } from "../../catalogue/fields.ts";
import { defineOperation } from "../../catalogue/operation.ts";
import { judgeRestore } from "../../catalogue/parts/deleting.ts";

const permissions = ["User.DeleteRestore.All", "User.Read.All"];

/** Entra puts a deleted user's id, without hyphens, before its name. */
const nameBefore = (id: string, name: unknown): string | undefined =>
  typeof name === "string" ? name.toLowerCase().replace(id.replaceAll("-", ""), "") : undefined;

/**
 * Restores a deleted user, with the name, the values and the memberships that it had. A user who was
 * purged, or deleted more than 30 days ago, cannot be restored. After a lost answer the row is done if the
 * user is there (Graph reference, directory-deleteditems-restore).
 */
export default defineOperation({
  summary: "Restores a user who was deleted in the last 30 days.",
  fields: { user: required(objectId) },
  example: { user: "0b0e5c0e-1111-4222-a333-444455556666" },
  target: "user",
  permissions,
  lookups: ({ user: ref }) => ({
    user: { kind: "user", ref, select: ["id"] },
    deleted: { kind: "deleted-user", ref, select: ["id", "userPrincipalName"] },
  }),
  decide: (_payload, { user, deleted }) => {
    if (user?.state === "found") return unchangedRow("The user is not deleted.", user.id);
    if (deleted?.state !== "found") {
      return failedRow(
        "No deleted user has this id.",
        "Entra keeps a deleted user for 30 days, unless somebody purges it. Create the user again.",
      );
    }
    const { id, object } = deleted;
    // A create or a rename that takes the name has to wait, or was there first.
    const name = nameBefore(id, object["userPrincipalName"]);
    const names = name === undefined ? [] : [`upn:${name}`];
    return { write: { target: { kind: "user", user: id }, keys: [`object:${id}`, ...names] } };
  },
  touched: () => ({ before: { deleted: true }, after: { deleted: false } }),
  request: ({ target }) => ({
    method: "POST",
    url: `/directory/deletedItems/${target.user}/restore`,
    body: {},
  }),
  judge: (answer, attempt) => {
    const { code } = answer.error ?? {};
    const isTaken =
      (answer.status === 409 && code !== "Directory_ConcurrencyViolation") ||
      code === "Request_MultipleObjectsWithSameKeyValue";
    const taken = "Another object has the user's name or one of its addresses by now";
    return judgeRestore(answer, attempt, isTaken ? taken : undefined);
  },
  look: ({ target }) => ({ method: "GET", url: `/users/${target.user}?$select=id` }),
  inPlace: (answer) => answer.status === 200,
  inverse: ({ object }) => ({ operation: "user.delete", cells: { user: object } }),
});
