import { isEdge } from "../../catalogue/target.ts";
import type { Entry } from "./entry.ts";
import { type Lane, byAcceptance } from "./open-row.ts";

/**
 * For each key, the open rows that share it, in the order in which they may be sent: first those that
 * are flying or in doubt, because they cannot be stopped, then those that wait, in order of acceptance.
 *
 * A membership changes its group's edge and not the member, and so does every other edge. So rows that only
 * name the same object do not wait for each other; but they wait for a write to it, and it waits for them.
 */
export interface KeyOrder<L extends Lane> {
  /** Adds a row under its keys; returns the rows that have to wait because of it. */
  add(entry: Entry<L>): Entry<L>[];
  /** Removes a row; returns the rows that wait for no other under one of its keys now. */
  remove(entry: Entry<L>): Entry<L>[];
  /** Whether the row waits for no other. */
  isFirst(entry: Entry<L>): boolean;
  /** The rows under one of its keys that this one waits for, nearest first. */
  before(key: string, entry: Entry<L>): Iterable<Entry<L>>;
  /** The rows under one of its keys that wait for this one. */
  behind(key: string, entry: Entry<L>): Iterable<Entry<L>>;
}

/** Whether the row only names what the key stands for, and does not change it. */
const isNamed = (key: string, { write: { target } }: Pick<Entry<Lane>, "write">): boolean =>
  isEdge(target) && !key.startsWith("edge:");

/** Most keys have one row, which is then stored without a list. */
type Held<L extends Lane> = Entry<L> | Entry<L>[];

/** Nothing is open yet. */
export function createKeyOrder<L extends Lane>(): KeyOrder<L> {
  const rows = new Map<string, Held<L>>();
  const listOf = (key: string): readonly Entry<L>[] => {
    const held = rows.get(key);
    return Array.isArray(held) ? held : held ? [held] : [];
  };
  return {
    add: (entry) => {
      const displaced: Entry<L>[] = [];
      for (const key of entry.write.keys) {
        const held = rows.get(key);
        if (held === undefined) rows.set(key, entry);
        else if (held !== entry) {
          const list = Array.isArray(held) ? held : [held];
          const place = insert(list, entry);
          if (place >= 0) displaced.push(...displacedBy(key, list, place));
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
        else if (place >= 0) first.push(...freedBy(key, held, place));
      }
      return first;
    },
    isFirst: (entry) => entry.write.keys.every((key) => isFirstOf(key, listOf(key), entry)),
    *before(key, entry) {
      const list = listOf(key);
      const names = isNamed(key, entry);
      for (let place = list.lastIndexOf(entry) - 1; place >= 0; place--) {
        const other = list[place]!;
        if (!(names && isNamed(key, other))) yield other;
      }
    },
    *behind(key, entry) {
      const list = listOf(key);
      const names = isNamed(key, entry);
      for (let place = list.lastIndexOf(entry) + 1; place < list.length; place++) {
        const other = list[place]!;
        if (!(names && isNamed(key, other))) yield other;
      }
    },
  };
}

/** Whether the row is the first, or only rows that name the key are before it, which names it as well. */
function isFirstOf<L extends Lane>(
  key: string,
  list: readonly Entry<L>[],
  entry: Entry<L>,
): boolean {
  if (list[0] === entry) return true;
  if (!isNamed(key, entry)) return false;
  for (const each of list) {
    if (each === entry) return true;
    if (!isNamed(key, each)) return false;
  }
  return false;
}

/** The rows that waited for no other before a row was put in at `place`, and may wait for it now. */
function displacedBy<L extends Lane>(
  key: string,
  list: readonly Entry<L>[],
  place: number,
): readonly Entry<L>[] {
  const entry = list[place]!;
  const next = list[place + 1];
  if (next === undefined) return [];
  if (isNamed(key, entry)) return place === 0 && !isNamed(key, next) ? [next] : [];
  return isNamed(key, next) ? runFrom(key, list, place + 1) : place === 0 ? [next] : [];
}

/** The rows that may wait for no other any more since the one at `place` was taken out. */
function freedBy<L extends Lane>(
  key: string,
  list: readonly Entry<L>[],
  place: number,
): readonly Entry<L>[] {
  const next = list[place];
  if (next === undefined) return [];
  if (isNamed(key, next)) return runFrom(key, list, place);
  return place === 0 ? [next] : [];
}

/** The rows from `place` on that only name the key, up to the first that changes what it stands for. */
function runFrom<L extends Lane>(
  key: string,
  list: readonly Entry<L>[],
  place: number,
): readonly Entry<L>[] {
  const end = list.findIndex((each, at) => at >= place && !isNamed(key, each));
  return list.slice(place, end < 0 ? list.length : end);
}

/** Returns the row's position, -1 if the row was in the list already. */
function insert<L extends Lane>(list: Entry<L>[], entry: Entry<L>): number {
  if (list.lastIndexOf(entry) >= 0) return -1;
  putHeldFirst(list);
  const isAfter = (other: Entry<L>): boolean =>
    entry.state === "waiting" && (other.state !== "waiting" || byAcceptance(other, entry) < 0);
  let place = list.length;
  while (place > 0 && !isAfter(list[place - 1]!)) place -= 1;
  list.splice(place, 0, entry);
  return place;
}

/** Of rows that only name the key, a later one may have been sent before one that still waits. */
function putHeldFirst<L extends Lane>(list: Entry<L>[]): void {
  let held = 0;
  for (const [place, each] of list.entries()) {
    if (each.state === "waiting") continue;
    if (place > held) {
      list.splice(place, 1);
      list.splice(held, 0, each);
    }
    held += 1;
  }
}
