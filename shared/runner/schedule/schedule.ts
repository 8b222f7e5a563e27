import { type PlannedWrite, isPending } from "../../catalogue/row.ts";
import type { Entry } from "./entry.ts";
import { type Flights, createFlights } from "./flights.ts";
import { type KeyOrder, createKeyOrder } from "./key-order.ts";
import type { Lane, OpenRow } from "./open-row.ts";
import { type ReadyRows, createReadyRows } from "./ready-rows.ts";

/** What could be sent, and when there may be more. */
export interface Choice<L extends Lane> {
  readonly picked: readonly OpenRow<L>[];
  /** The earliest `notBeforeMs` of a row that waits for no other row. */
  readonly nextMs: number | undefined;
}

/**
 * All open rows of a tenant, and the one place that changes their state (see `RowState`).
 *
 * A waiting row may be sent when every earlier row that shares a key with it has ended, when the rows
 * it comes after have their verdicts, when its group has room, and when its time has come. "Earlier"
 * means earlier in order of acceptance, also across batches. A row is offered among the rows of its
 * lane; if a row of a more urgent lane waits for it, it is offered there.
 */
export interface Schedule<L extends Lane> {
  /** Opens a row: it is `waiting`. */
  open(row: Pick<OpenRow<L>, "lane" | "row" | "operation" | "write">): OpenRow<L>;
  /** Chooses the rows that may go next, at most `most`: lanes in the order given, rows in theirs. */
  choose(options: {
    readonly lanes: Iterable<L>;
    readonly nowMs: number;
    readonly most: number;
  }): Choice<L>;
  /** Takes rows that `choose` picked, from `waiting` to `flying`. */
  take(picked: readonly OpenRow<L>[]): void;
  /** Puts a row where its journal says it is. */
  place(
    row: OpenRow<L>,
    to: { readonly state: "waiting" | "doubt" | "ended"; readonly notBeforeMs: number },
  ): void;
  /** Replaces the write of a waiting row by one that knows more: it may have more keys. */
  complete(row: OpenRow<L>, write: PlannedWrite): void;
  /** A row that others come after has its verdict. */
  freed(lane: L, row: number): void;
  /** Notes that a post with these rows leaves now. */
  sent(rows: readonly OpenRow<L>[], nowMs: number): void;
  /** Lets a row go in a post of its own from now on. */
  isolate(row: OpenRow<L>): void;
  /** The rows in doubt, of every lane. */
  doubts(): Iterable<OpenRow<L>>;
  /** A row in doubt is looked at next at `atMs`; `looks` counts the looks that told nothing. */
  lookNext(row: OpenRow<L>, atMs: number, looks?: number): void;
  /** Takes the waiting rows of a lane out of the way, because its batch cannot go on. */
  withdraw(lane: L, rows: Iterable<OpenRow<L>>): void;
  /** An edge of the group met a concurrent change. */
  conflicted(group: string): void;
  /** An edge of the group was answered without one. */
  answered(group: string): void;
}

interface State<L extends Lane> {
  readonly flights: Flights;
  readonly keys: KeyOrder<L>;
  readonly ready: ReadyRows<L>;
  /** By lane and row: the rows that come after that row. */
  readonly waiters: Map<L, Map<number, Entry<L>[]>>;
  readonly doubts: Set<Entry<L>>;
  /** Lanes whose batches cannot go on. */
  readonly withdrawn: Set<L>;
  /** By lane: the rows of other lanes that are offered among its rows. */
  readonly lent: Map<L, Set<Entry<L>>>;
}

/** Nothing is open yet. */
export function createSchedule<L extends Lane>(): Schedule<L> {
  const flights = createFlights();
  const doubts = new Set<Entry<L>>();
  const state: State<L> = {
    flights,
    keys: createKeyOrder<L>(),
    ready: createReadyRows<L>(flights),
    waiters: new Map(),
    doubts,
    withdrawn: new Set(),
    lent: new Map(),
  };
  return {
    open: (row) => open(state, row),
    choose: (options) => choose(state, options),
    take: (picked) => {
      for (const row of picked) take(state, entryOf(row));
    },
    place: (row, to) => place(state, entryOf(row), to),
    complete: (row, write) => {
      const entry = entryOf(row);
      state.ready.remove(entry);
      entry.write = write;
      enqueue(state, entry);
    },
    freed: (lane, row) => freed(state, lane, row),
    sent: (rows, nowMs) => {
      for (const row of rows) entryOf(row).sentMs = nowMs;
    },
    isolate: (row) => {
      entryOf(row).alone = true;
    },
    doubts: () => doubts,
    lookNext: (row, atMs, looks = row.looks) => {
      const entry = entryOf(row);
      entry.notBeforeMs = atMs;
      entry.looks = looks;
    },
    withdraw: (lane, rows) => withdraw(state, lane, rows),
    conflicted: (group) => {
      flights.conflicted(group);
      state.ready.refit(group);
    },
    answered: (group) => {
      flights.answered(group);
      state.ready.refit(group);
    },
  };
}

/** Every open row is an entry that `open` made. */
const entryOf = <L extends Lane>(row: OpenRow<L>): Entry<L> =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schedule makes all rows
  row as Entry<L>;

function open<L extends Lane>(state: State<L>, row: Parameters<Schedule<L>["open"]>[0]): Entry<L> {
  const entry: Entry<L> = {
    lane: row.lane,
    row: row.row,
    operation: row.operation,
    write: row.write,
    state: "waiting",
    notBeforeMs: 0,
    sentMs: undefined,
    looks: 0,
    alone: false,
    urgency: row.lane,
    spot: "none",
  };
  enqueue(state, entry);
  return entry;
}

