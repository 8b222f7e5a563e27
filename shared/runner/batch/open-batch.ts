import type { PlannedWrite, VerdictCounts } from "../../catalogue/row.ts";
import type { BatchFiles } from "../../records/batch-files.ts";
import type { JournalRecord } from "../../records/journal.ts";
import type { Marker } from "../../records/markers/marker.ts";
import type { Receipts } from "../../records/receipt.ts";
import type { PlannedRow } from "../../records/shard.ts";
import type { Who } from "../../records/who.ts";
import type { Expectations } from "../journal/expected.ts";
import type { Journal } from "../journal/journal-file.ts";
import type { Meter } from "../meter.ts";
import type { Lane, OpenRow } from "../schedule/open-row.ts";
import type { BatchProgress } from "../state-file.ts";
import type { Breaker } from "../watch/breaker.ts";
import type { Canary } from "../watch/canary.ts";

/** A shard whose journal this runner writes. Rows leave `rows` as they end. */
export interface OpenShard {
  readonly shard: number;
  readonly journal: Journal;
  readonly rows: Map<number, OpenRow<OpenBatch>>;
  /** What its open rows are expected to find; `undefined` for a plan of an earlier release. */
  readonly expected: Expectations | undefined;
  /** How many of its rows have their verdict in the journal, by verdict. */
  readonly counts: VerdictCounts;
}

/** Why nothing more of a batch is sent, and who decided it when. */
export interface Halt {
  /** `stopped` for good; `paused`, or its whole tenant is, until it is resumed. */
  readonly kind: "stopped" | "paused" | "tenant-paused";
  /** In whole sentences. */
  readonly reason: string;
  readonly by: Who | undefined;
  readonly at: string;
}

/** A row that is left to do, as planned. */
export type LeftRow = PlannedRow & { readonly write: PlannedWrite };

/**
 * A batch that the runner has begun. Each of its shards is in one of these states:
 *
 * - to come. → announced, in order of their numbers. Before that, single rows may be opened ahead,
 *   because a row of a later batch waits for them.
 * - announced: the tenant's state file names it, so that a successor looks for rows in doubt there.
 *   What an earlier runner had open starts here. → open.
 * - open: its journal is ours, and its rows are in the schedule. → closed when its last row ends.
 * - closed: every row has its verdict. Nothing follows.
 *
 * A batch whose shards are all closed is done: the workload then finishes it.
 */
export interface OpenBatch extends Lane {
  readonly marker: Marker;
  readonly files: BatchFiles;
  readonly meter: Meter;
  throttled: number;
  /** Notices if one cause fails too many of its rows. */
  readonly breaker: Breaker;
  /** Lets the first rows go alone, until they were read back. */
  readonly canary: Canary;
  /** When to see again whether earlier batches that it awaits are planned, monotonic milliseconds. */
  awaitsPlansMs: number | undefined;
  /**
   * Since when an earlier batch that is still being planned may undo what its rows found in place, monotonic
   * milliseconds. While this is set, no row is unchanged because the plan found its change in place.
   */
  mayUndoSinceMs: number | undefined;
  /**
   * The ids of objects for which an earlier batch waits that is not planned, with its name: it reads them once the
   * work before it has ended, and no row about them goes before it.
   */
  awaited: ReadonlyMap<string, string>;
  /** How many of its open rows are about them, as far as that was counted. */
  awaitingRows: number;
  /** Set once somebody stopped or paused it: none of its rows is sent, and no shard is opened but to settle doubts. */
  halt: Halt | undefined;
  /**
   * Set once Graph refused a request for one of the rows that shared it: members came or went since the plan, so
   * that its other rows are looked at before they share one.
   */
  looksAtSharers: boolean;
  /** Its open rows. */
  readonly rows: Iterable<OpenRow<OpenBatch>>;
  /** The next shard to open; `undefined` if all were. */
  nextShard(): number | undefined;
  /** Announces a shard: from now on `progress` has it. */
  announce(shard: number): void;
  /**
   * Opens an announced shard. `before` is called with its rows when they are known and not yet open.
   * @throws OperatorError BATCH_DAMAGED, STORAGE_UNAVAILABLE, and what `before` throws
   */
  open(shard: number, before: (rows: readonly LeftRow[]) => Promise<void>): Promise<void>;
  /**
   * Opens ahead the rows of shards to come that have one of the keys, and the rows that these come
   * after. `announce` stores the state, which names their shards, before any of them can be sent.
   * @throws OperatorError BATCH_DAMAGED, STORAGE_UNAVAILABLE
   */
  pull(keys: ReadonlySet<string>, announce: () => Promise<void>): Promise<void>;
  /** All keys of the rows of shards to come that have one of these keys. @throws as `pull` */
  keysBeside(keys: ReadonlySet<string>): Promise<ReadonlySet<string>>;
  /** Opens the rows in doubt that an earlier runner had opened ahead. */
  reopenAhead(): Promise<void>;
  shardOf(row: number): OpenShard;
  /** Whether a row that others come after was held. */
  isHeld(row: number): boolean;
  /** The first row up to this one that was held. */
  heldUpTo(row: number): number | undefined;
  /** Whether rows that were opened ahead wait for a stage of which shards are still to come. */
  isBarredAhead(): boolean;
  /**
   * Stores a record in a shard's journal, then puts its rows where the journal says: a row that ends
   * frees its keys, and the rows that depend on it go on or end with it.
   */
  record(shard: OpenShard, record: JournalRecord): Promise<void>;
  /** How many rows are open now. */
  openRows(): number;
  isDone(): boolean;
  /** Whether nothing of it is under way or in doubt: what was halted may end. */
  isSettled(): boolean;
  /** The verdicts of all rows as they are now. */
  verdicts(): VerdictCounts;
  readonly receipts: Receipts;
  progress(): BatchProgress;
}
