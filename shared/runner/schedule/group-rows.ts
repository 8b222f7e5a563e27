import { type Entry, byUrgency } from "./entry.ts";
import type { Lane } from "./open-row.ts";
import { type SortedList, createSortedList } from "./sorted-list.ts";

/**
 * The rows of each group that wait for nothing but room in their group. Of these the most urgent are
 * offered, as many as the group has room for.
 */
export interface GroupRows<L extends Lane> {
  add(group: string, entry: Entry<L>): void;
  remove(group: string, entry: Entry<L>): void;
  /** Offers more rows, or fewer, after the room of a group has changed. */
  refit(group: string): void;
  /** The rows of a group that are offered, the most urgent first. */
  offeredOf(group: string): readonly Entry<L>[];
}

interface Group<L extends Lane> {
  readonly rows: SortedList<Entry<L>>;
  /** How many of `rows`, from the first on, are offered. */
  offered: number;
}

/** `roomOf`: how many more edges of a group may be sent now. */
export function createGroupRows<L extends Lane>(options: {
  readonly roomOf: (group: string) => number;
  readonly offer: (entry: Entry<L>) => void;
  readonly withdraw: (entry: Entry<L>) => void;
}): GroupRows<L> {
  const { roomOf, offer, withdraw } = options;
  const groups = new Map<string, Group<L>>();
  const refit = (name: string): void => {
    const group = groups.get(name);
    if (group === undefined) return;
    const { items } = group.rows;
    const wanted = Math.min(items.length, Math.max(0, roomOf(name)));
    while (group.offered < wanted) offer(items[group.offered++]!);
    while (group.offered > wanted) withdraw(items[--group.offered]!);
    if (items.length === 0) groups.delete(name);
  };
  return {
    add: (name, entry) => {
      let group = groups.get(name);
      if (group === undefined) {
        group = { rows: createSortedList<Entry<L>>(byUrgency), offered: 0 };
        groups.set(name, group);
      }
      if (group.rows.add(entry) < group.offered) {
        group.offered += 1;
        offer(entry);
      }
      refit(name);
    },
    remove: (name, entry) => {
      const group = groups.get(name);
      if (group !== undefined && group.rows.remove(entry) < group.offered) {
        group.offered -= 1;
        withdraw(entry);
      }
      refit(name);
    },
    refit,
    offeredOf: (name) => {
      const group = groups.get(name);
      return group ? group.rows.items.slice(0, group.offered) : [];
    },
  };
}
