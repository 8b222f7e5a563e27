import type { GuardedCounts } from "../../catalogue/guarded.ts";
import { type Operation, operationNamed } from "../../catalogue/operation.ts";
import type { PlannedWrite, Receipt } from "../../catalogue/row.ts";
import { createWrittenCounts, type WrittenCounts } from "../../guards/charges.ts";
import { replay } from "../../records/history/replay.ts";
import { type RowHistory } from "../../records/history/row-history.ts";
import { journalBlob } from "../../records/paths.ts";
import type { Plan } from "../../records/plan.ts";
import type { Receipts } from "../../records/receipt.ts";
import { type ShardRows, streamShard } from "../../records/shard.ts";
import type { Blobs } from "../../storage/types.ts";

/** When rows of a shard were written, by row; a row that is absent certainly was not. */
export type WrittenRows = (shard: number) => Promise<ReadonlyMap<number, number>>;

/** A batch whose writes are counted. */
interface Job {
  readonly batches: Blobs;
  readonly folder: string;
  readonly plan: Plan;
  readonly catalogue: Readonly<Record<string, Operation>>;
  /** Reads the shards; from storage by default. */
  readonly planned?: ShardRows | undefined;
}

/** Adds up what guards count of the rows that were written, with bounded memory. @throws BATCH_DAMAGED */
export async function countWritten(job: Job, rows: WrittenRows): Promise<WrittenCounts> {
  const { batches, folder } = job;
  const counts = createWrittenCounts();
  for (let shard = 1; shard <= job.plan.shards; shard++) {
    const written = await rows(shard);
    if (written.size === 0) continue;
    for await (const piece of job.planned?.(shard) ?? streamShard(batches, folder, shard)) {
      for (const { row, operation, write } of piece) {
        const atMs = written.get(row);
        if (atMs === undefined || write === undefined) continue;
        const guarded = countsOf(write, operationNamed(job.catalogue, operation));
        counts.add({ atMs, counts: guarded, group: write.group });
      }
    }
  }
  return counts.value();
}

/** A row that a release planned which counted nothing has its counts from its operation. */
const countsOf = (write: PlannedWrite, operation: Operation | undefined): GuardedCounts =>
  write.guarded ?? operation?.guarded(write.set ?? {}) ?? {};

/** The rows that their receipts say were written, or may have been. A receipt without a time counts from now. */
export const writtenByReceipts =
  (receipts: Receipts, nowMs: number): WrittenRows =>
  async (shard) => {
    const rows = new Map<number, number>();
    for (const [row, receipt] of await receipts(shard)) {
      if (mayBeWritten(receipt)) rows.set(row, timeOf(receipt.finishedAt, nowMs));
    }
    return rows;
  };

/** The same of a batch that nobody finishes any more, by its journals: what was sent and not answered counts. */
export const writtenByJournals =
  (batches: Blobs, folder: string, nowMs: number): WrittenRows =>
  async (shard) => {
    const path = journalBlob(folder, shard);
    const found = await batches.read(path);
    const rows = new Map<number, number>();
    if (found === undefined) return rows;
    for (const [row, history] of replay(path, found.bytes.toString("utf8")).rows) {
      const atMs = writtenAt(history, nowMs);
      if (atMs !== undefined) rows.set(row, atMs);
    }
    return rows;
  };

function writtenAt(history: RowHistory, nowMs: number): number | undefined {
  const { receipt, attempts, lastIntentAt } = history;
  if (receipt) return mayBeWritten(receipt) ? timeOf(receipt.finishedAt, nowMs) : undefined;
  return attempts > 0 ? Math.max(timeOf(lastIntentAt, nowMs), nowMs) : undefined;
}

const timeOf = (iso: string | undefined, nowMs: number): number => {
  const ms = iso === undefined ? NaN : Date.parse(iso);
  return Number.isNaN(ms) ? nowMs : ms;
};

/**
 * Whether the row's change may have taken effect. It has not if it was never sent, or if its only send was
 * answered with a refusal or found the change in place; after an answer that was lost nobody knows.
 */
function mayBeWritten({ verdict, attempts = 0, status = 0 }: Receipt): boolean {
  if (verdict === "done") return true;
  if (attempts === 0) return false;
  const isRefused = status >= 400 && status < 500;
  return !(attempts === 1 && (verdict === "unchanged" || isRefused));
}
