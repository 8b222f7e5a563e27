import { InputRefusal } from "../../core/input-refusal.ts";
import type { BatchManifest } from "../../records/manifest.ts";
import { folderOf } from "../../records/paths.ts";
import { checkInput } from "../input/check-input.ts";
import type { BatchMessage } from "../message/envelope.ts";
import type { Accepted } from "../ports.ts";
import { beginBatch, rulesOf } from "./accept-batch.ts";
import { type Context, inFolder } from "./accept-context.ts";
import { carryOn } from "./carry-on.ts";
import { fileSource, messageSource, presentEtag, type Source, versionSource } from "./source.ts";
import { holderOf } from "./take-name.ts";

/** Accepts a message of ours: a new batch, or the same one again, or another one of a taken name. */
export async function acceptMessage(context: Context, message: BatchMessage): Promise<Accepted> {
  const { ports, delivery } = context;
  const { batch, tenant, mode, priority } = message;
  const folder = folderOf(ports.settings.homeTenant, tenant, batch);
  return inFolder(context, { batch, folder }, async (held) => {
    const holder = await holderOf(ports.blobs.batches, folder);
    if (holder.kind === "batch") {
      const { manifest } = holder;
      const source = await sameAs(context, message, manifest);
      if (source === undefined) throw nameTaken(manifest);
      held.own(manifest);
      return carryOn(ports, { folder, manifest }, source, held.lock, delivery);
    }
    if (holder.kind === "remains") throw nameOfOlder(batch);
    const source = await sourceOf(context, message);
    const from = { kind: "message", messageId: delivery.messageId, file: source.file } as const;
    return beginBatch(
      context,
      { batch, folder, tenant, mode, priority, from, source, holder },
      held,
    );
  });
}

const sourceOf = async (
  { ports, allowed, limits }: Context,
  message: BatchMessage,
): Promise<Source> =>
  message.file === undefined
    ? messageSource(message)
    : fileSource(
        ports.blobs.inbox,
        { path: message.file, operation: message.operation },
        { operations: allowed.operations, limits },
      );

/**
 * Where the message asks for what the batch of that name already is: the batch's source. A file is the
 * same while it is the version that was taken, or gone; another version may still hold the same rows.
 */
async function sameAs(
  context: Context,
  message: BatchMessage,
  manifest: BatchManifest,
): Promise<Source | undefined> {
  const { file } = manifest.source;
  const { format, operation } = manifest;
  if (manifest.source.kind !== "message" || message.mode !== manifest.mode) return undefined;
  if (file !== undefined && file.path === message.file) {
    const { inbox } = context.ports.blobs;
    const isNamedSame = message.operation === undefined || message.operation === operation;
    const etag = await presentEtag(inbox, file.path);
    if (isNamedSame && (etag === undefined || etag === file.etag)) {
      return versionSource(inbox, { file, format, operation });
    }
  }
  const source = await sourceOf(context, message);
  const { contentSha256 } = await checkInput(
    await source.bytes(),
    rulesOf(context, { mode: message.mode, source }),
  );
  return contentSha256 === manifest.contentSha256 ? source : undefined;
}

const nameOfOlder = (batch: string): InputRefusal =>
  new InputRefusal(
    "BATCH_NAME_TAKEN",
    `The name ${batch} belongs to an older batch, whose manifest is gone and of which other records are left.`,
    "Send this one under another name. If batch.json was deleted by mistake, restore it.",
  );

const nameTaken = ({ batch, acceptedAt }: BatchManifest): InputRefusal =>
  new InputRefusal(
    "BATCH_NAME_TAKEN",
    `The name ${batch} belongs to a batch with other content, accepted ${acceptedAt.slice(0, 19)}Z, which is left as it is.`,
    "Send this one under another name: a name has one meaning for ever.",
  );
