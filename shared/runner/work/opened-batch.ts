import { type Marker, checkMarker } from "../../records/markers/marker.ts";
import type { OpenBatch } from "../batch/open-batch.ts";
import type { Work } from "./work.ts";

/**
 * The open batch of a marker; opens it if it is not. `undefined` if it was about to start and the caps do
 * not allow it any more: it is held, and has no work left.
 *
 * @throws OperatorError BATCH_DAMAGED
 */
export async function openedBatch(work: Work, marker: Marker): Promise<OpenBatch | undefined> {
  const { site, batches, before } = work;
  const open = batches.open.get(marker.path);
  if (open) return open;
  checkMarker(marker);
  if (!before.has(marker.name) && (await site.holdAtStart(marker.folder))) {
    await site.blobs.runner.delete(marker.path);
    batches.finished(marker);
    return undefined;
  }
  const batch = await work.begin(marker);
  batches.add(marker);
  batches.opened(batch);
  return batch;
}
