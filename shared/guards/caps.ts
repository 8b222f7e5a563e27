import { guardedKinds, isGuardedKind, type GuardedKind } from "../catalogue/guarded.ts";
import type { GuardFinding } from "../records/plan.ts";

/** The limits of one kind. */
export interface KindCaps {
  /** In one batch. */
  readonly perBatch: number;
  /** In 24 hours of a tenant. */
  readonly perDay: number;
  /** In 24 hours of a tenant, in percent of its objects; absent if they cannot be counted. */
  readonly percentPerDay?: number | undefined;
}

/** All limits that count rows. */
export interface Caps {
  readonly kinds: Readonly<Record<GuardedKind, KindCaps>>;
  readonly groups: GroupCaps;
}

/** How many of its members a group may lose in 24 hours. */
export interface GroupCaps {
  readonly percentPerDay: number;
  /** A smaller group may lose all. */
  readonly fromMembers: number;
}

/** A percentage of fewer objects than this says nothing: one of ten is ten percent. */
export const PERCENT_FROM_OBJECTS = 20;

/** The setting of a limit, such as `MAX_DELETES_PER_BATCH`. */
export const settingOf = (
  kind: GuardedKind,
  limit: "PER_BATCH" | "PER_DAY" | "PERCENT_PER_DAY",
): string => `MAX_${kind.replaceAll("-", "_").toUpperCase()}_${limit}`;

/** `1 delete`, `1,064 disables`. */
export function countOf(kind: string, count: number): string {
  const { one, many } = isGuardedKind(kind) ? guardedKinds[kind] : { one: kind, many: kind };
  return `${inWords(count)} ${count === 1 ? one : many}`;
}

/** What a guard counted and allows: `62 deletes in 24 hours, 60 allowed by MAX_DELETES_PER_DAY`. */
export function findingInWords({
  kind,
  scope,
  count,
  limit,
  setting,
}: Pick<GuardFinding, "kind" | "scope" | "count" | "limit" | "setting">): string {
  const over = { batch: "", day: " in 24 hours", group: " of one group", object: "", source: "" };
  return `${countOf(kind, count)}${over[scope] ?? ""}, ${inWords(limit)} allowed by ${setting}`;
}

/** `1,064` */
export const inWords = (count: number): string => count.toLocaleString("en");
