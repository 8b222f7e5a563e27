import { type Entry, byTime, byUrgency } from "./entry.ts";
import type { Flights } from "./flights.ts";
import { createGroupRows } from "./group-rows.ts";
import { type Lane, byAcceptance } from "./open-row.ts";
import { type SortedList, createSortedList } from "./sorted-list.ts";

/**
 * The rows that wait for no other row. A row whose time has not come stands in `later`; one whose time
 * has come is offered to its lane, or waits for room in its group if it changes an edge, or stands among
 * those to look at if what was read of its object is too old.
 */
export interface ReadyRows<L extends Lane> {
  add(entry: Entry<L>): void;
  /** Does nothing if the row is not here. */
  remove(entry: Entry<L>): void;
  /** Moves on the rows whose time has come. */
  advance(nowMs: number): void;
  /** The rows of a lane that may be sent now, in order of acceptance. */
  of(lane: L): readonly Entry<L>[];
  /** The rows of a group that may be sent now, in order of work. */
  offeredOf(group: string): readonly Entry<L>[];
  /** The rows to look at before they are sent, in order of work. */
  toLookAt(): readonly Entry<L>[];
  /** When the next row's time comes. */
  nextMs(): number | undefined;
  /** Sees to the rows of a group whose room has changed. */
  refit(group: string): void;
}

const noRows: readonly never[] = [];

/** Nothing is ready yet. */
export function createReadyRows<L extends Lane>(flights: Flights): ReadyRows<L> {
  const lanes = new Map<L, SortedList<Entry<L>>>();
  const later = createSortedList<Entry<L>>(byTime);
  const toLookAt = createSortedList<Entry<L>>(byUrgency);
  const offer = (entry: Entry<L>): void => {
    let list = lanes.get(entry.urgency);
    if (list === undefined) {
      list = createSortedList<Entry<L>>(byAcceptance);
      lanes.set(entry.urgency, list);
    }
    list.add(entry);
  };
  const withdraw = (entry: Entry<L>): void => {
    const list = lanes.get(entry.urgency);
    list?.remove(entry);
    if (list?.items.length === 0) lanes.delete(entry.urgency);
  };
  const groups = createGroupRows<L>({ roomOf: (group) => flights.roomOf(group), offer, withdraw });
  let presentMs = 0;
  const start = (entry: Entry<L>): void => {
    const { group } = entry.write;
    if (entry.freshUntilMs <= presentMs) {
      entry.spot = "look";
      toLookAt.add(entry);
      return;
    }
    entry.spot = group === undefined ? "offered" : "group";
    if (group === undefined) offer(entry);
    else groups.add(group, entry);
  };
  return {
    add: (entry) => {
      if (entry.notBeforeMs <= 0) return start(entry);
      entry.spot = "later";
      later.add(entry);
    },
    remove: (entry) => {
      const { spot } = entry;
      entry.spot = "none";
      if (spot === "later") later.remove(entry);
      if (spot === "look") toLookAt.remove(entry);
      if (spot === "offered") withdraw(entry);
      if (spot === "group") groups.remove(entry.write.group ?? "", entry);
    },
    advance: (nowMs) => {
      presentMs = nowMs;
      for (;;) {
        const [entry] = later.items;
        if (entry === undefined || entry.notBeforeMs > nowMs) return;
        later.remove(entry);
        start(entry);
      }
    },
    of: (lane) => lanes.get(lane)?.items ?? noRows,
    offeredOf: (group) => groups.offeredOf(group),
    toLookAt: () => toLookAt.items,
    nextMs: () => later.items[0]?.notBeforeMs,
    refit: (group) => groups.refit(group),
  };
}
