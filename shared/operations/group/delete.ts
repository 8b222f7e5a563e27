import { notFound } from "../../catalogue/decided-row.ts";
import { groupReference, required } from "../../catalogue/fields.ts";
import { defineOperation } from "../../catalogue/operation.ts";
import { goneAfterDelete } from "../../catalogue/parts/deleting.ts";
import { groupUrl } from "../../core/graph-request.ts";
import { groupFacts, whyClosed } from "./closed-group.ts";
import { groupNameKeys, groupWrite } from "./group-change.ts";

/** How long Entra keeps a deleted group (Graph reference, group-delete). */
const RESTORABLE_DAYS = 30;

const permissions = ["Group.ReadWrite.All"];

/** What is read of the group: its names are freed by the delete, and show a person what is deleted. */
const names = ["displayName", "mailNickname", "uniqueName"] as const;
const facts = [...groupFacts, ...names];

/**
 * Deletes a Microsoft 365 or security group, which can be restored for 30 days with its members (Graph
 * reference, group-delete: older copies of that page say so of Microsoft 365 groups only). A distribution
 * list or mail-enabled security group would be gone at once, so no row deletes one. After a lost answer the
 * row is done if the group is gone.
 */
export default defineOperation({
  summary: "Deletes a Microsoft 365 or security group; Entra keeps it restorable for 30 days.",
  fields: { group: required(groupReference) },
  example: { group: "Project Phoenix" },
  target: "object",
  permissions,
  guarded: () => ({ "group-deletes": 1 }),
  deletes: true,
  lookups: (payload) => ({ group: { kind: "group", ref: payload.group, select: facts } }),
  decide: (_payload, { group }) => {
    if (group?.state !== "found" && group?.state !== "coming") return notFound("group", group);
    if (group.state === "coming") return { write: groupWrite(group) };
    const closed = whyClosed(group.object, "group");
    if (closed) return closed;
    const write = groupWrite(group);
    return { write: { ...write, keys: [...write.keys, ...groupNameKeys(group.object)] } };
  },
  touched: (_write, present) => {
    const shown = facts.filter((name) => name !== "id" && (present?.[name] ?? undefined));
    const before = Object.fromEntries(shown.map((name) => [name, present?.[name]]));
    return { ...(present && { before }), after: {} };
  },
  request: ({ target }) => ({ method: "DELETE", url: groupUrl(target.object) }),
  judge: goneAfterDelete,
  look: ({ target }) => ({
    method: "GET",
    url: `/groups/${target.object}?$select=${facts.join(",")}`,
  }),
  inPlace: (answer) => answer.status === 404,
  inverse: ({ object, daysAgo }) =>
    daysAgo < RESTORABLE_DAYS
      ? { operation: "group.restore", cells: { group: object } }
      : {
          why: `The group was deleted ${daysAgo} days ago, and Entra keeps deleted groups for ${RESTORABLE_DAYS}.`,
          fix: "Create the group again, and add its members.",
        },
});
