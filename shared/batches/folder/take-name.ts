import { changeControl, withoutDecisions } from "../../records/decisions/control.ts";
import { readManifest, type BatchManifest } from "../../records/manifest.ts";
import {
  batchLockBlob,
  controlBlob,
  folderOf,
  folderPrefix,
  isBeforeTheName,
  manifestBlob,
  problemBlob,
  refusedBlob,
  spellingBlob,
  statusBlob,
} from "../../records/paths.ts";
import { readRefused } from "../../records/refused.ts";
import { jsonText, type Stored } from "../../records/stored-json.ts";
import type { Blobs } from "../../storage/types.ts";
import type { BatchPorts } from "../ports.ts";

/** What a refused batch left in its folder: its manifest, if it had taken the name. */
export interface RefusedBefore {
  readonly manifest?: Stored<BatchManifest> | undefined;
}

/** Which batch has a folder. */
export type Holder =
  /**
   * None; a batch that was refused did nothing, so its name is free again. `isEmpty`: no attempt left
   * anything in the folder either.
   */
  | {
      readonly kind: "free";
      readonly refused?: RefusedBefore | undefined;
      readonly isEmpty: boolean;
    }
  | { readonly kind: "batch"; readonly manifest: BatchManifest }
  /**
   * The manifest is gone, by a lifecycle rule or a mistake, but other files of the batch are left. The
   * name is not free: a new batch would take that plan, status or journal for its own.
   */
  | { readonly kind: "remains" };

/** Whether a folder without a manifest holds files of an earlier batch. */
export async function hasRemains(batches: Blobs, folder: string): Promise<boolean> {
  for await (const { path } of batches.list(folderPrefix(folder))) {
    if (!isBeforeTheName(folder, path)) return true;
  }
  return false;
}

/** Finds out which batch has the folder. A listing comes first, because most folders are new. */
export async function holderOf(batches: Blobs, folder: string): Promise<Holder> {
  const { hasManifest, isRefused, isTaken, isEmpty } = await lookInto(batches, folder);
  if (!hasManifest && !isRefused) return isTaken ? { kind: "remains" } : { kind: "free", isEmpty };
  const [stored, refused] = await Promise.all([
    hasManifest ? readManifest(batches, folder) : undefined,
    isRefused ? readRefused(batches, folder) : undefined,
  ]);
  if (stored?.value.source.kind === "claimed") return { kind: "batch", manifest: stored.value };
  if (refused !== undefined) {
    return { kind: "free", refused: { manifest: stored }, isEmpty: false };
  }
  return stored === undefined ? { kind: "remains" } : { kind: "batch", manifest: stored.value };
}

async function lookInto(batches: Blobs, folder: string) {
  const seen = { hasManifest: false, isRefused: false, isTaken: false, isEmpty: true };
  for await (const { path } of batches.list(folderPrefix(folder))) {
    if (path === manifestBlob(folder)) seen.hasManifest = true;
    else if (path === refusedBlob(folder)) seen.isRefused = true;
    else if (!isBeforeTheName(folder, path)) seen.isTaken = true;
    if (path !== batchLockBlob(folder)) seen.isEmpty = false;
    // A listing is in the order of paths: the many shards come later.
    if (path > refusedBlob(folder) && seen.isTaken) break;
  }
  return seen;
}

/**
 * What a batch may find of a refused one that had its name: nothing else of that one may become its own, nor what
 * was decided about it, unless both have the same rows.
 */
const stays = [manifestBlob, refusedBlob, statusBlob, controlBlob];

const OTHER_ROWS = "The batch that it was about was refused, and another batch has its name now.";

/**
 * Takes the folder for a batch by writing its `batch.json`, over that of a refused batch. Answers
 * `false` if another delivery was faster. The old refused.json is deleted last: if the program stops
 * before that, the name is taken again.
 */
export async function takeName(
  batches: Blobs,
  folder: string,
  manifest: BatchManifest,
  refused?: RefusedBefore,
): Promise<boolean> {
  if (refused) {
    for await (const { path } of batches.list(folderPrefix(folder))) {
      const isKept = stays.some((blobOf) => path === blobOf(folder));
      if (!isKept && !isBeforeTheName(folder, path)) await batches.delete(path);
    }
    await batches.delete(problemBlob(folder));
    if (refused.manifest?.value.contentSha256 !== manifest.contentSha256) {
      await changeControl(batches, folder, (control) => withoutDecisions(control, OTHER_ROWS));
    }
  }
  const etag = refused?.manifest?.etag;
  const taken = await batches.write(
    manifestBlob(folder),
    jsonText(manifest),
    etag === undefined ? { ifAbsent: true } : { ifMatch: etag },
  );
  if (taken === undefined) return false;
  if (refused) await batches.delete(refusedBlob(folder));
  return true;
}

/**
 * The batch whose name differs from this one in case only, if there is one: its sender would expect the
 * first one's result. Names in lower case are looked for in their folder; for others a blob keeps how
 * they are spelled.
 */
export async function otherSpelling(
  { blobs, settings }: Pick<BatchPorts, "blobs" | "settings">,
  tenant: string,
  batch: string,
): Promise<string | undefined> {
  const isTaken = async (name: string): Promise<boolean> => {
    const folder = folderOf(settings.homeTenant, tenant, name);
    return name !== batch && (await holderOf(blobs.batches, folder)).kind !== "free";
  };
  const path = spellingBlob(tenant, batch);
  const found = await blobs.runner.read(path);
  const spelled = found?.bytes.toString("utf8");
  if (spelled !== undefined && (await isTaken(spelled))) return spelled;
  const lower = batch.toLowerCase();
  if (batch === lower) return undefined;
  if (await isTaken(lower)) return lower;
  const condition = found ? { ifMatch: found.etag } : ({ ifAbsent: true } as const);
  if (spelled !== batch) await blobs.runner.write(path, batch, condition);
  return undefined;
}
