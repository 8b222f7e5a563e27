import type { PlannedWrite } from "../../catalogue/row.ts";
import { type Choice, type Wish, choose, share, unshare } from "./choose.ts";
import type { Entry } from "./entry.ts";
import { createFlights } from "./flights.ts";
import { createKeyOrder } from "./key-order.ts";
import {
  type NewRow,
  type Place,
  type State,
  endLingering,
  enqueue,
  entryOf,
  freed,
  land,
  open,
  place,
  reoffer,
  take,
  withdraw,
} from "./moves.ts";
import type { Lane, OpenRow } from "./open-row.ts";
import { createReadyRows } from "./ready-rows.ts";

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
  open(row: NewRow<L>): OpenRow<L>;
  /** Chooses the rows that may go next: lanes in the order given, rows in theirs. */
  choose(wish: Wish<L>): Choice<L>;
  /**
   * The rows that are to be looked at before they may be sent, in order of work: of the lanes in the order
   * given, until as many rows as `ahead` says could be sent before them without a look.
   */
  toLookAt(wish: LookWish<L>): readonly OpenRow<L>[];
  /** Lets waiting rows be looked at first. */
  lookFirst(rows: readonly OpenRow<L>[]): void;
  /** Takes waiting rows that `choose` or `toLookAt` returned. */
  take(picked: readonly OpenRow<L>[], to: "flying" | "looking"): void;
  /** Notes that taken rows share a request: until all are answered, no others of their group do. */
  share(rows: readonly OpenRow<L>[]): void;
  /** Notes that Graph answered the request of taken rows: others of their group may go, before these are stored. */
  landed(rows: readonly OpenRow<L>[]): void;
  /** Gives a row a request of its own from now on. */
  single(row: OpenRow<L>): void;
  /** Notes that a request that a row shared was refused because of another row. */
  refusedForAnother(row: OpenRow<L>): void;
  /** Puts a row where its journal says it is. */
  place(row: OpenRow<L>, to: Place): void;
  /**
   * Replaces the write of a waiting row by one that knows more. It may have more keys, and no fewer. `born`: when
   * what it names was created, and when it goes at the earliest, because of that.
   */
  complete(row: OpenRow<L>, write: PlannedWrite, born?: Born): void;
  /** A row that others come after has its verdict, or a shard was opened. */
  freed(lane: L, row: number): void;
  /** Rows are kept back from now on (`Lane.isKeptBack`), or no longer. */
  reoffer(rows: Iterable<OpenRow<L>>): void;
  /** Notes that a post with these rows leaves now. */
  sent(rows: readonly OpenRow<L>[], nowMs: number): void;
  /** Sends a row in a separate post from now on. */
  isolate(row: OpenRow<L>): void;
  /** The rows in doubt, of every lane. */
  doubts(): Iterable<OpenRow<L>>;
  /** A row in doubt is looked at next at `atMs`; `looks` counts the looks that told nothing. */
  lookNext(row: OpenRow<L>, atMs: number, looks?: number): void;
  /** Takes the waiting rows of a lane out of the order, because its batch cannot continue. */
  withdraw(lane: L, rows: Iterable<OpenRow<L>>): void;
  /** An edge of the group met a concurrent change. */
  conflicted(group: string): void;
  /** An edge of the group was answered without one. */
  answered(group: string): void;
}

/** Instants of the monotonic clock, milliseconds. */
export interface Born {
  readonly atMs: number;
  readonly notBeforeMs: number;
}

/** Which rows are to be looked at. */
export interface LookWish<L extends Lane> {
  readonly lanes: Iterable<L>;
  readonly nowMs: number;
  readonly ahead: number;
}

function toLookAt<L extends Lane>(
  ready: State<L>["ready"],
  { lanes, nowMs, ahead }: LookWish<L>,
): readonly OpenRow<L>[] {
  ready.advance(nowMs);
  const isTurn = new Set<L>();
  let offered = 0;
  for (const lane of lanes) {
    offered += ready.of(lane).length;
    if (offered >= ahead) break;
    isTurn.add(lane);
  }
  return ready.toLookAt().filter(({ urgency }) => isTurn.has(urgency));
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
    barred: new Map(),
    doubts,
    lingering: new Set(),
    withdrawn: new Set(),
    lent: new Map(),
    shared: new Map(),
  };
  return {
    ...createMarks<L>(),
    ...createSharing(state),
    open: (row) => open(state, row),
    choose: (wish) => {
      endLingering(state, wish.nowMs);
      return choose(state, wish);
    },
    toLookAt: (wish) => toLookAt(state.ready, wish),
    lookFirst: (rows) => {
      for (const row of rows) {
        const entry = entryOf(row);
        const isReady = entry.spot !== "none";
        state.ready.remove(entry);
        entry.freshUntilMs = 0;
        if (isReady) state.ready.add(entry);
      }
    },
    take: (picked, to) => {
      for (const row of picked) take(state, entryOf(row), to);
    },
    place: (row, to) => place(state, entryOf(row), to),
    complete: (row, write, born) => {
      const entry = entryOf(row);
      state.ready.remove(entry);
      entry.write = write;
      entry.bornMs = born?.atMs ?? entry.bornMs;
      entry.notBeforeMs = Math.max(entry.notBeforeMs, born?.notBeforeMs ?? 0);
      // A row of a batch that is halted stays out of the order.
      if (!state.withdrawn.has(entry.lane)) enqueue(state, entry);
    },
    freed: (lane, row) => freed(state, lane, row),
    reoffer: (rows) => reoffer(state, rows),
    doubts: () => doubts,
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

/** What is noted of rows that share requests. */
const createSharing = <L extends Lane>(state: State<L>): Pick<Schedule<L>, "share" | "landed"> => ({
  share: (rows) => share(state, rows.map(entryOf)),
  landed: (rows) => {
    for (const row of rows) land(state, entryOf(row));
    unshare(state, rows.map(entryOf));
  },
});

/** What is noted on single rows. */
const createMarks = <L extends Lane>(): Pick<
  Schedule<L>,
  "single" | "refusedForAnother" | "sent" | "isolate" | "lookNext"
> => ({
  single: (row) => {
    entryOf(row).single = true;
  },
  refusedForAnother: (row) => {
    entryOf(row).refusals += 1;
  },
  sent: (rows, nowMs) => {
    for (const row of rows) entryOf(row).sentMs = nowMs;
  },
  isolate: (row) => {
    entryOf(row).alone = true;
  },
  lookNext: (row, atMs, looks = row.looks) => {
    const entry = entryOf(row);
    entry.notBeforeMs = atMs;
    entry.looks = looks;
  },
});
