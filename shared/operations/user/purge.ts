import { failedRow } from "../../catalogue/decided-row.ts";
import { objectId, required } from "../../catalogue/fields.ts";
import { final } from "../../catalogue/judge.ts";
import { defineOperation } from "../../catalogue/operation.ts";
import { deletedItemUrl } from "../../core/graph-request.ts";

const permissions = ["User.DeleteRestore.All", "User.Read.All"];

/**
 * Removes a deleted user for ever, who cannot be restored then. The request can only reach what is
 * deleted already: a user who was restored meanwhile stays (Graph reference, directory-deleteditems-delete).
 */
export default defineOperation({
  summary: "Removes a deleted user for ever. Nothing brings the user back.",
  fields: { user: required(objectId) },
  example: { user: "0b0e5c0e-1111-4222-a333-444455556666" },
  optIn: true,
  deletes: true,
  target: "user",
  permissions: () => permissions,
  allPermissions: permissions,
  guarded: () => ({ deletes: 1 }),
  lookups: ({ user: ref }) => ({
    user: { kind: "user", ref, select: ["id"] },
    deleted: { kind: "deleted-user", ref, select: ["id"] },
  }),
  decide: (_payload, { user, deleted }) => {
    if (user?.state === "found" || user?.state === "coming") {
      return failedRow(
        "The user is not deleted, and only a deleted user is removed for ever.",
        "Delete the user with user.delete first, in a batch of its own.",
      );
    }
    return deleted?.state === "found"
      ? { write: { target: { kind: "user", user: deleted.id }, keys: [`object:${deleted.id}`] } }
      : failedRow(
          "No deleted user has this id.",
          "No action needed if the user was purged before; otherwise check the id.",
        );
  },
  touched: () => ({ before: { deleted: true }, after: { purged: true } }),
  request: ({ target }) => ({ method: "DELETE", url: deletedItemUrl(target.user) }),
  judge: (answer, { doubted, write }) => {
    if (answer.status !== 404) return undefined;
    const { user: id } = write.target;
    return final(
      doubted
        ? {
            verdict: "done",
            reason: "The answer was lost; the user is not among the deleted ones any more.",
            objectId: id,
          }
        : {
            verdict: "failed",
            reason: "The user is not among the deleted ones any more.",
            fix: "Somebody restored or purged the user after the plan. No action needed if the user is gone; otherwise ask who restored it.",
            objectId: id,
          },
    );
  },
  look: ({ target }) => ({
    method: "GET",
    url: `/directory/deletedItems/${target.user}?$select=id`,
  }),
  inPlace: (answer) => answer.status === 404,
  inverse: () => ({
    why: "A user who was removed for ever cannot be brought back.",
    fix: "Create the user again; groups, licenses and mail are lost.",
  }),
});
