import type { ObjectId } from "../core/object-id.ts";
import {
  type EdgeType,
  type ObjectType,
  edgeTypes,
  isObjectType,
  objectTypes,
} from "./kinds/target-types.ts";

/** What a write can be about, by kind. Objects are named by id, because a name can pass to another. */
export interface Targets {
  readonly user: { readonly kind: "user"; readonly user: ObjectId };
  readonly membership: {
    readonly kind: "membership";
    readonly group: ObjectId;
    readonly member: ObjectId;
  };
  /** An object of another type than user. */
  readonly object: {
    readonly kind: "object";
    readonly type: ObjectType;
    readonly object: ObjectId;
  };
  /** What one object holds of another, such as its owner; a membership of a group is a kind of its own. */
  readonly edge: {
    readonly kind: "edge";
    readonly type: EdgeType;
    readonly holder: ObjectId;
    readonly object: ObjectId;
  };
  /** An object that the write itself creates; a user if no type is given. */
  readonly new: { readonly kind: "new"; readonly type?: ObjectType | undefined };
}

/** The same while an id is missing, because an earlier row of the batch creates the object. */
export interface PendingTargets {
  readonly user: { readonly kind: "pending-user" };
  readonly membership: {
    readonly kind: "pending-membership";
    readonly group?: ObjectId | undefined;
    readonly member?: ObjectId | undefined;
  };
  readonly object: { readonly kind: "pending-object"; readonly type: ObjectType };
  readonly edge: {
    readonly kind: "pending-edge";
    readonly type: EdgeType;
    readonly holder?: ObjectId | undefined;
    readonly object?: ObjectId | undefined;
  };
  readonly new: never;
}

/** The kinds of target. */
export type TargetKind = keyof Targets;
/** What a write is about, with every id known. */
export type Target = Targets[TargetKind];
/** What a write is about, with an id still missing. */
export type PendingTarget = PendingTargets[TargetKind];
type AnyTarget = Target | PendingTarget;

/** The ids of objects that earlier rows created: of what the row is about, and of what holds that. */
export interface CreatedIds {
  readonly subject?: ObjectId | undefined;
  readonly holder?: ObjectId | undefined;
}

/** Whether the target still lacks an id. */
export const isPendingTarget = (target: AnyTarget): target is PendingTarget =>
  target.kind.startsWith("pending-");

/** The target once the missing ids are known. @throws TypeError if one of them is not among `ids` */
export function completeTarget(target: PendingTarget, ids: CreatedIds): Target {
  switch (target.kind) {
    case "pending-user":
      return { kind: "user", user: known(ids.subject) };
    case "pending-object":
      return { kind: "object", type: target.type, object: known(ids.subject) };
    case "pending-membership":
      return {
        kind: "membership",
        group: known(target.group ?? ids.holder),
        member: known(target.member ?? ids.subject),
      };
    case "pending-edge":
      return {
        kind: "edge",
        type: target.type,
        holder: known(target.holder ?? ids.holder),
        object: known(target.object ?? ids.subject),
      };
  }
}

function known(id: ObjectId | undefined): ObjectId {
  if (id === undefined) throw new TypeError("an id that an earlier row gives is missing");
  return id;
}

/** The object that the row is about, if its id is known: the user, or the member of the group. */
export function subjectOf(target: AnyTarget): ObjectId | undefined {
  if (target.kind === "user") return target.user;
  if (target.kind === "membership" || target.kind === "pending-membership") return target.member;
  return "object" in target ? target.object : undefined;
}

/** The group of a membership, or what holds another edge, if its id is known. */
export function holderOf(target: AnyTarget): ObjectId | undefined {
  if ("group" in target) return target.group;
  return "holder" in target ? target.holder : undefined;
}

/** Whether the write changes an edge and only names the objects at its ends. */
export const isEdge = ({ kind }: AnyTarget): boolean =>
  kind === "membership" ||
  kind === "pending-membership" ||
  kind === "edge" ||
  kind === "pending-edge";

/** Whether the edge replaces another that its holder had, such as a manager. */
export const isOnlyEdge = (target: AnyTarget): boolean =>
  (target.kind === "edge" || target.kind === "pending-edge") && edgeTypes[target.type].isOnly;

/** Whether the edge decides who may change the object that it names. */
export const isPowerEdge = (target: AnyTarget): boolean =>
  (target.kind === "edge" || target.kind === "pending-edge") && edgeTypes[target.type].isPower;

/** The object whose properties or edges the write changes; none if it creates the object, or another row does. */
export const changedBy = (target: AnyTarget): ObjectId | undefined =>
  isEdge(target) ? holderOf(target) : subjectOf(target);

/** What people call the object that the write changes. */
export function nounOf(target: AnyTarget): string {
  if (target.kind === "membership" || target.kind === "pending-membership") return "group";
  const type = "type" in target ? target.type : undefined;
  if (type === undefined) return "user";
  return isObjectType(type) ? objectTypes[type].noun : edgeTypes[type].holder.noun;
}

/** The column that names what the row is about. */
export function subjectColumn(target: AnyTarget): string {
  if (target.kind === "membership" || target.kind === "pending-membership") return "member";
  const type = "type" in target ? target.type : undefined;
  if (type === undefined) return "user";
  return isObjectType(type) ? objectTypes[type].column : edgeTypes[type].object.column;
}

/** The column that names what holds the edge. */
export function holderColumn(target: AnyTarget): string | undefined {
  if (target.kind === "membership" || target.kind === "pending-membership") return "group";
  return target.kind === "edge" || target.kind === "pending-edge"
    ? edgeTypes[target.type].holder.column
    : undefined;
}

/** The columns that name what the target is, the holder of an edge first. */
export function columnsOf(target: AnyTarget): readonly string[] {
  if (target.kind === "new") return [];
  const holder = holderColumn(target);
  return [...(holder === undefined ? [] : [holder]), subjectColumn(target)];
}

/** The column that names the object which the write changes. */
export const changedColumn = (target: AnyTarget): string =>
  holderColumn(target) ?? subjectColumn(target);

/** The key that excludes other writes to the same edge; `undefined` if the target is none. */
export function edgeKey(target: Target): string | undefined {
  if (target.kind === "membership") return `edge:${target.group}/${target.member}`;
  if (target.kind !== "edge") return undefined;
  const { type, holder, object } = target;
  return edgeTypes[type].isOnly ? `edge:${type}:${holder}` : `edge:${type}:${holder}/${object}`;
}
