import { type VerdictCounts, noVerdicts, verdicts } from "../../catalogue/row.ts";
import type { Plan } from "../../records/plan.ts";
import type { BatchProgress } from "../state-file.ts";
import type { OpenShard } from "./open-batch.ts";

/**
 * The shards of a batch by their states (see `OpenBatch`). Every shard below `next` that is neither
 * announced nor open is closed.
 */
export interface BatchShards {
  readonly plan: Plan;
  readonly announced: Set<number>;
  readonly open: Map<number, OpenShard>;
  /** Shards to come, at or above `next`, of which some rows were opened ahead. */
  readonly ahead: Set<number>;
  next: number;
  /** The verdicts in closed shards. */
  readonly closed: VerdictCounts;
  /** What was approved of rows that were held, so that they go on. */
  readonly released: string | undefined;
}

/** The shards as an earlier runner left them. */
export const createBatchShards = (
  plan: Plan,
  progress?: BatchProgress,
  released?: string,
): BatchShards => ({
  plan,
  released,
  announced: new Set(progress?.open.toSorted((one, other) => one - other)),
  open: new Map(),
  ahead: new Set(progress?.ahead),
  next: progress?.next ?? 1,
  closed: { ...(progress?.counts ?? noVerdicts()) },
});

/** The shard that a row is in. */
export const shardNumberOf = ({ plan }: BatchShards, row: number): number =>
  Math.ceil(row / plan.rowsPerShard);

/** The next shard in which there may be rows in doubt. */
export const nextAnnounced = ({ announced }: BatchShards): number | undefined =>
  announced.values().next().value;

/** The next shard to open: what is announced comes first. */
export const nextShard = (shards: BatchShards): number | undefined =>
  nextAnnounced(shards) ?? (shards.next <= shards.plan.shards ? shards.next : undefined);

/** Whether every shard is closed. */
export const areAllClosed = ({ announced, open, next, plan }: BatchShards): boolean =>
  next > plan.shards && announced.size === 0 && open.size === 0;

/** Whether a row has its verdict. */
export function isRowFinal(shards: BatchShards, row: number): boolean {
  const number = shardNumberOf(shards, row);
  const open = shards.open.get(number);
  if (open && shards.ahead.has(number)) return open.journal.rows.get(row)?.receipt !== undefined;
  return open ? !open.rows.has(row) : number < shards.next && !shards.announced.has(number);
}

/** Whether this row and all before it have their verdicts. */
export function areFinalUpTo(shards: BatchShards, row: number): boolean {
  const last = shardNumberOf(shards, row);
  if (shards.next <= last) return false;
  for (const number of shards.announced) if (number <= last) return false;
  for (const [number, { rows }] of shards.open) {
    if (number < last && rows.size > 0) return false;
    if (number === last) for (const open of rows.keys()) if (open <= row) return false;
  }
  return true;
}

/** Notes that a shard was opened; `undefined` if there was nothing to open in it. */
export function noteOpened(shards: BatchShards, number: number, shard?: OpenShard): void {
  shards.announced.delete(number);
  shards.ahead.delete(number);
  shards.next = Math.max(shards.next, number + 1);
  if (shard) shards.open.set(number, shard);
}

/** Closes a shard if its last row has ended; returns whether it did. */
export function closeIfEnded(shards: BatchShards, shard: OpenShard): boolean {
  if (shard.rows.size > 0 || shards.ahead.has(shard.shard)) return false;
  if (!shards.open.delete(shard.shard)) return false;
  for (const verdict of verdicts) shards.closed[verdict] += shard.counts[verdict];
  return true;
}

/** Whether rows that were opened ahead wait for rows of shards to come. */
export function isBarredAhead({ ahead, open }: BatchShards): boolean {
  for (const number of ahead) {
    for (const { write } of open.get(number)?.rows.values() ?? []) {
      if (write.behind !== undefined) return true;
    }
  }
  return false;
}

/** How many rows are open. */
export function countOpenRows({ open }: BatchShards): number {
  let sum = 0;
  for (const { rows } of open.values()) sum += rows.size;
  return sum;
}

/** The verdicts of all rows of the batch as they are now. */
export function countVerdicts({ plan, closed, open }: BatchShards): VerdictCounts {
  const { pending, held } = plan.verdicts;
  // What a guard held goes on once it was approved.
  const sum: VerdictCounts = { ...plan.verdicts, pending: pending + held, held: 0 };
  for (const counts of [closed, ...[...open.values()].map((shard) => shard.counts)]) {
    for (const verdict of verdicts) {
      sum[verdict] += counts[verdict];
      sum.pending -= counts[verdict];
    }
  }
  return sum;
}
