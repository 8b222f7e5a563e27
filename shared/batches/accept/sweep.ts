import { readManifest } from "../../records/manifest.ts";
import type { FileVersion } from "../../records/manifest.ts";
import { batchesWithMarkers, bringDue } from "../../records/markers/marker.ts";
import {
  batchOf,
  folderIn,
  htmlReportBlob,
  inputBlob,
  isBeforeTheName,
  manifestBlob,
  planBlob,
  refusedBlob,
  shardsPrefix,
  statusBlob,
  tenantIn,
} from "../../records/paths.ts";
import { readStatus } from "../../records/status.ts";
import type { BlobFacts, Blobs } from "../../storage/types.ts";
import { fileFolder } from "../folder/claim-file.ts";
import { isStaged } from "../input/inbox-path.ts";
import { isMappingFile } from "../mapping/find-mapping.ts";
import { renewMapping } from "../mapping/renew-mapping.ts";
import { blobEventOf } from "../message/blob-event.ts";
import { resumeMessageOf } from "../message/envelope.ts";
import type { BatchPorts } from "../ports.ts";
import { isRecipeFile } from "../recipes/own-recipes.ts";
import { isGrowing } from "./batch-input.ts";

/** A batch that is neither planned nor handed over is resumed after so long without progress. */
const STALLED_MINUTES = 10;

/** Manifests, by ETag, that only claim a file: they need not be read again. */
export type KnownClaims = Set<string>;

/**
 * See `Batches.sweepInbox`. It lists the container `batches` once and reads nothing of a batch that
 * needs nothing, because there are many.
 *
 * - For an inbox file without a batch it queues the event that should have come, because it may have
 *   been lost. If the event is only late, the file is announced twice, which still makes one batch.
 * - For a batch that was accepted and whose message was lost before its plan was made or handed over,
 *   it queues a message that resumes the batch, and emits `batch.stalled`.
 * - A batch whose window has begun it hands to the tenant's runner.
 */
export async function sweepInbox(
  ports: BatchPorts,
  claims: KnownClaims,
): Promise<{ readonly inboxFiles: number }> {
  const { blobs, acceptQueue } = ports;
  const unknown = await inboxFolders(ports);
  const open: Folder[] = [];
  for await (const folder of foldersOf(blobs.batches)) {
    if (folder.isTaken) unknown.delete(folder.path);
    if (folder.acceptedMs !== undefined && !folder.hasEnded) open.push(folder);
  }
  for (const file of unknown.values()) await acceptQueue.send(blobEventOf(file));
  await resumeStalled(ports, open, claims);
  for (const tenant of ports.settings.tenants) {
    if (await bringDue(blobs.runner, tenant, ports.clock.now())) await ports.ring(tenant);
  }
  return { inboxFiles: unknown.size };
}

/** The inbox files that are batches of their own and whole, by the folder of that batch. Mappings and recipes are kept alive. */
async function inboxFolders({
  blobs,
  settings,
  clock,
}: BatchPorts): Promise<Map<string, FileVersion>> {
  const folders = new Map<string, FileVersion>();
  for await (const facts of blobs.inbox.list("")) {
    const { path, etag } = facts;
    if (isStaged(path)) continue;
    if (isMappingFile(path) || isRecipeFile(path)) {
      await renewMapping(blobs.inbox, facts, clock.now());
      continue;
    }
    if (isGrowing(facts, clock.now())) continue;
    folders.set(fileFolder(settings.homeTenant, { path, etag }), { path, etag });
  }
  return folders;
}

/** What the listing shows of a folder in container `batches`. */
interface Folder {
  readonly path: string;
  /** It holds more than what an attempt leaves before it takes the name. */
  isTaken: boolean;
  /** When batch.json was written, and its ETag. */
  acceptedMs?: number;
  etag?: string;
  /** When something of its manifest, input, plan or shards was written last. */
  progressMs: number;
  hasPlan: boolean;
  /** It was refused, or its last status is not older than its reports. */
  hasEnded: boolean;
  reportedMs?: number;
}

