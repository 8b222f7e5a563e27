import * as v from "valibot";

import type { PlannedWrite, Properties } from "../catalogue/row.ts";
import type { PendingTarget, Target } from "../catalogue/target.ts";
import { type ObjectId, isGuid, toObjectId } from "../core/object-id.ts";
import { isRecord } from "../core/record.ts";

/**
 * A write as a shard keeps it. Its target has ids by role and no kind: `{"user": …}`,
 * `{"group": …, "member": …}`, or `{}` if the write creates the object. An id that an earlier row
 * gives is absent, and `idFromRow` names that row.
 */
const storedWrite = v.object({
  target: v.strictObject({
    user: v.optional(v.string()),
    group: v.optional(v.string()),
    member: v.optional(v.string()),
  }),
  set: v.optional(v.custom<Properties>(isRecord)),
  keys: v.array(v.string()),
  group: v.optional(v.string()),
  after: v.optional(v.array(v.number())),
  idFromRow: v.optional(v.object({ row: v.number(), role: v.picklist(["user", "member"]) })),
  foundInPlace: v.optional(v.object({ reason: v.string(), objectId: v.string() })),
  was: v.optional(v.picklist(["present", "absent"])),
  memberSeen: v.optional(v.boolean()),
  guarded: v.optional(v.record(v.string(), v.number())),
  protected: v.optional(v.string()),
  afterRestore: v.optional(v.boolean()),
  onlyIf: v.optional(v.custom<Properties>(isRecord)),
});

type StoredWrite = v.InferOutput<typeof storedWrite>;

/** The write in the form in which a shard keeps it; the order of its properties stays. */
export function storedFormOf(write: PlannedWrite): object {
  const { kind: _kind, ...ids } = write.target;
  return { ...write, target: ids };
}

/** A write out of a shard; `undefined` if it is damaged. */
export function readWrite(value: unknown): PlannedWrite | undefined {
  const read = v.safeParse(storedWrite, value);
  if (!read.success) return undefined;
  const { idFromRow, ...write } = read.output;
  if (idFromRow === undefined) {
    const target = targetIn(write.target);
    return target && { ...write, target };
  }
  const target = pendingTargetIn(write.target, idFromRow.role);
  return target && { ...write, target, idFromRow };
}

function targetIn({ user, group, member }: StoredWrite["target"]): Target | undefined {
  if (user === undefined && group === undefined && member === undefined) return { kind: "new" };
  if (user !== undefined) {
    const id = group === undefined && member === undefined ? idIn(user) : undefined;
    return id && { kind: "user", user: id };
  }
  const [groupId, memberId] = [idIn(group), idIn(member)];
  return groupId && memberId && { kind: "membership", group: groupId, member: memberId };
}

function pendingTargetIn(
  { user, group, member }: StoredWrite["target"],
  role: "user" | "member",
): PendingTarget | undefined {
  if (user !== undefined || member !== undefined) return undefined;
  if (role === "user") return group === undefined ? { kind: "pending-user" } : undefined;
  const id = idIn(group);
  return id && { kind: "pending-membership", group: id };
}

const idIn = (text: string | undefined): ObjectId | undefined =>
  text !== undefined && isGuid(text) ? toObjectId(text) : undefined;
