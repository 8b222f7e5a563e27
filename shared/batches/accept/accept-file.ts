import type { FileVersion } from "../../records/manifest.ts";
import type { Blobs } from "../../storage/types.ts";
import { fileFolder } from "../folder/claim-file.ts";
import { type Context, type LockedFolder } from "../folder/context.ts";
import { inFolder } from "../folder/in-folder.ts";
import { holderOf } from "../folder/take-name.ts";
import { isStaged, isToPlan } from "../input/inbox-path.ts";
import { isMappingFile } from "../mapping/find-mapping.ts";
import { fileBatchName } from "../message/name.ts";
import type { Accepted } from "../ports.ts";
import { isRecipeFile } from "../recipes/own-recipes.ts";
import { fileInput, presentEtag, versionInput } from "./batch-input.ts";
import { beginBatch } from "./begin-batch.ts";
import { carryOn } from "./carry-on.ts";

/**
 * Accepts a version of a file in `inbox` as a separate batch, in the mode that its folder or the setting
 * INBOX_MODE says. Announced twice, it is
 * the same batch. A version that a message has claimed, or that was refused, is left alone.
 */
export async function acceptFile(context: Context, announced: FileVersion): Promise<Accepted> {
  const { path } = announced;
  if (isStaged(path) || isMappingFile(path) || isRecipeFile(path))
    return { state: "done", outcome: "ignored" };
  const { inbox } = context.ports.blobs;
  const file = await asStored(inbox, announced);
  const place = {
    batch: fileBatchName(file),
    folder: fileFolder(context.ports.settings.homeTenant, file),
  };
  return inFolder(context, place, (locked) => acceptVersion(context, locked, file));
}

async function acceptVersion(
  context: Context,
  locked: LockedFolder,
  file: FileVersion,
): Promise<Accepted> {
  const { ports, allowed, limits } = context;
  const { inbox, batches } = ports.blobs;
  const repeated = { state: "done", outcome: "repeated", folder: locked.folder } as const;
  const holder = await holderOf(batches, locked.folder);
  if (holder.kind === "batch") {
    const { manifest } = holder;
    if (manifest.source.kind === "claimed") return repeated;
    const { format, operation } = manifest;
    const input = versionInput(inbox, { file, format, operation });
    return carryOn(context, locked, manifest, input);
  }
  if (holder.kind === "remains" || holder.refused) return repeated;
  const nowMs = ports.clock.now();
  const input = await fileInput(inbox, file, { operations: allowed.operations, limits, nowMs });
  // The sweep finds it once it is whole.
  if (input.isGrowing) return { state: "done", outcome: "ignored" };
  return beginBatch(context, locked, {
    tenant: ports.settings.homeTenant,
    mode: isToPlan(file.path) ? "plan" : ports.settings.inboxMode,
    priority: "normal",
    source: { kind: "file", file },
    submitter: { kind: "file" },
    input,
    holder,
  });
}

/**
 * The file as `inbox` has it. Whether an event's subject is percent-encoded is not documented, and
 * a file must have one name however it was announced.
 */
async function asStored(inbox: Blobs, announced: FileVersion): Promise<FileVersion> {
  const { path } = announced;
  const decoded = decodedPath(path);
  if (decoded === path || (await presentEtag(inbox, path)) !== undefined) return announced;
  const isThere = (await presentEtag(inbox, decoded)) !== undefined;
  return isThere ? { ...announced, path: decoded } : announced;
}

function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
