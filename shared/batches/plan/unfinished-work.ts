import { OperatorError } from "../../core/errors.ts";
import type { BatchManifest } from "../../records/manifest.ts";
import { readMarker } from "../../records/markers/marker.ts";
import { acceptanceOf, readPlannedBefore } from "../../records/markers/planning-marker.ts";
import { markersPrefix } from "../../records/paths.ts";
import { hasEnded, readStatus } from "../../records/status.ts";
import type { Blobs } from "../../storage/types.ts";
import type { BatchPorts } from "../ports.ts";

/**
 * Whether unfinished work may still change what a batch reads while it is planned: the tenant has a batch
 * with work, or one that was accepted earlier and is still being planned.
 */
export async function hasUnfinishedWork(
  { blobs, clock }: Pick<BatchPorts, "blobs" | "clock">,
  manifest: BatchManifest,
): Promise<boolean> {
  const { runner, batches } = blobs;
  const { tenant } = manifest;
  for await (const { path } of runner.list(markersPrefix(tenant))) {
    const marker = await readMarker(runner, tenant, path.slice(markersPrefix(tenant).length));
    if (marker && !(await hasFinished(batches, marker.folder))) return true;
  }
  const planned = await readPlannedBefore(runner, tenant, acceptanceOf(manifest), clock.now());
  return planned.length > 0;
}

/** A batch's marker is deleted a moment after its final status was written. */
async function hasFinished(batches: Blobs, folder: string): Promise<boolean> {
  try {
    return hasEnded((await readStatus(batches, folder))?.state);
  } catch (error) {
    if (error instanceof OperatorError && error.code === "BATCH_DAMAGED") return false;
    throw error;
  }
}
