import { isPending } from "../../catalogue/row.ts";
import type { Entry } from "./entry.ts";
import type { Flights } from "./flights.ts";
import type { KeyOrder } from "./key-order.ts";
import type { Lane, OpenRow } from "./open-row.ts";
import type { ReadyRows } from "./ready-rows.ts";

/** What the schedule knows; the functions of this file change it. */
export interface State<L extends Lane> {
  readonly flights: Flights;
  readonly keys: KeyOrder<L>;
  readonly ready: ReadyRows<L>;
  /** By lane and row: the rows that come after that row. */
  readonly waiters: Map<L, Map<number, Entry<L>[]>>;
  /** By lane and row: the rows that come after that row and all before it. */
  readonly barred: Map<L, Map<number, Entry<L>[]>>;
  readonly doubts: Set<Entry<L>>;
  readonly lingering: Set<Entry<L>>;
  /** Lanes whose batches cannot continue. */
  readonly withdrawn: Set<L>;
  /** By lane: the rows of other lanes that are offered among its rows. */
  readonly lent: Map<L, Set<Entry<L>>>;
  /** By group: the rows that shared a request last. */
  readonly shared: Map<string, readonly Entry<L>[]>;
}

/** A row to be opened. */
export type NewRow<L extends Lane> = Pick<OpenRow<L>, "lane" | "row" | "operation" | "write"> &
  Partial<Pick<OpenRow<L>, "freshUntilMs">>;

/** Where a row's journal says it is. */
export interface Place {
  readonly state: "waiting" | "doubt" | "ended";
  readonly notBeforeMs: number;
  /** For a row in doubt: until when its post may take effect; else it cannot any more. */
  readonly unsureUntilMs?: number;
  /** How many looks in a row told nothing; 0 if it is not given. */
  readonly looks?: number;
  /** Until when the row may be sent without another look; as before if it is not given. */
  readonly freshUntilMs?: number;
}

/** Every open row is an entry that `open` made. */
export const entryOf = <L extends Lane>(row: OpenRow<L>): Entry<L> =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schedule makes all rows
  row as Entry<L>;

export function open<L extends Lane>(state: State<L>, row: NewRow<L>): Entry<L> {
  const entry: Entry<L> = {
    lane: row.lane,
    row: row.row,
    operation: row.operation,
    write: row.write,
    state: "waiting",
    freshUntilMs: row.freshUntilMs ?? Infinity,
    notBeforeMs: 0,
    bornMs: undefined,
    sentMs: undefined,
    unsureUntilMs: 0,
    looks: 0,
    alone: false,
    single: false,
    refusals: 0,
    urgency: row.lane,
    spot: "none",
    hasLanded: false,
  };
  // A row of a batch that is halted waits behind nothing, and nothing waits behind it.
  if (!state.withdrawn.has(row.lane)) enqueue(state, entry);
  return entry;
}

export function take<L extends Lane>(
  state: State<L>,
  entry: Entry<L>,
  to: "flying" | "looking",
): void {
  hold(state, entry);
  state.ready.remove(entry);
  entry.state = to;
  if (to === "looking") land(state, entry);
}

/** Leaves the room in its group that a held row takes to others. */
export function land<L extends Lane>({ flights, ready }: State<L>, entry: Entry<L>): void {
  const { group } = entry.write;
  if (group === undefined || entry.hasLanded) return;
  entry.hasLanded = true;
  flights.landed(group);
  ready.refit(group);
}

export function place<L extends Lane>(state: State<L>, entry: Entry<L>, to: Place): void {
  const wasHeld = entry.state !== "waiting" && entry.state !== "ended";
  state.ready.remove(entry);
  entry.notBeforeMs = to.notBeforeMs;
  entry.freshUntilMs = to.freshUntilMs ?? entry.freshUntilMs;
  if (to.state === "doubt") {
    if (!wasHeld) hold(state, entry);
    entry.state = "doubt";
    entry.unsureUntilMs = to.unsureUntilMs ?? 0;
    state.doubts.add(entry);
    if (!wasHeld) requeue(state, entry);
    return;
  }
  state.doubts.delete(entry);
  entry.looks = to.looks ?? 0;
  if (to.state === "ended" && to.notBeforeMs > 0) {
    entry.state = "lingering";
    state.lingering.add(entry);
    return;
  }
  if (wasHeld) {
    state.flights.release(entry.write, entry.hasLanded);
    entry.hasLanded = false;
    if (entry.write.group !== undefined) state.ready.refit(entry.write.group);
  }
  entry.state = to.state;
  if (to.state === "ended" || state.withdrawn.has(entry.lane)) leave(state, entry);
  else if (wasHeld) requeue(state, entry);
  else offer(state, entry);
}

/** Ends the lingering rows whose time has come. */
export function endLingering<L extends Lane>(state: State<L>, nowMs: number): void {
  for (const entry of state.lingering) {
    if (entry.notBeforeMs > nowMs) continue;
    state.lingering.delete(entry);
    place(state, entry, { state: "ended", notBeforeMs: 0 });
  }
}

