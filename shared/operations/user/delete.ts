import { notFound } from "../../catalogue/decided-row.ts";
import { required, userReference } from "../../catalogue/fields.ts";
import { defineOperation } from "../../catalogue/operation.ts";
import { goneAfterDelete } from "../../catalogue/parts/deleting.ts";
import { userUrl } from "../../core/graph-request.ts";
import { userWrite } from "./user-change.ts";

/** How long Entra keeps a deleted user (Graph reference, directory-deleteditems-restore). */
const RESTORABLE_DAYS = 30;

const permissions = ["User.DeleteRestore.All", "User.Read.All"];

/**
 * What is read of the user: the name is freed by the delete, so that a row that takes it has to wait. The
 * others show a person who is deleted.
 */
const facts = ["id", "userPrincipalName", "displayName", "accountEnabled"] as const;

/**
 * Deletes a user, who can be restored for 30 days. The request names the user by object id, because a
 * name can pass to another user after the plan. After a lost answer the row is done if the user is gone.
 */
export default defineOperation({
  summary: "Deletes a user; Entra keeps it restorable for 30 days.",
  fields: { user: required(userReference) },
  example: { user: "ann@contoso.com" },
  target: "user",
  permissions,
  guarded: () => ({ deletes: 1 }),
  deletes: true,
  lookups: (payload) => ({
    user: { kind: "user", ref: payload.user, select: facts },
  }),
  decide: (payload, { user }) =>
    user?.state === "found" || user?.state === "coming"
      ? { write: userWrite(payload.user, user) }
      : notFound("user", user),
  touched: (_write, present) => {
    const shown = facts.filter((name) => name !== "id" && present?.[name] !== undefined);
    const before = Object.fromEntries(shown.map((name) => [name, present?.[name]]));
    return { ...(present && { before }), after: {} };
  },
  request: ({ target }) => ({ method: "DELETE", url: userUrl(target.user) }),
  judge: goneAfterDelete,
  look: ({ target }) => ({
    method: "GET",
    url: `/users/${target.user}?$select=${facts.join(",")}`,
  }),
  inPlace: (answer) => answer.status === 404,
  inverse: ({ object, daysAgo }) =>
    daysAgo < RESTORABLE_DAYS
      ? { operation: "user.restore", cells: { user: object } }
      : {
          why: `The user was deleted ${daysAgo} days ago, and Entra keeps deleted users for ${RESTORABLE_DAYS}.`,
          fix: "Create the user again.",
        },
});
