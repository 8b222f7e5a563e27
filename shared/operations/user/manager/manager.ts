import { selecting } from "../../../catalogue/kinds/selecting.ts";
import type { PlannedWrite, Properties, ReadyWrite } from "../../../catalogue/row.ts";
import { hasAll } from "../../../catalogue/same-value.ts";
import type { Targets } from "../../../catalogue/target.ts";
import type { Touched } from "../../../catalogue/touched.ts";
import type { GraphAnswer, GraphRead } from "../../../core/graph-request.ts";
import { isGuid, type ObjectId, toObjectId } from "../../../core/object-id.ts";
import { recordOf } from "../../../core/record.ts";

/** What a write sets: the manager, or none. A user as read has the manager in the same form. */
export const managerSet = (manager: ObjectId | null): Properties => ({
  manager: manager === null ? null : { id: manager },
});

/** The manager in such a form; `undefined` if there is none. */
export function managerIn({ manager }: Properties): ObjectId | undefined {
  const { id } = recordOf(manager);
  return typeof id === "string" && isGuid(id) ? toObjectId(id) : undefined;
}

/**
 * A write of a user's manager: to the user, or of the edge between both if an earlier row of the batch creates
 * the manager, whose id the edge then gets.
 */
type ManagerWrite = Pick<ReadyWrite<Targets["user" | "edge"]>, "target" | "set">;

/** The user whose manager a write changes. */
export const managedUser = ({ target }: ManagerWrite): ObjectId =>
  target.kind === "edge" ? target.holder : target.user;

/** What a write sets. */
export const managerOf = ({ target, set = {} }: ManagerWrite): Properties =>
  target.kind === "edge" ? managerSet(target.object) : set;

/** The manager before and after a write. */
export const managerTouched = (
  { target, set, idFromRow }: PlannedWrite,
  present: Properties | undefined,
): Touched => ({
  ...(present && { before: managerSet(managerIn(present) ?? null) }),
  after:
    target.kind === "edge"
      ? managerSet(target.object)
      : (set ?? { manager: { createdByRow: idFromRow?.row } }),
});

/** The read that shows a user's manager. */
export const managerLook = (write: ManagerWrite): GraphRead => ({
  method: "GET",
  url: `/users/${managedUser(write)}${selecting(["id", "userPrincipalName", "manager"])}`,
});

/** Whether that read shows the manager whom the write sets. */
export const isManaged = (answer: GraphAnswer, write: ManagerWrite): boolean =>
  answer.status === 200 && hasAll(recordOf(answer.body), managerOf(write));

/** What both operations need: Graph has no narrower permission (Graph reference, user-post-manager). */
export const managerPermissions = ["User.ReadWrite.All"];