/** Takes a row out of the order, so that those behind it can continue. */
function leave<L extends Lane>(state: State<L>, entry: Entry<L>): void {
  state.lent.get(entry.urgency)?.delete(entry);
  for (const first of state.keys.remove(entry)) offer(state, first);
}

function hold<L extends Lane>({ flights, ready }: State<L>, entry: Entry<L>): void {
  flights.hold(entry.write);
  if (entry.write.group !== undefined) ready.refit(entry.write.group);
}

/** Puts a row in the order of its keys, in front of or behind the others there. */
export function enqueue<L extends Lane>(state: State<L>, entry: Entry<L>): void {
  for (const displaced of state.keys.add(entry)) state.ready.remove(displaced);
  lend(state, entry);
  offer(state, entry);
}

/** Sorts a row into its order again: held rows go first, and rows that wait again go by acceptance. */
function requeue<L extends Lane>(state: State<L>, entry: Entry<L>): void {
  const first = state.keys.remove(entry);
  enqueue(state, entry);
  for (const each of first) offer(state, each);
}

/**
 * Makes a row as urgent as the rows that wait for it, and the rows that it waits for as urgent as
 * itself.
 */
function lend<L extends Lane>(state: State<L>, entry: Entry<L>): void {
  for (const key of entry.write.keys) {
    for (const { urgency } of state.keys.behind(key, entry)) {
      if (urgency.path < entry.urgency.path) hurry(state, entry, urgency);
    }
  }
  for (const key of entry.write.keys) {
    for (const ahead of state.keys.before(key, entry)) {
      if (ahead.urgency.path <= entry.urgency.path) continue;
      hurry(state, ahead, entry.urgency);
      lend(state, ahead);
    }
  }
}

/** Offers a row among those of a more urgent lane. */
function hurry<L extends Lane>(state: State<L>, entry: Entry<L>, urgency: L): void {
  const isReady = entry.spot !== "none" || isKeptBack(entry);
  state.ready.remove(entry);
  state.lent.get(entry.urgency)?.delete(entry);
  entry.urgency = urgency;
  if (urgency !== entry.lane) {
    const lent = state.lent.get(urgency) ?? new Set();
    state.lent.set(urgency, lent.add(entry));
  }
  if (isReady) offer(state, entry);
}

const isKeptBack = <L extends Lane>(entry: Entry<L>): boolean =>
  entry.urgency.isUrgent !== true && entry.lane.isKeptBack?.(entry) === true;

/** Sees to rows that are kept back from now on, or no longer. */
export function reoffer<L extends Lane>(state: State<L>, rows: Iterable<OpenRow<L>>): void {
  for (const row of rows) {
    const entry = entryOf(row);
    state.ready.remove(entry);
    offer(state, entry);
  }
}

/** Offers a row if it waits for no other one; else the row it waits for offers it later. */
function offer<L extends Lane>(state: State<L>, entry: Entry<L>): void {
  if (entry.spot !== "none" || entry.state !== "waiting") return;
  const { write, lane } = entry;
  if (state.withdrawn.has(lane)) return;
  if (isPending(write) || write.needs !== undefined || isKeptBack(entry)) return;
  for (const row of write.after ?? noRows) {
    if (lane.isFinal(row)) continue;
    waitersIn(state.waiters, lane, row).push(entry);
    return;
  }
  if (write.behind !== undefined && !lane.areFinalUpTo(write.behind)) {
    waitersIn(state.barred, lane, write.behind).push(entry);
    return;
  }
  if (state.keys.isFirst(entry)) state.ready.add(entry);
}

const noRows: readonly number[] = [];

function waitersIn<L extends Lane>(waiters: State<L>["waiters"], lane: L, row: number): Entry<L>[] {
  const ofLane = waiters.get(lane) ?? new Map<number, Entry<L>[]>();
  waiters.set(lane, ofLane);
  const ofRow = ofLane.get(row) ?? [];
  ofLane.set(row, ofRow);
  return ofRow;
}

export function freed<L extends Lane>(state: State<L>, lane: L, row: number): void {
  const waiting = state.waiters.get(lane)?.get(row) ?? [];
  state.waiters.get(lane)?.delete(row);
  for (const entry of waiting) offer(state, entry);
  for (const [last, barred] of state.barred.get(lane) ?? []) {
    if (!lane.areFinalUpTo(last)) continue;
    state.barred.get(lane)?.delete(last);
    for (const entry of barred) offer(state, entry);
  }
}

export function withdraw<L extends Lane>(
  state: State<L>,
  lane: L,
  rows: Iterable<OpenRow<L>>,
): void {
  state.withdrawn.add(lane);
  for (const row of rows) {
    const entry = entryOf(row);
    if (entry.state !== "waiting") continue;
    state.ready.remove(entry);
    leave(state, entry);
  }
  state.waiters.delete(lane);
  state.barred.delete(lane);
  for (const entry of state.lent.get(lane) ?? []) hurry(state, entry, entry.lane);
  state.lent.delete(lane);
}
