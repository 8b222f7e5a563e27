import { OperatorError } from "../../core/errors.ts";
import { recordOf } from "../../core/record.ts";
import { readManifest } from "../../records/manifest.ts";
import { batchLockBlob } from "../../records/paths.ts";
import { decodeMessage } from "../../storage/decode-message.ts";
import { withLock } from "../../storage/held-lease.ts";
import { type BatchFolder, type Context, contextOf, folderOfMessage } from "../folder/context.ts";
import { refuse } from "../folder/refuse.ts";
import { type Allowed, type Incoming, readEnvelope, withRecipesOf } from "../message/envelope.ts";
import type { Accepted, BatchPorts, Delivery } from "../ports.ts";
import { acceptFile } from "./accept-file.ts";
import { acceptMessage } from "./accept-message.ts";
import { resumeBatch } from "./resume-batch.ts";

/** See `Batches.accept`. */
export async function accept(
  ports: BatchPorts,
  raw: unknown,
  delivery: Delivery,
): Promise<Accepted> {
  const context = await contextOf(ports, raw, delivery);
  const incoming = await readOrRefuse(context, raw);
  if ("state" in incoming) return incoming;
  if (incoming.kind === "ignored") return { state: "done", outcome: "ignored" };
  if (incoming.kind === "resume") return resumeBatch(context, incoming);
  return incoming.kind === "blob"
    ? acceptFile(context, incoming.file)
    : acceptMessage(context, incoming.message);
}

async function readOrRefuse(context: Context, raw: unknown): Promise<Incoming | Accepted> {
  const { limits } = context;
  let value: unknown = raw;
  try {
    value = decodeMessage(raw, limits.messageBytes);
    return readEnvelope(value, await allowedFor(context, value));
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    const folder = await refuseUnder(context, folderOfMessage(context, value), error);
    return { state: "done", outcome: "refused", folder };
  }
}

/** What a message may name: also the recipe that its batch was accepted with, although the file is gone. */
async function allowedFor(context: Context, value: unknown): Promise<Allowed> {
  const { allowed, ports } = context;
  const { operation } = recordOf(value);
  if (typeof operation !== "string" || allowed.operations.includes(operation)) return allowed;
  const { folder } = folderOfMessage(context, value);
  const manifest = (await readManifest(ports.blobs.batches, folder))?.value;
  return manifest === undefined ? allowed : withRecipesOf(manifest, allowed);
}

/**
 * Refuses a message in a batch's folder, under its lock: without it, another delivery could take the
 * name at this moment, and its batch would look refused.
 */
async function refuseUnder(
  { ports, identity }: Context,
  place: BatchFolder,
  error: OperatorError,
): Promise<string> {
  const refuseIt = (isBusy: boolean) => refuse(ports, { ...place, identity, isBusy }, error);
  const { batches } = ports.blobs;
  const folder = await withLock(batches, batchLockBlob(place.folder), ports.clock, () =>
    refuseIt(false),
  );
  return folder ?? refuseIt(true);
}
