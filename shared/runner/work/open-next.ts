import { type ErrorCode, OperatorError, unexpected } from "../../core/errors.ts";
import type { Marker } from "../../records/marker.ts";
import { batchOf } from "../../records/paths.ts";
import type { OpenBatch } from "../batch/open-batch.ts";
import type { Work } from "./work.ts";

/** Rows that could go now are kept ready beyond this many; below it the next shard is opened. */
const READY_ROWS = 200;
/**
 * Rows open at once of a batch and those before it, and at most twice as many of all: what bounds the
 * memory. A batch with no open rows may open a shard beyond the first bound, to use the budget that a
 * large batch before it leaves; and beyond both if no batch before it has open rows: it is more urgent.
 */
const OPEN_ROWS = 5_000;

/** What is no batch's own fault. */
const outages: ReadonlySet<ErrorCode> = new Set([
  "IDENTITY_UNAVAILABLE",
  "LEASE_LOST",
  "STORAGE_UNAVAILABLE",
]);

/**
 * Does a piece of a batch's work. If the batch cannot be read, the batch stops: it is broken.
 *
 * @throws an outage, or that another runner took over: these stop the slice.
 */
export async function stopIfBroken(
  { site, batches, status }: Work,
  marker: Marker,
  task: () => Promise<void>,
): Promise<void> {
  try {
    await task();
  } catch (error) {
    const reason = error instanceof OperatorError ? error : unexpected(error);
    if (outages.has(reason.code)) throw error;
    batches.stopped(marker, reason);
    const stopped = { batch: batchOf(marker.folder), tenant: site.tenant };
    site.emit({ event: "batch.stopped", ...stopped, code: reason.code });
    const batch = batches.open.get(marker.path);
    if (batch === undefined) return;
    site.schedule.withdraw(batch, batch.rows);
    await status.write(batch, reason);
  }
}

/** The batch to open a shard of so that enough rows are ready; in order of work. */
export function batchToOpen({ site, batches }: Work): Marker | undefined {
  const lanes = batches.lanes();
  const nowMs = site.clock.monotonic();
  const { picked } = site.schedule.choose({ lanes, nowMs, most: READY_ROWS });
  let ofAll = 0;
  for (const batch of batches.open.values()) ofAll += batch.openRows();
  let soFar = 0;
  let ready = 0;
  for (const { marker, batch } of batches.inOrder()) {
    const own = batch?.openRows() ?? 0;
    soFar += own;
    for (const row of picked) if (row.lane === batch) ready += 1;
    if (ready >= READY_ROWS) return undefined;
    const isMore = batch === undefined || batch.nextShard() !== undefined;
    const isRoom = ofAll < 2 * OPEN_ROWS && (own === 0 || soFar < OPEN_ROWS);
    if (isMore && (isRoom || soFar === 0)) return marker;
  }
  return undefined;
}

/** Opens the next shard of a batch, and the batch itself if it is not open. */
export async function openNextShard(work: Work, marker: Marker): Promise<void> {
  const { batches, state, status } = work;
  const isNew = !batches.open.has(marker.path);
  const batch = batches.open.get(marker.path) ?? (await work.begin(marker));
  if (isNew) batches.opened(batch);
  const shard = batch.nextShard();
  if (shard === undefined) return;
  batch.announce(shard);
  await state.save();
  await batch.open(shard);
  if (isNew) await status.write(batch);
}

/** Writes the reports of a batch that is done, and removes its marker. */
export async function finishBatch(
  { site, batches, status, before }: Work,
  batch: OpenBatch,
): Promise<void> {
  const { marker, outcomes } = batch;
  // The final status takes its figures from this one.
  await status.write(batch);
  await site.finishBatch(marker.folder, outcomes);
  await site.blobs.runner.delete(marker.path);
  batches.finished(marker);
  before.delete(marker.name);
}
