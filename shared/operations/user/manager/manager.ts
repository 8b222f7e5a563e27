import { selecting } from "../../../catalogue/kinds/selecting.ts";
import type { PlannedWrite, Properties } from "../../../catalogue/row.ts";
import type { Touched } from "../../../catalogue/touched.ts";
import type { GraphRead } from "../../../core/graph-request.ts";
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

/** The manager before and after a write. */
export const managerTouched = (
  { set = {} }: PlannedWrite,
  present: Properties | undefined,
): Touched => ({
  ...(present && { before: managerSet(managerIn(present) ?? null) }),
  after: set,
});

/** The read that shows a user's manager. */
export const managerLook = ({
  target,
}: {
  readonly target: { readonly user: ObjectId };
}): GraphRead => ({
  method: "GET",
  url: `/users/${target.user}${selecting(["id", "userPrincipalName", "manager"])}`,
});

/** What both operations need: Graph has no narrower permission (Graph reference, user-post-manager). */
export const managerPermissions = ["User.ReadWrite.All"];