function choose<L extends Lane>(
  { ready }: State<L>,
  { lanes, nowMs, most }: Parameters<Schedule<L>["choose"]>[0],
): Choice<L> {
  ready.advance(nowMs);
  const picked: Entry<L>[] = [];
  for (const lane of lanes) {
    for (const entry of ready.of(lane)) {
      // A row that goes alone is not added to others.
      if (entry.alone && picked.length > 0) continue;
      picked.push(entry);
      if (picked.length >= most || entry.alone) return { picked, nextMs: ready.nextMs() };
    }
  }
  return { picked, nextMs: ready.nextMs() };
}

function take<L extends Lane>(state: State<L>, entry: Entry<L>): void {
  hold(state, entry);
  state.ready.remove(entry);
  entry.state = "flying";
}

function place<L extends Lane>(
  state: State<L>,
  entry: Entry<L>,
  to: Parameters<Schedule<L>["place"]>[1],
): void {
  const wasHeld = entry.state === "flying" || entry.state === "doubt";
  state.ready.remove(entry);
  entry.notBeforeMs = to.notBeforeMs;
  if (to.state === "doubt") {
    if (!wasHeld) hold(state, entry);
    entry.state = "doubt";
    state.doubts.add(entry);
    if (!wasHeld) requeue(state, entry);
    return;
  }
  state.doubts.delete(entry);
  entry.looks = 0;
  if (wasHeld) {
    state.flights.release(entry.write);
    if (entry.write.group !== undefined) state.ready.refit(entry.write.group);
  }
  entry.state = to.state;
  if (to.state === "ended" || state.withdrawn.has(entry.lane)) leave(state, entry);
  else if (wasHeld) requeue(state, entry);
  else offer(state, entry);
}

/** Takes a row out of the order: those behind it go on. */
function leave<L extends Lane>(state: State<L>, entry: Entry<L>): void {
  state.lent.get(entry.urgency)?.delete(entry);
  for (const first of state.keys.remove(entry)) offer(state, first);
}

function hold<L extends Lane>({ flights, ready }: State<L>, entry: Entry<L>): void {
  flights.hold(entry.write);
  if (entry.write.group !== undefined) ready.refit(entry.write.group);
}

/** Puts a row in the order of its keys, in front of or behind the others there. */
function enqueue<L extends Lane>(state: State<L>, entry: Entry<L>): void {
  for (const displaced of state.keys.add(entry)) state.ready.remove(displaced);
  lend(state, entry);
  offer(state, entry);
}

/** Puts a row in its order anew: what is held goes first, and what waits again goes by acceptance. */
function requeue<L extends Lane>(state: State<L>, entry: Entry<L>): void {
  const first = state.keys.remove(entry);
  enqueue(state, entry);
  for (const each of first) offer(state, each);
}

/**
 * Makes a row as urgent as the row that waits for it, and the rows that it waits for as urgent as
 * itself. So each row is at least as urgent as those behind it, and the search ends at the first that
 * is urgent enough.
 */
function lend<L extends Lane>(state: State<L>, entry: Entry<L>): void {
  for (const key of entry.write.keys) {
    const behind = state.keys.next(key, entry)?.urgency;
    if (behind !== undefined && behind.path < entry.urgency.path) hurry(state, entry, behind);
  }
  for (const key of entry.write.keys) {
    for (const ahead of state.keys.before(key, entry)) {
      if (ahead.urgency.path <= entry.urgency.path) break;
      hurry(state, ahead, entry.urgency);
      lend(state, ahead);
    }
  }
}

/** Offers a row among those of a more urgent lane. */
function hurry<L extends Lane>(state: State<L>, entry: Entry<L>, urgency: L): void {
  const isReady = entry.spot !== "none";
  state.ready.remove(entry);
  state.lent.get(entry.urgency)?.delete(entry);
  entry.urgency = urgency;
  if (urgency !== entry.lane) {
    const lent = state.lent.get(urgency) ?? new Set();
    state.lent.set(urgency, lent.add(entry));
  }
  if (isReady) state.ready.add(entry);
}

/** Offers a row if it waits for no other one; else whatever it waits for offers it later. */
function offer<L extends Lane>(state: State<L>, entry: Entry<L>): void {
  if (entry.spot !== "none" || entry.state !== "waiting") return;
  const { write, lane } = entry;
  if (state.withdrawn.has(lane)) return;
  if (isPending(write)) return;
  for (const row of write.after ?? noRows) {
    if (lane.isFinal(row)) continue;
    waitersOf(state, lane, row).push(entry);
    return;
  }
  if (state.keys.isFirst(entry)) state.ready.add(entry);
}

const noRows: readonly number[] = [];

function waitersOf<L extends Lane>({ waiters }: State<L>, lane: L, row: number): Entry<L>[] {
  const ofLane = waiters.get(lane) ?? new Map<number, Entry<L>[]>();
  waiters.set(lane, ofLane);
  const ofRow = ofLane.get(row) ?? [];
  ofLane.set(row, ofRow);
  return ofRow;
}

function freed<L extends Lane>(state: State<L>, lane: L, row: number): void {
  const waiting = state.waiters.get(lane)?.get(row);
  if (waiting === undefined) return;
  state.waiters.get(lane)?.delete(row);
  for (const entry of waiting) offer(state, entry);
}

function withdraw<L extends Lane>(state: State<L>, lane: L, rows: Iterable<OpenRow<L>>): void {
  state.withdrawn.add(lane);
  for (const row of rows) {
    const entry = entryOf(row);
    if (entry.state !== "waiting") continue;
    state.ready.remove(entry);
    leave(state, entry);
  }
  state.waiters.delete(lane);
  for (const entry of state.lent.get(lane) ?? []) hurry(state, entry, entry.lane);
  state.lent.delete(lane);
}
