import type { VerdictCounts } from "../../catalogue/row.ts";
import type { BatchFiles } from "../../records/batch-files.ts";
import type { JournalRecord } from "../../records/journal.ts";
import type { Marker } from "../../records/marker.ts";
import type { Outcomes } from "../../records/receipt.ts";
import type { Journal } from "../journal/journal-file.ts";
import type { Lane, OpenRow } from "../schedule/open-row.ts";
import type { Meter } from "./meter.ts";
import type { BatchProgress } from "./state-file.ts";

/** A shard whose journal this runner writes. Rows leave `rows` as they end. */
export interface OpenShard {
  readonly shard: number;
  readonly journal: Journal;
  readonly rows: Map<number, OpenRow<OpenBatch>>;
  /** How many of its rows have their verdict in the journal, by verdict. */
  readonly counts: VerdictCounts;
}

/**
 * A batch that the runner has begun. Each of its shards is in one of these states:
 *
 * - to come. → announced, in order of their numbers.
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
  /** Its open rows. */
  readonly rows: Iterable<OpenRow<OpenBatch>>;
  /** The next shard to open; `undefined` if all were. */
  nextShard(): number | undefined;
  /** Announces a shard: from now on `progress` has it. */
  announce(shard: number): void;
  /** Opens an announced shard. @throws OperatorError BATCH_DAMAGED, STORAGE_UNAVAILABLE */
  open(shard: number): Promise<void>;
  shardOf(row: number): OpenShard;
  /**
   * Stores a record in a shard's journal, then puts its rows where the journal says: a row that ends
   * frees its keys, and the rows that depend on it go on or end with it.
   */
  record(shard: OpenShard, record: JournalRecord): Promise<void>;
  /** How many rows are open now. */
  openRows(): number;
  isDone(): boolean;
  /** The verdicts of all rows as they are now. */
  verdicts(): VerdictCounts;
  readonly outcomes: Outcomes;
  progress(): BatchProgress;
}
