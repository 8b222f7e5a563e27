import type { PlannedWrite } from "../../catalogue/row.ts";

/** One batch's open rows, as the scheduler sees them. */
export interface Lane {
  /** Sorts lanes in order of work: by priority, then by age. */
  readonly path: string;
  /** Sorts lanes in order of acceptance, regardless of their priority. No two lanes share it. */
  readonly accepted: string;
  /** Whether a row of this lane's batch has its verdict. */
  isFinal(row: number): boolean;
  /** Whether this row and all before it have their verdicts; asked again and again. */
  areFinalUpTo(row: number): boolean;
  /** Whether a row may be sent already; without it every row may. Rows of it may be asked again and again. */
  mayGo?(row: Pick<OpenRow, "row" | "operation">): boolean;
  /** Whether a row is kept back, so that it takes no place of others; when that changes, the schedule is told. */
  isKeptBack?(row: Pick<OpenRow, "write">): boolean;
  /** None of its rows is kept back, nor what they wait for. */
  readonly isUrgent?: boolean;
}

/**
 * The states of an open row. Only the schedule changes them:
 *
 * - `waiting` for its turn. According to the journal it is unsent.
 *   → `flying` when it is taken for a post; → `looking` if what was read of its object is too old, or if
 *   the plan found its change in place; → `ended` if it gets its verdict without being sent.
 * - `looking`: the directory is read to see what the row would change.
 *   → `ended` if the change is in place, or if the row is held because it would change something else than
 *   was planned; → `waiting` to be sent if neither is so.
 * - `flying`: its intent is being journaled, or its post is under way.
 *   → `ended` by its receipt; → `waiting` if Graph did not make the change; → `doubt` if that is unknown.
 * - `doubt`: it was sent, and it isn't known whether it took effect. A row of a shard whose journal
 *   shows an intent without a receipt starts here.
 *   → `ended` if the directory shows the change, or if the time to look ends; → `waiting` if it does not;
 *   → `lingering` if the directory shows the change before its post has timed out.
 * - `lingering`: it has its verdict, but its post may still take effect, then after that of a later row.
 *   → `ended` when the post can have no effect any more.
 * - `ended`: it has its verdict. Nothing follows.
 *
 * A row that is `looking`, `flying`, in `doubt` or `lingering` holds its keys: no other row that shares
 * one is sent.
 */
export type RowState = "waiting" | "looking" | "flying" | "doubt" | "lingering" | "ended";

/** A row without a verdict, in a shard that is open. Read-only for all but the schedule. */
export interface OpenRow<L extends Lane = Lane> {
  readonly lane: L;
  readonly row: number;
  readonly operation: string;
  /** As planned, with the id that an earlier row gave once that is known. */
  readonly write: PlannedWrite;
  readonly state: RowState;
  /** From this instant of the monotonic clock on the row is looked at before it is sent. */
  readonly freshUntilMs: number;
  /** Neither sent nor looked at before this instant of the monotonic clock, milliseconds. */
  readonly notBeforeMs: number;
  /** When an earlier row of the batch created or restored what it names, on the monotonic clock. */
  readonly bornMs: number | undefined;
  /** When this process sent it last, on the monotonic clock. */
  readonly sentMs: number | undefined;
  /** While it is in doubt: its post may take effect until this instant of the monotonic clock. */
  readonly unsureUntilMs: number;
  /** How many looks in a row told nothing, since it is in doubt. */
  readonly looks: number;
  /** Goes in a separate post, because Graph refused a post with it as a whole. */
  readonly alone: boolean;
  /** Has a request of its own, because Graph refused one that it shared. */
  readonly single: boolean;
  /** How often a request that it shared was refused because of another row. */
  readonly refusals: number;
}

/** In order of acceptance: earlier batches first, and the rows of a batch in their order. */
export function byAcceptance(a: OpenRow, b: OpenRow): number {
  if (a.lane === b.lane) return a.row - b.row;
  return a.lane.accepted < b.lane.accepted ? -1 : 1;
}
