import type { Entry } from "./entry.ts";
import { type Lane, byAcceptance } from "./open-row.ts";

/**
 * For each key, the open rows that share it, in the order in which they may be sent: first those that
 * are flying or in doubt, because they cannot be stopped, then those that wait, in order of acceptance.
 */
export interface KeyOrder<L extends Lane> {
  /** Adds a row under its keys; returns the rows that are no longer first because of it. */
  add(entry: Entry<L>): Entry<L>[];
  /** Removes a row; returns the rows that are first of a key now. */
  remove(entry: Entry<L>): Entry<L>[];
  isFirst(entry: Entry<L>): boolean;
  /** The rows before this one under one of its keys, nearest first. */
  before(key: string, entry: Entry<L>): Iterable<Entry<L>>;
  /** The row next after this one under one of its keys. */
  next(key: string, entry: Entry<L>): Entry<L> | undefined;
}

/** Most keys have one row, which is then stored without a list. */
type Held<L extends Lane> = Entry<L> | Entry<L>[];

/** Nothing is open yet. */
export function createKeyOrder<L extends Lane>(): KeyOrder<L> {
  const rows = new Map<string, Held<L>>();
  const firstOf = (key: string): Entry<L> | undefined => {
    const held = rows.get(key);
    return Array.isArray(held) ? held[0] : held;
  };
  return {
    add: (entry) => {
      const displaced: Entry<L>[] = [];
      for (const key of entry.write.keys) {
        const held = rows.get(key);
        if (held === undefined) rows.set(key, entry);
        else if (held !== entry) {
          const list = Array.isArray(held) ? held : [held];
          if (insert(list, entry) === 0 && list[1]) displaced.push(list[1]);
          rows.set(key, list);
        }
      }
      return displaced;
    },
    remove: (entry) => {
      const first: Entry<L>[] = [];
      for (const key of entry.write.keys) {
        const held = rows.get(key);
        if (held === entry) rows.delete(key);
        if (!Array.isArray(held)) continue;
        const place = held.indexOf(entry);
        if (place === 0) held.shift();
        else if (place > 0) held.splice(place, 1);
        if (held.length === 0) rows.delete(key);
        else if (place === 0) first.push(held[0]!);
      }
      return first;
    },
    isFirst: (entry) => entry.write.keys.every((key) => firstOf(key) === entry),
    *before(key, entry) {
      const held = rows.get(key);
      if (!Array.isArray(held)) return;
      for (let place = held.lastIndexOf(entry) - 1; place >= 0; place--) yield held[place]!;
    },
    next: (key, entry) => {
      const held = rows.get(key);
      return Array.isArray(held) ? held[held.lastIndexOf(entry) + 1] : undefined;
    },
  };
}

/** Returns the row's position, -1 if the row was in the list already. */
function insert<L extends Lane>(list: Entry<L>[], entry: Entry<L>): number {
  if (list.lastIndexOf(entry) >= 0) return -1;
  const isAfter = (other: Entry<L>): boolean =>
    entry.state === "waiting" && (other.state !== "waiting" || byAcceptance(other, entry) < 0);
  let place = list.length;
  while (place > 0 && !isAfter(list[place - 1]!)) place -= 1;
  list.splice(place, 0, entry);
  return place;
}
