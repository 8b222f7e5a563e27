import type { Lookup } from "../../catalogue/operation.ts";
import type { Graph } from "../../graph/types.ts";
import { batchDamaged } from "../../records/damaged.ts";
import type { InputFormat } from "../../records/manifest.ts";
import { inputBlob, shardBlob } from "../../records/paths.ts";
import type { PlannedCharge } from "../../records/plan.ts";
import { type PlannedRow, countShards, readShard, shardText } from "../../records/shard.ts";
import { leaseLost } from "../../storage/errors.ts";
import type { Blobs } from "../../storage/types.ts";
import type { RowRules } from "../input/columns.ts";
import { type CompiledRow, compileRow } from "../input/compile-row.ts";
import { inputShards } from "../input/input-shards.ts";
import { ahead } from "./ahead.ts";
import { withHints } from "./hints.ts";
import { type Directory, createDirectory } from "./lookups.ts";
import { planRow, replayRow } from "./plan-row.ts";
import { createTotals, type PlanTotals } from "./plan-totals.ts";
import { createRowTraces, type RowTraces } from "./row-traces.ts";

/** A read that Graph asks to repeat later delays one shard; those after it are looked up meanwhile. */
const LOOK_UPS_AHEAD = 2;

/** The totals of a whole plan, with what guards count of it. */
export interface PlannedBatch extends PlanTotals {
  readonly charge: PlannedCharge;
}

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
  /** Whether there is time for more than the shard at hand, so that reads for later ones are not wasted. */
  readonly hasTime: () => boolean;
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
export async function planBatch(job: PlanJob): Promise<PlannedBatch | undefined> {
  const { folder } = job;
  const traces = createRowTraces();
  const totals = createTotals();
  for await (const { shard, compiled, planned, hinted } of ahead(decided(job, traces), () =>
    job.hasTime() ? 1 : 0,
  )) {
    if (hinted) await writeShard(job, shard, await hinted);
    for (const [at, row] of planned.entries()) totals.add(compiled[at]!, row);
    if (hinted && !(await job.goOn(totals.value()))) return undefined;
  }
  if (totals.value().rows !== job.rows) {
    throw batchDamaged(
      inputBlob(folder),
      `has ${totals.value().rows} rows where ${job.rows} were checked`,
    );
  }
  return { ...totals.value(), charge: totals.charge() };
}

/** A shard of the input, and what its rows name: not looked up if the shard was planned before. */
interface LookedUpShard {
  readonly shard: number;
  readonly compiled: readonly CompiledRow[];
  readonly lookedUp: ReturnType<Directory["lookUp"]> | undefined;
}

/** A shard whose rows are decided; `hinted` is what to write, unless it was written before. */
interface DecidedShard {
  readonly shard: number;
  readonly compiled: readonly CompiledRow[];
  readonly planned: readonly PlannedRow[];
  readonly hinted: Promise<readonly PlannedRow[]> | undefined;
}

/** Starts to look up what each shard names. */
async function* lookedUp(job: PlanJob): AsyncGenerator<LookedUpShard> {
  const directory = createDirectory(job.graph);
  const written = job.isNew ? 0 : await countShards(job.batches, job.folder);
  let shard = 0;
  for await (const rows of inputShards(job.batches, job.folder, job.format)) {
    shard += 1;
    const compiled = rows.map((row) => compileRow(row, job.rules));
    const isWritten = shard <= written;
    const found = isWritten ? undefined : directory.lookUp(compiled.flatMap(lookupsOf));
    yield { shard, compiled, lookedUp: found && thrownLater(found) };
  }
}

/** Decides the rows of each shard, in order, and starts to look for the edges that exist. */
async function* decided(job: PlanJob, traces: RowTraces): AsyncGenerator<DecidedShard> {
  for await (const { shard, compiled, lookedUp: found } of ahead(lookedUp(job), () =>
    job.hasTime() ? LOOK_UPS_AHEAD : 0,
  )) {
    if (!found) {
      const planned = await readShard(job.batches, job.folder, shard);
      for (const [at, row] of planned.entries()) replayRow(compiled[at]!, row, traces);
      yield { shard, compiled, planned, hinted: undefined };
      continue;
    }
    const directory = await found;
    const planned = compiled.map((row) => planRow(row, directory, traces, job.mayChange));
    // What is there now says nothing of what the runner will find after other batches.
    const hinted = job.mayChange
      ? Promise.resolve(planned)
      : withHints(planned, compiled, job.graph, traces);
    yield { shard, compiled, planned, hinted: thrownLater(hinted) };
  }
}

/** A promise whose error is seen when its turn comes. */
function thrownLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
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
