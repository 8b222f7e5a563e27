import { failedRow, unchangedRow } from "../../catalogue/decided-row.ts";
import { objectId, required } from "../../catalogue/fields.ts";
import { defineOperation } from "../../catalogue/operation.ts";
import { judgeRestore } from "../../catalogue/parts/deleting.ts";
import { isTaken } from "../../catalogue/parts/making.ts";
import { groupNameKeys } from "./group-change.ts";

const permissions = ["Group.ReadWrite.All"];

/**
 * Restores a deleted Microsoft 365 or security group, with its values, members and owners. One that was
 * deleted more than 30 days ago, or by people for good, cannot be restored. After a lost answer the row is
 * done if the group is there (Graph reference, directory-deleteditems-restore).
 */
export default defineOperation({
  summary:
    "Restores a Microsoft 365 or security group that was deleted in the last 30 days, with its members.",
  fields: { group: required(objectId) },
  example: { group: "11111111-1111-4111-8111-111111111111" },
  target: "object",
  permissions,
  lookups: ({ group: ref }) => ({
    group: { kind: "group", ref, select: ["id"] },
    deleted: {
      kind: "deleted-group",
      ref,
      select: ["id", "displayName", "mailNickname", "uniqueName"],
    },
  }),
  decide: (_payload, { group, deleted }) => {
    if (group?.state === "found") return unchangedRow("The group is not deleted.", group.id);
    if (deleted?.state !== "found") {
      return failedRow(
        "No deleted group has this id.",
        "Entra keeps a deleted Microsoft 365 or security group for 30 days, unless somebody purges it. Create the group again.",
      );
    }
    const { id, object } = deleted;
    // A create or an update that takes one of its names has to wait, or was there first.
    return {
      write: {
        target: { kind: "object", type: "group", object: id },
        keys: [`object:${id}`, ...groupNameKeys(object)],
      },
    };
  },
  touched: () => ({ before: { deleted: true }, after: { deleted: false } }),
  request: ({ target }) => ({
    method: "POST",
    url: `/directory/deletedItems/${target.object}/restore`,
    body: {},
  }),
  judge: (answer, attempt) => {
    const taken = "Another object has one of the group's names or addresses by now";
    return judgeRestore(answer, attempt, isTaken(answer) ? taken : undefined);
  },
  look: ({ target }) => ({ method: "GET", url: `/groups/${target.object}?$select=id` }),
  inPlace: (answer) => answer.status === 200,
  inverse: ({ object }) => ({ operation: "group.delete", cells: { group: object } }),
});
