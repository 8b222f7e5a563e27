import { noVerdicts, type VerdictCounts } from "../../catalogue/row.ts";
import { statusBlob } from "../../records/paths.ts";
import type { BatchState, BatchStatus } from "../../records/status.ts";
import { jsonText } from "../../records/stored-json.ts";
import { openFencedJson } from "../../storage/fenced-json.ts";
import type { Blobs } from "../../storage/types.ts";

/** The status of a batch while nothing of it is being written. */
export function stillStatus(
  batch: string,
  state: BatchState,
  verdicts: VerdictCounts,
  nowMs: number,
  why: { readonly reason?: string | undefined; readonly fix?: string | undefined } = {},
): BatchStatus {
  return {
    version: 1,
    batch,
    state,
    rows: sumOf(verdicts),
    verdicts,
    writesPerSecond: 0,
    quotaShare: 0,
    throttled: 0,
    etaSeconds: state === "finished" ? 0 : null,
    updatedAt: new Date(nowMs).toISOString(),
    ...why,
  };
}

/** The verdicts of a batch of which only the first rows are planned, or none. */
export const pendingVerdicts = (
  rows: number,
  known: VerdictCounts = noVerdicts(),
): VerdictCounts => ({
  ...known,
  pending: known.pending + rows - sumOf(known),
});

export const sumOf = (verdicts: VerdictCounts): number =>
  Object.values(verdicts).reduce((sum, count) => sum + count, 0);

/**
 * A writer of status.json that fails once another process has written it: a planner that was thought
 * dead must not overwrite what its successor or the runner has written since.
 */
export async function fencedStatus(
  batches: Blobs,
  folder: string,
  isNew: boolean,
): Promise<(status: BatchStatus) => Promise<void>> {
  const superseded = "Another delivery of the message plans this batch.";
  const file = await openFencedJson(batches, statusBlob(folder), superseded, isNew);
  return (status) => file.write(jsonText(status));
}

/** Replaces the batch's status.json. */
export async function writeStatus(
  batches: Blobs,
  folder: string,
  status: BatchStatus,
): Promise<void> {
  await batches.write(statusBlob(folder), jsonText(status));
}
