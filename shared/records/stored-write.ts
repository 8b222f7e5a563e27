import * as v from "valibot";

import { type EdgeType, isEdgeType, isObjectType } from "../catalogue/kinds/target-types.ts";
import type { PlannedWrite, Properties } from "../catalogue/row.ts";
import type { PendingTarget, Target } from "../catalogue/target.ts";
import { type ObjectId, isGuid, toObjectId } from "../core/object-id.ts";
import { isRecord } from "../core/record.ts";

const id = v.pipe(
  v.string(),
  v.check(isGuid),
  v.transform((text): ObjectId => toObjectId(text)),
);

/**
 * A write as a shard keeps it. Its target has ids by role and no kind: `{"user": …}`,
 * `{"group": …, "member": …}`, or `{}` if the write creates a user. Of another type than these it has that
 * type: `{"type": …, "object": …}`, `{"type": …, "holder": …, "object": …}` for an edge, or `{"type": …}` if
 * the write creates the object. An id that an earlier row gives is absent, and `idFromRow` or `holderFromRow`
 * names that row.
 */
const storedWrite = v.object({
  target: v.strictObject({
    user: v.optional(id),
    group: v.optional(id),
    member: v.optional(id),
    type: v.optional(v.string()),
    holder: v.optional(id),
    object: v.optional(id),
  }),
  set: v.optional(v.custom<Properties>(isRecord)),
  keys: v.array(v.string()),
  group: v.optional(v.string()),
  after: v.optional(v.array(v.number())),
  needs: v.optional(v.array(v.number())),
  stage: v.optional(v.number()),
  behind: v.optional(v.number()),
  idFromRow: v.optional(
    v.object({ row: v.number(), role: v.picklist(["user", "member", "object"]) }),
  ),
  holderFromRow: v.optional(v.number()),
  foundInPlace: v.optional(v.object({ reason: v.string(), objectId: v.string() })),
  was: v.optional(v.picklist(["present", "absent"])),
  memberSeen: v.optional(v.boolean()),
  guarded: v.optional(v.record(v.string(), v.number())),
  protected: v.optional(v.string()),
  afterRestore: v.optional(v.boolean()),
  onlyIf: v.optional(v.custom<Properties>(isRecord)),
  seats: v.optional(v.record(v.string(), v.object({ by: v.picklist([1, -1]), free: v.number() }))),
});

type StoredWrite = v.InferOutput<typeof storedWrite>;
type StoredTarget = StoredWrite["target"];
type FromRows = Pick<StoredWrite, "idFromRow" | "holderFromRow">;

/** The write in the form in which a shard keeps it; the order of its properties stays. */
export function storedFormOf(write: PlannedWrite): object {
  const { kind: _kind, ...ids } = write.target;
  return { ...write, target: ids };
}

/** A write out of a shard; `undefined` if it is damaged. */
export function readWrite(value: unknown): PlannedWrite | undefined {
  const read = v.safeParse(storedWrite, value);
  if (!read.success) return undefined;
  const { target: stored, idFromRow, holderFromRow, ...write } = read.output;
  const from = {
    ...(idFromRow && { idFromRow }),
    ...(holderFromRow !== undefined && { holderFromRow }),
  };
  const target = stored.type === undefined ? plainTarget(stored, from) : typedTarget(stored, from);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a pending target has one of `from`
  return target && ({ ...write, ...from, target } as PlannedWrite);
}

/** A user, a membership, or a user to be created. */
function plainTarget(ids: StoredTarget, from: FromRows): Target | PendingTarget | undefined {
  const { user, group, member, holder, object } = ids;
  const { idFromRow, holderFromRow } = from;
  if (holder !== undefined || object !== undefined) return undefined;
  const isMembership = [group, member, holderFromRow].some((each) => each !== undefined);
  if (isMembership || idFromRow?.role === "member") {
    return user === undefined && isWhole(member, idFromRow, "member") && isHeld(group, from)
      ? membershipOf(group, member)
      : undefined;
  }
  if (idFromRow !== undefined) {
    return user === undefined && idFromRow.role === "user" ? { kind: "pending-user" } : undefined;
  }
  return user === undefined ? { kind: "new" } : { kind: "user", user };
}

const membershipOf = (
  group: ObjectId | undefined,
  member: ObjectId | undefined,
): Target | PendingTarget =>
  group === undefined || member === undefined
    ? {
        kind: "pending-membership",
        ...(group !== undefined && { group }),
        ...(member !== undefined && { member }),
      }
    : { kind: "membership", group, member };

/** An object of another type, one to be created, or an edge. */
function typedTarget(ids: StoredTarget, from: FromRows): Target | PendingTarget | undefined {
  const { user, group, member, type = "", holder, object } = ids;
  if (user !== undefined || group !== undefined || member !== undefined) return undefined;
  if (isEdgeType(type)) {
    const isKnown = isWhole(object, from.idFromRow, "object") && isHeld(holder, from);
    return isKnown ? edgeOf(type, holder, object) : undefined;
  }
  if (!isObjectType(type) || holder !== undefined || from.holderFromRow !== undefined) {
    return undefined;
  }
  if (object === undefined && from.idFromRow === undefined) return { kind: "new", type };
  if (!isWhole(object, from.idFromRow, "object")) return undefined;
  return object === undefined ? { kind: "pending-object", type } : { kind: "object", type, object };
}

const edgeOf = (
  type: EdgeType,
  holder: ObjectId | undefined,
  object: ObjectId | undefined,
): Target | PendingTarget =>
  holder === undefined || object === undefined
    ? {
        kind: "pending-edge",
        type,
        ...(holder !== undefined && { holder }),
        ...(object !== undefined && { object }),
      }
    : { kind: "edge", type, holder, object };

/** Whether either the id of what the row is about is known, or the row that gives it. */
const isWhole = (
  subject: ObjectId | undefined,
  fromRow: FromRows["idFromRow"],
  role: "member" | "object",
): boolean => (subject === undefined ? fromRow?.role === role : fromRow === undefined);

const isHeld = (holder: ObjectId | undefined, { holderFromRow }: FromRows): boolean =>
  (holder === undefined) === (holderFromRow !== undefined);
