import type { Receipt, Verdict } from "../../catalogue/row.ts";
import { firstLink } from "../../records/chain.ts";
import { replay } from "../../records/history/replay.ts";
import { journalBlob } from "../../records/paths.ts";
import type { Plan } from "../../records/plan.ts";
import { type PlannedRow, readShard } from "../../records/shard.ts";
import type { Blobs } from "../../storage/types.ts";

/** A planned row, and what became of it. */
export interface RowEnd {
  readonly planned: PlannedRow;
  /** `held`: it was to be written, and a guard or a person stopped the batch before. */
  readonly verdict: Verdict;
  readonly receipt?: Receipt | undefined;
  /** What other rows have too that ended for the same cause. */
  readonly cause?: string | undefined;
}

/**
 * What became of the rows of one shard of a batch that has ended, in their order.
 *
 * @throws OperatorError BATCH_DAMAGED if shard or journal are
 */
export async function readRowEnds(
  batches: Blobs,
  folder: string,
  plan: Plan,
  shard: number,
): Promise<readonly RowEnd[]> {
  const path = journalBlob(folder, shard);
  const [rows, journal] = await Promise.all([
    readShard(batches, folder, shard),
    batches.read(path),
  ]);
  const known =
    journal && replay(path, journal.bytes.toString("utf8"), firstLink(plan, shard)).rows;
  return rows.map((planned): RowEnd => {
    const receipt = known?.get(planned.row)?.receipt;
    const ended = receipt ?? (planned.write === undefined ? planned : undefined);
    const cause = ended && "cause" in ended ? ended.cause : undefined;
    return { planned, receipt, verdict: ended?.verdict ?? "held", cause };
  });
}
