import { readControl } from "../../records/decisions/control.ts";
import { acceptanceIn, announceWork, type Marker } from "../../records/markers/marker.ts";
import type { OpenBatch } from "../batch/open-batch.ts";
import type { Work } from "./work.ts";

/**
 * Writes the reports of a batch of which nothing more is sent, and removes its marker and those before it. A
 * later one may be that of an approval of what an earlier runner held: it is seen to in its turn.
 */
export async function finishBatch(work: Work, batch: OpenBatch): Promise<void> {
  const { site, status } = work;
  // The final status copies its figures from this one.
  await status.write(batch);
  await site.finishBatch(batch.marker.folder, batch.receipts);
  const ownAt = instantOf(batch.marker);
  await forget(work, batch.marker, ({ acceptedAt }) => acceptedAt <= ownAt);
}

/** Ends a batch that was stopped, or lays one aside that was paused; nothing of it is under way. */
export async function endHalted(work: Work, batch: OpenBatch): Promise<void> {
  const { site, batches, status, before } = work;
  const { marker, halt } = batch;
  if (halt === undefined || halt.kind === "stopped") return finishBatch(work, batch);
  await status.write(batch);
  if (halt.kind === "tenant-paused") {
    // The marker stays: the tenant keeps its order of work.
    before.set(marker.name, batch.progress());
    batches.finished(marker);
    return;
  }
  // Resuming writes a marker with a later instant. It must not go with the others.
  await forget(work, marker, ({ acceptedAt }) => acceptedAt <= halt.at);
  const { standing } = await readControl(site.blobs.batches, marker.folder);
  if (standing === "open") {
    const { manifest } = batch.files;
    const nowMs = site.clock.now();
    const releasedAt = new Date(nowMs).toISOString();
    await announceWork(site.blobs.runner, { manifest, folder: marker.folder, releasedAt, nowMs });
  }
}

/** Removes a marker, and those of the same batch that are known and meant: they are no work any more. */
async function forget(
  work: Work,
  own: Marker,
  isMeant: (marker: { readonly acceptedAt: string }) => boolean,
): Promise<void> {
  const { site, batches, before, glimpses } = work;
  const others = [...batches.known.values()].filter(
    (each) =>
      each.folder === own.folder &&
      each.path !== own.path &&
      isMeant({ acceptedAt: instantOf(each) }),
  );
  for (const marker of [own, ...others]) {
    await site.blobs.runner.delete(marker.path);
    batches.finished(marker);
    glimpses.delete(marker.path);
    before.delete(marker.name);
  }
}

const INSTANT_LENGTH = "2026-11-21T15:00:00.000Z".length;

/** When its batch was accepted or, if that was later, released. */
const instantOf = ({ name }: Marker): string => acceptanceIn(name).slice(0, INSTANT_LENGTH);
