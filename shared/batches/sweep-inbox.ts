import { blobEventOf } from "./blob-event.ts";
import { fileFolder } from "./claim-file.ts";
import { isStaged } from "./inbox-path.ts";
import type { BatchPorts } from "./ports.ts";
import { holderOf } from "./take-name.ts";

/** A younger file's event is probably under way; it is left to it, milliseconds. */
const SETTLED_MS = 10_000;

/** See `Batches.sweepInbox`: it queues the event that should have come, for it may have been lost. */
export async function sweepInbox(ports: BatchPorts): Promise<{ readonly inboxFiles: number }> {
  const { blobs, clock, settings, acceptQueue } = ports;
  let inboxFiles = 0;
  for await (const { path, etag, lastModifiedMs } of blobs.inbox.list("")) {
    if (isStaged(path)) continue;
    const file = { path, etag };
    const holder = await holderOf(blobs.batches, fileFolder(settings.homeTenant, file));
    if (holder.kind !== "nobody") continue;
    inboxFiles += 1;
    if (clock.now() - lastModifiedMs >= SETTLED_MS) await acceptQueue.send(blobEventOf(file));
  }
  return { inboxFiles };
}
