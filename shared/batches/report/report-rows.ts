import { noVerdicts, type Settled, type Verdict, type VerdictCounts } from "../../catalogue/row.ts";
import { subjectOf } from "../../catalogue/target.ts";
import { batchDamaged } from "../../records/damaged.ts";
import type { BatchManifest } from "../../records/manifest.ts";
import { inputBlob, shardBlob } from "../../records/paths.ts";
import type { Plan } from "../../records/plan.ts";
import type { Outcomes } from "../../records/receipt.ts";
import { type PlannedRow, readShard } from "../../records/shard.ts";
import type { Blobs } from "../../storage/types.ts";
import { inputShards } from "../input/input-shards.ts";

/** The verdict of a row with its proof; `pending` if it has none yet. */
export type Ending = Omit<Settled, "verdict"> & { readonly verdict: Verdict };

/** A row of a report: its cells as they were sent, and its verdict. */
export interface ReportRow extends Ending {
  readonly row: number;
  readonly operation: string;
  readonly cells: Readonly<Record<string, unknown>>;
}

/** The batch of a report. */
export interface ReportJob {
  readonly batches: Blobs;
  readonly folder: string;
  readonly manifest: BatchManifest;
  readonly plan: Plan;
  readonly outcomes: Outcomes;
  /** The verdict of planned writes that have no receipt. */
  readonly unwritten: Ending;
}

/** Counts the verdicts without reading the input, with bounded memory. */
export async function countVerdicts(job: ReportJob): Promise<VerdictCounts> {
  const counts = noVerdicts();
  for (let shard = 1; shard <= job.plan.shards; shard++) {
    const outcomes = await job.outcomes(shard);
    for (const planned of await readShard(job.batches, job.folder, shard)) {
      counts[endingOf(planned, outcomes, job).verdict] += 1;
    }
  }
  return counts;
}

/**
 * The rows with their input, one shard at a time, with bounded memory.
 * @throws OperatorError BATCH_DAMAGED if input and shards do not have the same rows.
 */
export async function* reportRows(job: ReportJob): AsyncGenerator<readonly ReportRow[]> {
  const { batches, folder, manifest } = job;
  let shard = 0;
  for await (const inputs of inputShards(batches, folder, manifest.format)) {
    shard += 1;
    const [planned, outcomes] = await Promise.all([
      readShard(batches, folder, shard),
      job.outcomes(shard),
    ]);
    if (planned.length !== inputs.length) {
      throw batchDamaged(
        shardBlob(folder, shard),
        `has ${planned.length} rows where the input has ${inputs.length}`,
      );
    }
    yield inputs.map((input, at) => {
      const one = planned[at]!;
      if (one.row !== input.row)
        throw batchDamaged(
          shardBlob(folder, shard),
          `has row ${one.row} where the input has row ${input.row}`,
        );
      const { row, cells } = input;
      return { ...endingOf(one, outcomes, job), row, operation: one.operation, cells };
    });
  }
  if (shard !== job.plan.shards)
    throw batchDamaged(inputBlob(folder), `has rows for ${shard} shards of ${job.plan.shards}`);
}

function endingOf(
  planned: PlannedRow,
  outcomes: ReadonlyMap<number, Settled>,
  { plan, unwritten }: ReportJob,
): Ending {
  const outcome = outcomes.get(planned.row);
  if (outcome !== undefined) return outcome;
  if (planned.verdict === undefined) {
    return { ...unwritten, objectId: subjectOf(planned.write.target) };
  }
  const { row: _row, operation: _operation, write: _write, ...settled } = planned;
  return { finishedAt: plan.plannedAt, ...settled };
}
