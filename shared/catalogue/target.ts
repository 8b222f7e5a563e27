import type { ObjectId } from "../core/object-id.ts";

/** What a write can be about, by kind. Objects are named by id, because a name can pass to another. */
export interface Targets {
  readonly user: { readonly kind: "user"; readonly user: ObjectId };
  readonly membership: {
    readonly kind: "membership";
    readonly group: ObjectId;
    readonly member: ObjectId;
  };
  /** An object that the write itself creates. */
  readonly new: { readonly kind: "new" };
}

/** The same while one id is missing: that of a user whom an earlier row of the batch creates. */
export interface PendingTargets {
  readonly user: { readonly kind: "pending-user" };
  readonly membership: { readonly kind: "pending-membership"; readonly group: ObjectId };
  readonly new: never;
}

/** The kinds of target. */
export type TargetKind = keyof Targets;
/** What a write is about, with every id known. */
export type Target = Targets[TargetKind];
/** What a write is about, with one id still missing. */
export type PendingTarget = PendingTargets[TargetKind];

/** The target once the missing id is known. */
export const completeTarget = (target: PendingTarget, created: ObjectId): Target =>
  target.kind === "pending-user"
    ? { kind: "user", user: created }
    : { kind: "membership", group: target.group, member: created };

/** The object that the row is about, if its id is known: the user, or the member of the group. */
export function subjectOf(target: Target | PendingTarget): ObjectId | undefined {
  if (target.kind === "user") return target.user;
  return target.kind === "membership" ? target.member : undefined;
}

/** The columns that name what the target is. */
export function columnsOf({ kind }: Target | PendingTarget): readonly string[] {
  if (kind === "new") return [];
  return kind === "user" || kind === "pending-user" ? ["user"] : ["group", "member"];
}
