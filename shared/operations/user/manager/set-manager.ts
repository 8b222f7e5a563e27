import { failedRow, notFound, unchangedRow } from "../../../catalogue/decided-row.ts";
import { required, userReference } from "../../../catalogue/fields.ts";
import { defineOperation } from "../../../catalogue/operation.ts";
import { type End, edgeWrite } from "../../../catalogue/parts/edge.ts";
import { hasAll } from "../../../catalogue/same-value.ts";
import { userWrite } from "../user-change.ts";
import { changedNothing, lacksBefore } from "../values-back.ts";
import {
  isManaged,
  managedUser,
  managerIn,
  managerLook,
  managerOf,
  managerPermissions,
  managerSet,
  managerTouched,
} from "./manager.ts";

/**
 * Gives a user a manager, instead of the one before. The same PUT twice has one effect, so a look after a
 * lost answer compares the manager. The manager may be a user whom an earlier row of the batch creates.
 */
export default defineOperation({
  summary: "Gives a user a manager, instead of the one before.",
  fields: { user: required(userReference), manager: required(userReference) },
  example: { user: "ann@contoso.com", manager: "bo@contoso.com" },
  target: ["user", "edge"],
  permissions: managerPermissions,
  lookups: (payload) => ({
    user: { kind: "user", ref: payload.user, select: ["id", "manager"] },
    manager: { kind: "user", ref: payload.manager, select: ["id"] },
  }),
  decide: (payload, { user, manager }) => {
    if (user?.state !== "found" && user?.state !== "coming") return notFound("user", user);
    if (manager?.state !== "found" && manager?.state !== "coming") {
      return notFound("manager", manager);
    }
    if (isSameUser(user, manager)) {
      return failedRow("Nobody can be their own manager.", "Name another user in column manager.");
    }
    if (manager.state === "coming") {
      // It changes the user as any other row of this operation does, so that they go in the order of the file.
      const { keys } = userWrite(payload.user, user);
      return { write: { ...edgeWrite("manager", user, manager), keys } };
    }
    const set = managerSet(manager.id);
    return user.state === "found" && hasAll(user.object, set)
      ? unchangedRow("The user has this manager.", user.id)
      : { write: userWrite(payload.user, user, set) };
  },
  touched: managerTouched,
  request: (write, { graphRoot }) => ({
    method: "PUT",
    url: `/users/${managedUser(write)}/manager/$ref`,
    body: { "@odata.id": `${graphRoot}/users/${managerIn(managerOf(write))}` },
  }),
  look: managerLook,
  inPlace: (answer, { write }) => isManaged(answer, write),
  inverse: ({ object, holder, set: written, before }) => {
    if (before === undefined) return lacksBefore;
    const [user, set] = holder ? [holder, managerSet(object)] : [object, written];
    if (hasAll(before, set)) return changedNothing;
    const manager = managerIn(before);
    return manager === undefined
      ? { operation: "user.remove-manager", cells: { user }, onlyIf: set }
      : { operation: "user.set-manager", cells: { user, manager }, onlyIf: set };
  },
});

/** Whether both are the same user, who is there or whom the same earlier row creates. */
const isSameUser = (one: End, other: End): boolean =>
  one.state === "found"
    ? other.state === "found" && one.id === other.id
    : other.state === "coming" && one.row === other.row;