/** The folders, one after the other: a listing has the blobs of a folder together. */
async function* foldersOf(batches: Blobs): AsyncGenerator<Folder> {
  let folder: Folder | undefined;
  for await (const blob of batches.list("")) {
    const path = folderIn(blob.path);
    if (path === undefined) continue;
    if (folder?.path !== path) {
      if (folder) yield folder;
      folder = { path, isTaken: false, progressMs: 0, hasPlan: false, hasEnded: false };
    }
    note(blob, folder);
  }
  if (folder) yield folder;
}

/** Adds a blob to what is known of its folder. In a listing, report.html comes before status.json. */
function note({ path, etag, lastModifiedMs }: BlobFacts, folder: Folder): void {
  folder.isTaken ||= !isBeforeTheName(folder.path, path);
  if (isProgress(folder.path, path)) {
    folder.progressMs = Math.max(folder.progressMs, lastModifiedMs);
  }
  if (path === manifestBlob(folder.path)) {
    folder.acceptedMs = lastModifiedMs;
    folder.etag = etag;
  } else if (path === planBlob(folder.path)) {
    folder.hasPlan = true;
  } else if (path === refusedBlob(folder.path)) {
    folder.hasEnded = true;
  } else if (path === htmlReportBlob(folder.path)) {
    folder.reportedMs = lastModifiedMs;
  } else if (path === statusBlob(folder.path) && folder.reportedMs !== undefined) {
    folder.hasEnded ||= lastModifiedMs >= folder.reportedMs;
  }
}

/** The status is none: it is also written while a batch only waits. */
const isProgress = (folder: string, path: string): boolean =>
  [manifestBlob(folder), inputBlob(folder), planBlob(folder)].includes(path) ||
  path.startsWith(shardsPrefix(folder));

async function resumeStalled(
  ports: BatchPorts,
  open: readonly Folder[],
  claims: KnownClaims,
): Promise<void> {
  const { blobs, settings, clock, acceptQueue } = ports;
  const marked = new Map<string, Set<string>>();
  for (const tenant of settings.tenants) {
    marked.set(tenant, await batchesWithMarkers(blobs.runner, tenant));
  }
  for (const folder of open) {
    const minutesSince = (ms = 0): number => Math.floor((clock.now() - ms) / 60_000);
    const tenant = tenantIn(settings.homeTenant, folder.path);
    const batch = batchOf(folder.path);
    if (
      minutesSince(folder.progressMs) < STALLED_MINUTES ||
      marked.get(tenant)?.has(batch) !== false
    )
      continue;
    if (!folder.hasPlan && (await isClaim(blobs.batches, folder, claims))) continue;
    if (folder.hasPlan && (await isPaused(blobs.batches, folder))) continue;
    if (!folder.hasPlan && (await isWaiting(blobs.batches, folder, minutesSince))) continue;
    const minutes = minutesSince(folder.acceptedMs);
    ports.emit({ event: "batch.stalled", batch, tenant, minutes });
    await acceptQueue.send(resumeMessageOf({ batch, tenant }));
  }
}

/** A paused batch has no marker and no report: it waits for a person. */
const isPaused = async (batches: Blobs, { path }: Folder): Promise<boolean> =>
  (await readStatus(batches, path))?.state === "paused";

/** Whether its message still comes and says that it waits for earlier work. */
async function isWaiting(
  batches: Blobs,
  { path }: Folder,
  minutesSince: (ms: number) => number,
): Promise<boolean> {
  const { reason, updatedAt = "" } = (await readStatus(batches, path)) ?? {};
  return reason !== undefined && minutesSince(Date.parse(updatedAt)) < STALLED_MINUTES;
}

/** Whether the folder's batch.json only claims a file for another batch. */
async function isClaim(
  batches: Blobs,
  { path, etag = "" }: Folder,
  claims: KnownClaims,
): Promise<boolean> {
  if (claims.has(etag)) return true;
  const stored = await readManifest(batches, path).catch(() => undefined);
  if (stored?.value.source.kind !== "claimed") return false;
  claims.add(etag);
  return true;
}
