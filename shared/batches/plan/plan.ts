import type { Lookup } from "../../catalogue/operation.ts";
import type { Graph } from "../../graph/types.ts";
import { batchDamaged } from "../../records/damaged.ts";
import type { InputFormat } from "../../records/manifest.ts";
import { inputBlob, shardBlob } from "../../records/paths.ts";
import { type PlannedRow, countShards, readShard, shardText } from "../../records/shard.ts";
import { leaseLost } from "../../storage/errors.ts";
import type { Blobs } from "../../storage/types.ts";
import type { RowRules } from "../input/columns.ts";
import { type CompiledRow, compileRow } from "../input/compile-row.ts";
import { inputShards } from "../input/input-shards.ts";
import { withHints } from "./hints.ts";
import { createDirectory } from "./lookups.ts";
import { planRow, replayRow } from "./plan-row.ts";
import { createTotals, type PlanTotals } from "./plan-totals.ts";
import { createRowTraces } from "./row-traces.ts";

/** What is planned, and with which clients. */
export interface PlanJob {
  readonly folder: string;
  readonly format: InputFormat;
  /** The number of rows that was counted when the input was checked. */
  readonly rows: number;
  readonly rules: RowRules;
  readonly batches: Blobs;
  /** Nothing of it was planned before. */
  readonly isNew: boolean;
  readonly graph: Graph;
  /** Whether unfinished work of other batches may still change what the rows name. */
  readonly mayChange: boolean;
  /** Called after each shard; planning continues while it answers true. Throws if the lease is lost. */
  readonly goOn: (totals: PlanTotals) => Promise<boolean>;
}

/**
 * Plans a batch shard by shard, in the order of its input, with bounded memory: the rows of a shard
 * are checked, what they name is looked up, each is decided, and the shard is written once. Shards
 * that exist already are only read, because later rows depend on them; so an interrupted plan
 * continues. Answers `undefined` if `goOn` stopped it.
 *
 * @throws OperatorError READ_INCOMPLETE, STORAGE_UNAVAILABLE, LEASE_LOST (disposition `retry`);
 * BATCH_DAMAGED (`retry`) if input or shards are; PERMISSION_MISSING (`refuse`).
 */
export async function planBatch(job: PlanJob): Promise<PlanTotals | undefined> {
  const { batches, folder, rules } = job;
  const directory = createDirectory(job.graph);
  const traces = createRowTraces();
  const totals = createTotals();
  const written = job.isNew ? 0 : await countShards(batches, folder);
  let shard = 0;
  const input = inputShards(batches, folder, job.format);
  for await (const rows of input) {
    shard += 1;
    const compiled = rows.map((row) => compileRow(row, rules));
    if (shard <= written) {
      for (const [at, planned] of (await readShard(batches, folder, shard)).entries()) {
        replayRow(compiled[at]!, planned, traces);
        totals.add(compiled[at]!, planned);
      }
      continue;
    }
    const lookedUp = await directory.lookUp(compiled.flatMap(lookupsOf));
    const planned = compiled.map((row) => planRow(row, lookedUp, traces, job.mayChange));
    // What is there now says nothing of what the runner will find after other batches.
    const hinted = job.mayChange ? planned : await withHints(planned, compiled, job.graph, traces);
    await writeShard(job, shard, hinted);
    for (const [at, row] of planned.entries()) totals.add(compiled[at]!, row);
    if (!(await job.goOn(totals.value()))) return undefined;
  }
  if (totals.value().rows !== job.rows) {
    throw batchDamaged(
      inputBlob(folder),
      `has ${totals.value().rows} rows where ${job.rows} were checked`,
    );
  }
  return totals.value();
}

const lookupsOf = (row: CompiledRow): Lookup[] =>
  "invalid" in row ? [] : Object.values(row.operation.lookups(row.payload));

/** If the shard exists, another delivery has superseded this one and continues with the batch. */
async function writeShard(
  { batches, folder }: PlanJob,
  shard: number,
  rows: readonly PlannedRow[],
): Promise<void> {
  const written = await batches.write(shardBlob(folder, shard), shardText(rows), {
    ifAbsent: true,
  });
  if (written !== undefined) return;
  throw leaseLost("Another delivery of the message plans this batch.");
}
