import { failedRow } from "../../catalogue/decided-row.ts";
import { objectId, required } from "../../catalogue/fields.ts";
import { final } from "../../catalogue/judge.ts";
import { defineOperation } from "../../catalogue/operation.ts";
import { deletedItemUrl } from "../../core/graph-request.ts";
import { recordOf } from "../../core/record.ts";

const permissions = ["User.DeleteRestore.All", "User.Read.All"];

/** What tells a deleted user from one who is there. */
const shown = "$select=id,deletedDateTime";

/**
 * Removes a deleted user for ever, who cannot be restored then. The request can only reach what is
 * deleted already: a user who was restored meanwhile stays (Graph reference, directory-deleteditems-delete).
 * After a lost answer the row is done if the user is neither among the deleted ones nor there.
 */
export default defineOperation({
  summary: "Removes a deleted user for ever. Nothing brings the user back.",
  fields: { user: required(objectId) },
  example: { user: "0b0e5c0e-1111-4222-a333-444455556666" },
  optIn: true,
  deletes: true,
  target: "user",
  permissions,
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
    return doubted
      ? { kind: "doubt", reason: "the user is not deleted any more, perhaps by this row" }
      : final({
          verdict: "failed",
          reason: "The user is not among the deleted ones any more.",
          fix: "Somebody restored or purged the user after the plan. No action needed if the user is gone; otherwise ask who restored it.",
          objectId: write.target.user,
        });
  },
  look: ({ target }) => ({
    method: "GET",
    url: `/directory/deletedItems/${target.user}?${shown}`,
  }),
  // Whoever is not deleted any more is gone for ever, or was restored.
  lookFurther: ({ target }, answer) =>
    answer.status === 404 ? { method: "GET", url: `/users/${target.user}?${shown}` } : undefined,
  inPlace: (answer, { write }) => {
    if (answer.status !== 200) return answer.status === 404;
    const { id, deletedDateTime } = recordOf(answer.body);
    return id === write.target.user && (deletedDateTime ?? null) === null
      ? {
          verdict: "failed",
          reason: "Somebody restored the user, who is there.",
          fix: "Ask who restored the user. Delete and purge them again if they shall go.",
          objectId: write.target.user,
        }
      : false;
  },
  inverse: () => ({
    why: "A user who was removed for ever cannot be brought back.",
    fix: "Create the user again; groups, licenses and mail are lost.",
  }),
});
