import type { FileVersion } from "../../records/manifest.ts";
import type { Blobs } from "../../storage/types.ts";
import { isStaged } from "../input/inbox-path.ts";
import { fileBatchName } from "../message/name.ts";
import type { Accepted } from "../ports.ts";
import { beginBatch } from "./accept-batch.ts";
import { type Context, inFolder } from "./accept-context.ts";
import { carryOn } from "./carry-on.ts";
import { fileFolder } from "./claim-file.ts";
import { fileSource, presentEtag, versionSource } from "./source.ts";
import { holderOf } from "./take-name.ts";

/**
 * Accepts a version of a file in `inbox` as a batch of its own, in mode apply. Told of it twice, it is
 * the same batch; what a message has claimed or a refusal has ended stays as it is.
 */
export async function acceptFile(context: Context, told: FileVersion): Promise<Accepted> {
  if (isStaged(told.path)) return { state: "done", outcome: "ignored" };
  const { ports, allowed, limits } = context;
  const file = await asStored(ports.blobs.inbox, told);
  const { homeTenant } = ports.settings;
  const batch = fileBatchName(file);
  const folder = fileFolder(homeTenant, file);
  return inFolder(context, { batch, folder }, async (held) => {
    const holder = await holderOf(ports.blobs.batches, folder);
    if (holder.kind === "refused" || holder.kind === "remains") {
      return { state: "done", outcome: "repeated", folder };
    }
    if (holder.kind === "batch") {
      const { manifest } = holder;
      if (manifest.source.kind === "claimed") return { state: "done", outcome: "repeated", folder };
      held.own(manifest);
      const { format, operation } = manifest;
      const source = versionSource(ports.blobs.inbox, { file, format, operation });
      return carryOn(ports, { folder, manifest }, source, held.lock, context.delivery);
    }
    const source = await fileSource(ports.blobs.inbox, file, {
      operations: allowed.operations,
      limits,
    });
    return beginBatch(
      context,
      {
        batch,
        folder,
        tenant: homeTenant,
        mode: "apply",
        priority: "normal",
        from: { kind: "file", file },
        source,
        holder,
      },
      held,
    );
  });
}

/**
 * The file as `inbox` has it. Whether an event's subject is percent-encoded is documented nowhere, and
 * a file must have one name however it was told of.
 */
async function asStored(inbox: Blobs, told: FileVersion): Promise<FileVersion> {
  const decoded = decodedPath(told.path);
  if (decoded === told.path || (await presentEtag(inbox, told.path)) !== undefined) return told;
  return (await presentEtag(inbox, decoded)) === undefined ? told : { ...told, path: decoded };
}

function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
