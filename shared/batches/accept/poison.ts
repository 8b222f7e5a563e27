import { OperatorError } from "../../core/errors.ts";
import { isGuid } from "../../core/object-id.ts";
import { recordOf } from "../../core/record.ts";
import { batchLockBlob, folderOf } from "../../records/paths.ts";
import { readPlan } from "../../records/plan.ts";
import { problemOf, readProblem } from "../../records/problem.ts";
import { decodeMessage } from "../../storage/decode-message.ts";
import { withLock } from "../../storage/lock.ts";
import { readEnvelope } from "../message/envelope.ts";
import { fileBatchName, messageFolder } from "../message/name.ts";
import type { BatchPorts, Settling } from "../ports.ts";
import { again, type Context, contextOf } from "./accept-context.ts";
import { placeOf } from "./accept.ts";
import { fileFolder } from "./claim-file.ts";
import { conclude } from "./conclude.ts";
import { refuse } from "./refuse.ts";
import { holderOf } from "./take-name.ts";

/** A message is only wanted once more: when it is delivered again is no matter here. */
const NO_DEADLINE = Infinity;

/** What passes is waited for this long, seconds; the queue that gave the message up takes it again. */
const LATER_SECONDS = 300;

/** The code of a message that had done its work, or whose work another does. */
const NOTHING_LOST = "NOTHING_LOST";

/**
 * See `Batches.settlePoison`. A message of `accept` ends its batch as refused, with what stopped it; a
 * ring of `run` is rung again, for the work lies in storage and not in the message; anything else is
 * noted. What passes is tried again later; whatever else goes wrong is said in a folder of the message's
 * own, or at least in the log: a poison queue has no poison queue.
 */
export async function settlePoison(
  ports: BatchPorts,
  queue: string,
  raw: unknown,
  messageId: string,
): Promise<Settling> {
  const context = contextOf(ports, raw, { messageId, deadlineMs: NO_DEADLINE });
  const settled = { event: "poison.settled", queue } as const;
  try {
    const name = queue.replace(/-poison$/, "");
    if (name === "run" && (await ringAgain(ports, raw))) {
      ports.emit({ ...settled, code: "RUNG_AGAIN" });
    } else if (name === "accept") {
      const { batch, code } = await settleAccept(context, raw);
      ports.emit({ ...settled, batch, code });
    } else {
      const batch = await sayApart(context, lost(queue));
      ports.emit({ ...settled, batch, code: "ATTEMPTS_EXHAUSTED" });
    }
  } catch (error) {
    if (error instanceof OperatorError && error.disposition === "retry") {
      return again(LATER_SECONDS, error.message);
    }
    const problem = problemOf(error);
    const batch = await sayApart(context, lost(queue, problem)).catch(() => undefined);
    ports.emit({ ...settled, ...(batch !== undefined && { batch }), code: problem.code });
  }
  return { state: "done" };
}

/** Says it in a folder of the message's own, where the batch's cannot be used. */
async function sayApart({ ports, delivery, identity }: Context, error: OperatorError) {
  const folder = messageFolder(delivery.messageId);
  await refuse(ports, { batch: folder, folder, identity }, error);
  return folder;
}

async function ringAgain(ports: BatchPorts, raw: unknown): Promise<boolean> {
  const tenant = tenantIn(raw);
  if (tenant === undefined || !ports.settings.tenants.includes(tenant)) return false;
  await ports.ring(tenant);
  return true;
}

function tenantIn(raw: unknown): string | undefined {
  try {
    const { tenant } = recordOf(decodeMessage(raw));
    return typeof tenant === "string" && isGuid(tenant) ? tenant.toLowerCase() : undefined;
  } catch {
    return undefined;
  }
}

/** Ends the batch of a message that no attempt could accept. */
async function settleAccept(
  context: Context,
  raw: unknown,
): Promise<{ readonly batch: string; readonly code: string }> {
  const { ports } = context;
  const place = whereTo(context, raw);
  const settle = () => settleIn(context, place);
  const code = await withLock(
    ports.blobs.batches,
    batchLockBlob(place.folder),
    ports.clock,
    settle,
  );
  // Where another delivery is at work on the batch, that one goes on.
  return { batch: place.batch, code: code ?? NOTHING_LOST };
}

async function settleIn(
  context: Context,
  place: { readonly batch: string; readonly folder: string },
): Promise<string> {
  const { ports } = context;
  const { batches } = ports.blobs;
  const holder = await holderOf(batches, place.folder);
  const plan = await readPlan(batches, place.folder);
  if (holder.kind === "batch" && plan !== undefined) {
    // Planned whole: nothing is lost, only the handing over may be missing.
    await conclude(ports, place.folder, holder.manifest, plan);
    return NOTHING_LOST;
  }
  const isClaimed = holder.kind === "batch" && holder.manifest.source.kind === "claimed";
  if (holder.kind === "refused" || isClaimed) return NOTHING_LOST;
  const problem = await readProblem(ports, place.folder);
  const isOwner = holder.kind === "batch";
  const error = lost("accept-poison", problem);
  await refuse(ports, { ...place, identity: context.identity, isOwner }, error);
  return error.code;
}

/** The folder the message would have worked in, or one of its own where it cannot be read. */
function whereTo(
  context: Context,
  raw: unknown,
): { readonly batch: string; readonly folder: string } {
  const { homeTenant } = context.ports.settings;
  let value: unknown = raw;
  try {
    value = decodeMessage(raw, context.limits.messageBytes);
    const incoming = readEnvelope(value, context.allowed);
    if (incoming.kind === "blob") {
      return { batch: fileBatchName(incoming.file), folder: fileFolder(homeTenant, incoming.file) };
    }
    if (incoming.kind === "batch") {
      const { batch, tenant } = incoming.message;
      return { batch, folder: folderOf(homeTenant, tenant, batch) };
    }
  } catch {
    // What cannot be read is said where its name, if it has one, would look.
  }
  return placeOf(context, value);
}

const lost = (
  queue: string,
  problem?: { readonly code: string; readonly what: string; readonly fix: string },
): OperatorError =>
  new OperatorError(
    "ATTEMPTS_EXHAUSTED",
    problem === undefined
      ? `The message could not be worked on (it came to the queue ${queue}), and nothing of it was written to the directory.`
      : `The message could not be worked on in five attempts, and nothing of it was written to the directory. The last one failed with ${problem.code}: ${problem.what}`,
    {
      fix: `${problem?.fix ?? "Look at the function's log for what stopped it (a crash leaves its cause there)."} Then send the message again; a file is a new batch when it is uploaded again.`,
      disposition: "refuse",
    },
  );
