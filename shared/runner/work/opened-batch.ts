import { type Marker, checkMarker } from "../../records/markers/marker.ts";
import { batchOf } from "../../records/paths.ts";
import { hasEnded, readStatus } from "../../records/status.ts";
import { halted, journaled, readHalt } from "../batch/halt.ts";
import type { Halt, OpenBatch } from "../batch/open-batch.ts";
import type { Site } from "../batch/site.ts";
import { pause } from "./pause.ts";
import { seeToWindow } from "./window.ts";
import type { Work } from "./work.ts";

/**
 * The open batch of a marker; opens it if it is not. `undefined` if it may not start: it has ended and has
 * no work left, or its time has not come and the next slice asks again.
 *
 * @throws OperatorError BATCH_DAMAGED
 */
export async function openedBatch(work: Work, marker: Marker): Promise<OpenBatch | undefined> {
  const { site, batches, before, later } = work;
  const open = batches.open.get(marker.path);
  if (open) return open;
  checkMarker(marker);
  // A batch that was cancelled or released while it had a marker has two: the other one is at work.
  for (const each of batches.open.values())
    if (each.marker.folder === marker.folder) return undefined;
  if (!before.has(marker.name) && (await isOver(site, marker))) {
    await site.blobs.runner.delete(marker.path);
    batches.finished(marker);
    return undefined;
  }
  if (!marker.isSummons) await seeToWindow(site, marker.folder);
  const halt = await readHalt(site, marker.folder, work.standing.tenant);
  if (halt) return openHalted(work, marker, halt);
  if (marker.isSummons) {
    // It was resumed since, or its work marker is still there.
    await site.blobs.runner.delete(marker.path);
    batches.finished(marker);
    return undefined;
  }
  const admission = await site.admit(marker.folder);
  if (admission.kind === "pause") {
    const named = { batch: batchOf(marker.folder), tenant: site.tenant };
    await pause(site, marker.folder, named, admission);
    // If it was resumed meanwhile, it is asked again whether it may start.
    return openedBatch(work, marker);
  }
  if (admission.kind !== "run") {
    if (admission.kind === "wait") later.untilMs = Math.min(later.untilMs, admission.untilMs);
    else await site.blobs.runner.delete(marker.path);
    batches.finished(marker);
    return undefined;
  }
  return begun(work, marker);
}

/** A marker that was written again for a batch that ended in between is no work. */
const isOver = async ({ blobs }: Site, { folder }: Marker): Promise<boolean> =>
  hasEnded((await readStatus(blobs.batches, folder))?.state);

/** Opens no more of a batch that is to stop than what may be in doubt. */
async function openHalted(work: Work, marker: Marker, halt: Halt): Promise<OpenBatch> {
  const { site, batches, before } = work;
  if (!before.has(marker.name)) {
    // It may be called by another marker than the one under which an earlier runner began it.
    const begunAs = [...batches.known.values()].find(
      ({ name, folder }) => folder === marker.folder && before.has(name),
    );
    const progress = before.get(begunAs?.name ?? "") ?? (await journaled(site, marker));
    before.set(marker.name, { ...progress, marker: marker.name });
  }
  const batch = await begun(work, marker);
  // Before its first row is open: it must not be offered for a moment.
  halted(site, batch, halt);
  await batch.reopenAhead();
  halted(site, batch, halt);
  return batch;
}

async function begun({ batches, begin }: Work, marker: Marker): Promise<OpenBatch> {
  const batch = await begin(marker);
  batches.add(marker);
  batches.opened(batch);
  return batch;
}
