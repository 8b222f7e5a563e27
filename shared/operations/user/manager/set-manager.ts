import { failedRow, notFound, unchangedRow } from "../../../catalogue/decided-row.ts";
import { required, userReference } from "../../../catalogue/fields.ts";
import { defineOperation } from "../../../catalogue/operation.ts";
import { hasAll } from "../../../catalogue/same-value.ts";
import { recordOf } from "../../../core/record.ts";
import { notReplicatedYet, userWrite } from "../user-change.ts";
import { changedNothing, lacksBefore } from "../values-back.ts";
import {
  managerIn,
  managerLook,
  managerPermissions,
  managerSet,
  managerTouched,
} from "./manager.ts";

/**
 * Gives a user a manager, instead of the one before. The same PUT twice has one effect, so a look after a
 * lost answer compares the manager.
 */
export default defineOperation({
  summary: "Gives a user a manager, instead of the one before.",
  fields: { user: required(userReference), manager: required(userReference) },
  example: { user: "ann@contoso.com", manager: "bo@contoso.com" },
  target: "user",
  permissions: () => managerPermissions,
  allPermissions: managerPermissions,
  guarded: () => ({}),
  lookups: (payload) => ({
    user: { kind: "user", ref: payload.user, select: ["id", "manager"] },
    manager: { kind: "user", ref: payload.manager, select: ["id"] },
  }),
  decide: (payload, { user, manager }) => {
    if (user?.state !== "found" && user?.state !== "coming") return notFound("user", user);
    if (manager?.state === "coming") {
      return failedRow(
        `Row ${manager.row} of this batch creates the manager, whose id is not known yet.`,
        "Send the row in a later batch, once the manager has been created.",
      );
    }
    if (manager?.state !== "found") return notFound("manager", manager);
    const set = managerSet(manager.id);
    if (user.state === "found" && user.id === manager.id) {
      return failedRow("Nobody can be their own manager.", "Name another user in column manager.");
    }
    return user.state === "found" && hasAll(user.object, set)
      ? unchangedRow("The user has this manager.", user.id)
      : { write: userWrite(payload.user, user, set) };
  },
  touched: managerTouched,
  request: ({ target, set = {} }, { graphRoot }) => ({
    method: "PUT",
    url: `/users/${target.user}/manager/$ref`,
    body: { "@odata.id": `${graphRoot}/users/${managerIn(set)}` },
  }),
  judge: notReplicatedYet,
  look: managerLook,
  inPlace: (answer, { write }) =>
    answer.status === 200 && write.set !== undefined && hasAll(recordOf(answer.body), write.set),
  inverse: ({ object, set, before }) => {
    if (before === undefined) return lacksBefore;
    if (hasAll(before, set)) return changedNothing;
    const manager = managerIn(before);
    return manager === undefined
      ? { operation: "user.remove-manager", cells: { user: object }, onlyIf: set }
      : { operation: "user.set-manager", cells: { user: object, manager }, onlyIf: set };
  },
});
