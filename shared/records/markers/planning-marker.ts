import type { Blobs } from "../../storage/types.ts";
import type { BatchManifest } from "../manifest.ts";
import { planningPrefix } from "../paths.ts";

/** A marker of a batch that was accepted and is not planned; an older one is of a batch that was given up. */
const LASTS_MS = 60 * 60_000;

/** Sorts batches in order of acceptance; the names of work markers end with it. */
export const acceptanceOf = ({
  acceptedAt,
  batch,
}: Pick<BatchManifest, "acceptedAt" | "batch">): string => `${acceptedAt}-${batch}`;

/** The blob, in container `runner`, that tells of a batch that may write and is being planned. */
export const planningMarker = (manifest: BatchManifest): string =>
  `${planningPrefix(manifest.tenant)}${acceptanceOf(manifest)}`;

/** The batches, by `acceptanceOf`, that were accepted before this one and are still being planned. */
export async function readPlannedBefore(
  runner: Blobs,
  tenant: string,
  accepted: string,
  nowMs: number,
): Promise<string[]> {
  const before: string[] = [];
  const oldest = new Date(nowMs - LASTS_MS).toISOString();
  for await (const { path } of runner.list(planningPrefix(tenant))) {
    const name = path.slice(planningPrefix(tenant).length);
    if (name >= oldest && name < accepted) before.push(name);
  }
  return before;
}

/** Whether a batch of the tenant that may write is being planned. */
export const isPlanning = async (runner: Blobs, tenant: string, nowMs: number): Promise<boolean> =>
  (await readPlannedBefore(runner, tenant, LAST, nowMs)).length > 0;

/** Sorts behind every `acceptanceOf`. */
const LAST = "~";
