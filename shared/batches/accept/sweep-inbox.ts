import { isStaged } from "../input/inbox-path.ts";
import { blobEventOf } from "../message/blob-event.ts";
import type { BatchPorts } from "../ports.ts";
import { fileFolder } from "./claim-file.ts";
import { holderOf } from "./take-name.ts";

/**
 * See `Batches.sweepInbox`: it queues the event that should have come, because it may have been lost.
 * If the event is only late, the file is announced twice, which still makes one batch.
 */
export async function sweepInbox(ports: BatchPorts): Promise<{ readonly inboxFiles: number }> {
  const { blobs, settings, acceptQueue } = ports;
  let inboxFiles = 0;
  for await (const { path, etag } of blobs.inbox.list("")) {
    if (isStaged(path)) continue;
    const file = { path, etag };
    const holder = await holderOf(blobs.batches, fileFolder(settings.homeTenant, file));
    if (holder.kind !== "free" || holder.refused) continue;
    inboxFiles += 1;
    await acceptQueue.send(blobEventOf(file));
  }
  return { inboxFiles };
}
