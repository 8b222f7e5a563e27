import { OperatorError } from "../../core/errors.ts";
import { isRecord } from "../../core/record.ts";
import { batchLockBlob, folderOf } from "../../records/paths.ts";
import { decodeMessage } from "../../storage/decode-message.ts";
import { withLock } from "../../storage/lock.ts";
import { batchNameIn, type Incoming, readEnvelope } from "../message/envelope.ts";
import { messageFolder } from "../message/name.ts";
import type { Accepted, BatchPorts, Delivery } from "../ports.ts";
import { type Context, contextOf } from "./accept-context.ts";
import { acceptFile } from "./accept-file.ts";
import { acceptMessage } from "./accept-message.ts";
import { refuse } from "./refuse.ts";

/** See `Batches.accept`. */
export async function accept(
  ports: BatchPorts,
  raw: unknown,
  delivery: Delivery,
): Promise<Accepted> {
  const context = contextOf(ports, raw, delivery);
  const incoming = await readOrRefuse(context, raw);
  if ("state" in incoming) return incoming;
  if (incoming.kind === "ignored") return { state: "done", outcome: "ignored" };
  return incoming.kind === "blob"
    ? acceptFile(context, incoming.file)
    : acceptMessage(context, incoming.message);
}

async function readOrRefuse(context: Context, raw: unknown): Promise<Incoming | Accepted> {
  const { allowed, limits } = context;
  let value: unknown = raw;
  try {
    value = decodeMessage(raw, limits.messageBytes);
    return readEnvelope(value, allowed);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    const folder = await refuseUnder(context, placeOf(context, value), error);
    return { state: "done", outcome: "refused", folder };
  }
}

/**
 * Refuses a message in a batch's folder, under its lock: what is written there beside a batch that takes
 * the name at that moment would make it look refused.
 */
async function refuseUnder(
  { ports, identity }: Context,
  place: { readonly batch: string; readonly folder: string },
  error: OperatorError,
): Promise<string> {
  const refuseIt = (isBusy: boolean) => refuse(ports, { ...place, identity, isBusy }, error);
  const { batches } = ports.blobs;
  const folder = await withLock(batches, batchLockBlob(place.folder), ports.clock, () =>
    refuseIt(false),
  );
  return folder ?? refuseIt(true);
}

/** Where to say what is wrong with a message: in the folder of the batch that it names, if it does. */
export function placeOf(
  { ports, allowed, delivery }: Context,
  value: unknown,
): { readonly batch: string; readonly folder: string } {
  const batch = batchNameIn(value);
  if (batch === undefined) {
    const folder = messageFolder(delivery.messageId);
    return { batch: folder, folder };
  }
  const tenant = isRecord(value) ? value["tenant"] : undefined;
  const { homeTenant } = ports.settings;
  const known = allowed.tenants.find((each) => each === String(tenant).toLowerCase());
  return { batch, folder: folderOf(homeTenant, known ?? homeTenant, batch) };
}
