import { InputRefusal } from "../../core/input-refusal.ts";
import type { BatchManifest } from "../../records/manifest.ts";
import { folderOf } from "../../records/paths.ts";
import type { Blobs } from "../../storage/types.ts";
import type { Context } from "../folder/context.ts";
import { inFolder } from "../folder/in-folder.ts";
import { holderOf } from "../folder/take-name.ts";
import type { Accepted } from "../ports.ts";
import { type BatchInput, versionInput } from "./batch-input.ts";
import { carryOn } from "./carry-on.ts";

/**
 * Continues a batch whose own message may be lost. If it has to wait, this message ends and the sweep
 * sends another: otherwise a batch that waits long would gather more and more of them.
 */
export async function resumeBatch(
  context: Context,
  { batch, tenant }: { readonly batch: string; readonly tenant: string },
): Promise<Accepted> {
  const { blobs, settings } = context.ports;
  const folder = folderOf(settings.homeTenant, tenant, batch);
  const ignored = { state: "done", outcome: "ignored", folder } as const;
  const result = await inFolder(context, { batch, folder }, async (locked) => {
    const holder = await holderOf(blobs.batches, folder);
    if (holder.kind !== "batch" || holder.manifest.source.kind === "claimed") return ignored;
    const { manifest } = holder;
    return carryOn(context, locked, manifest, inputLeft(blobs.inbox, manifest));
  });
  return result.state === "again" && result.delaySeconds > 0 ? ignored : result;
}

/** The input of a batch without its message: the file's version; rows of a message are lost. */
function inputLeft(inbox: Blobs, { source, format, operation }: BatchManifest): BatchInput {
  const { file } = source;
  if (file) return versionInput(inbox, { file, format, operation });
  return {
    format,
    operation,
    bytes: async () => {
      throw new InputRefusal(
        "MESSAGE_LOST",
        "The message was lost before its rows were copied, so nothing of the batch was run.",
        "Send the message again; the name is free.",
      );
    },
  };
}
