import type { GroupCounts } from "../../records/plan.ts";

/** Groups that are named in a plan and in the ledger; of others only the most that one of them lost is kept. */
export const GROUPS_NAMED = 1_000;

/** So many groups are counted at a time while a plan is made: what bounds the memory. */
const GROUPS_COUNTED = 20_000;

/** Counts the memberships that are removed from each group, with bounded memory and never too few. */
export function createGroupCounts(): {
  add(group: string, count: number): void;
  value(): GroupCounts;
} {
  let groups = new Map<string, number>();
  let others = 0;
  const keep = (most: number): void => {
    const sorted = [...groups].toSorted(([, a], [, b]) => b - a);
    others = Math.max(others, sorted[most]?.[1] ?? 0);
    groups = new Map(sorted.slice(0, most));
  };
  return {
    add: (group, count) => {
      // A group that was dropped may have lost as many as any other.
      groups.set(group, (groups.get(group) ?? others) + count);
      if (groups.size >= 2 * GROUPS_COUNTED) keep(GROUPS_COUNTED);
    },
    value: () => {
      const sorted = [...groups].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
      return {
        byGroup: Object.fromEntries(sorted.slice(0, GROUPS_NAMED)),
        others: Math.max(others, sorted[GROUPS_NAMED]?.[1] ?? 0),
      };
    },
  };
}
