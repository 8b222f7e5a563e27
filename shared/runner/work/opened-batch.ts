import { type Marker, checkMarker } from "../../records/markers/marker.ts";
import type { OpenBatch } from "../batch/open-batch.ts";
import type { Work } from "./work.ts";

/**
 * The open batch of a marker; opens it if it is not. `undefined` if it may not start: it has ended and has
 * no work left, or its time has not come and the next slice asks again.
 *
 * @throws OperatorError BATCH_DAMAGED
 */
export async function openedBatch(work: Work, marker: Marker): Promise<OpenBatch | undefined> {
  const { site, batches } = work;
  const open = batches.open.get(marker.path);
  if (open) return open;
  checkMarker(marker);
  const admission = await site.admit(marker.folder);
  if (admission.kind !== "run") {
    if (admission.kind !== "wait") await site.blobs.runner.delete(marker.path);
    batches.finished(marker);
    return undefined;
  }
  const batch = await work.begin(marker);
  batches.add(marker);
  batches.opened(batch);
  return batch;
}
