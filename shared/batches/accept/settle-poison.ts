import { OperatorError } from "../../core/errors.ts";
import { isGuid } from "../../core/object-id.ts";
import { recordOf } from "../../core/record.ts";
import { batchLockBlob, folderOf } from "../../records/paths.ts";
import { readPlan } from "../../records/plan.ts";
import { type Problem, problemOf, readProblem } from "../../records/problem.ts";
import { decodeMessage } from "../../storage/decode-message.ts";
import { withLock } from "../../storage/held-lease.ts";
import { fileFolder } from "../folder/claim-file.ts";
import {
  type BatchFolder,
  type Context,
  contextOf,
  folderOfMessage,
  postpone,
} from "../folder/context.ts";
import { refuse } from "../folder/refuse.ts";
import { holderOf } from "../folder/take-name.ts";
import { readEnvelope } from "../message/envelope.ts";
import { fileBatchName, messageFolder } from "../message/name.ts";
import type { BatchPorts, Postponed } from "../ports.ts";
import { conclude } from "./conclude.ts";

/** Settling a message takes no more than a moment, so it has no deadline. */
const NO_DEADLINE = Infinity;

/** After a transient error the message goes back to the queue that gave it up, for so many seconds. */
const LATER_SECONDS = 300;

/** The code if the message had done its work, or another delivery does it. */
const NOTHING_LOST = "NOTHING_LOST";

/**
 * See `Batches.settlePoison`. A message of `accept` ends its batch as refused, with the reason of the
 * last failure. A ring of `run` is sent again, because the work lies in storage and not in the message.
 * Any other message is noted. After a transient error the message is settled later; after any other
 * error the note goes into a folder of the message's own, or at least into telemetry.
 */
export async function settlePoison(
  ports: BatchPorts,
  queue: string,
  raw: unknown,
  messageId: string,
): Promise<{ readonly state: "done" } | Postponed> {
  const settled = { event: "poison.settled", queue } as const;
  try {
    const context = await contextOf(ports, raw, { messageId, deadlineMs: NO_DEADLINE });
    try {
      ports.emit({ ...settled, ...(await settle(context, queue, raw)) });
    } catch (error) {
      if (error instanceof OperatorError && error.disposition === "retry") throw error;
      const problem = problemOf(error);
      const batch = await noteApart(context, givenUp(queue, problem));
      ports.emit({ ...settled, batch, code: problem.code });
    }
  } catch (error) {
    if (error instanceof OperatorError && error.disposition === "retry") {
      return postpone(LATER_SECONDS, error.message);
    }
    ports.emit({ ...settled, code: problemOf(error).code });
  }
  return { state: "done" };
}

/** What was done about the message, for telemetry. */
async function settle(
  context: Context,
  queue: string,
  raw: unknown,
): Promise<{ readonly batch?: string; readonly code: string }> {
  if (queue === "accept") return settleAccept(context, raw);
  if (queue === "run" && (await ringAgain(context.ports, raw))) return { code: "RUNG_AGAIN" };
  return { batch: await noteApart(context, givenUp(queue)), code: "ATTEMPTS_EXHAUSTED" };
}

/** Writes the note into a folder of the message's own, for when the batch's cannot be used. */
async function noteApart({ ports, messageId, identity }: Context, error: OperatorError) {
  const folder = messageFolder(messageId);
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
  const place = folderMeant(context, raw);
  const work = () => settleIn(context, place);
  const code = await withLock(ports.blobs.batches, batchLockBlob(place.folder), ports.clock, work);
  // If another delivery holds the lock, it continues with the batch.
  return { batch: place.batch, code: code ?? NOTHING_LOST };
}

async function settleIn(context: Context, place: BatchFolder): Promise<string> {
  const { ports } = context;
  const { batches } = ports.blobs;
  const holder = await holderOf(batches, place.folder);
  const plan = await readPlan(batches, place.folder);
  const own = holder.kind === "batch" ? holder.manifest : undefined;
  if (own && plan !== undefined) {
    // The plan is complete: nothing is lost, at most the batch was not handed over.
    await conclude(ports, place.folder, { manifest: own, plan });
    return NOTHING_LOST;
  }
  const isClaimed = own?.source.kind === "claimed";
  const isRefused = holder.kind === "free" && holder.refused !== undefined;
  if (isRefused || isClaimed) return NOTHING_LOST;
  const error = givenUp("accept", await readProblem(ports, place.folder));
  await refuse(ports, { ...place, identity: context.identity, own }, error);
  return error.code;
}

/** The folder in which the message would have worked, or one of its own if it cannot be read. */
function folderMeant(context: Context, raw: unknown): BatchFolder {
  const { homeTenant } = context.ports.settings;
  let value: unknown = raw;
  try {
    value = decodeMessage(raw, context.limits.messageBytes);
    const incoming = readEnvelope(value, context.allowed);
    if (incoming.kind === "blob") {
      return { batch: fileBatchName(incoming.file), folder: fileFolder(homeTenant, incoming.file) };
    }
    if (incoming.kind === "resume") {
      const { batch, tenant } = incoming;
      return { batch, folder: folderOf(homeTenant, tenant, batch) };
    }
    if (incoming.kind === "batch") {
      const { batch, tenant } = incoming.message;
      return { batch, folder: folderOf(homeTenant, tenant, batch) };
    }
  } catch {
    // A message that cannot be read is settled in the folder of the batch it names, if it names one.
  }
  return folderOfMessage(context, value);
}

/** What is said of a message that its queue gave up; `problem` is what stopped the last attempt. */
function givenUp(queue: string, problem?: Problem): OperatorError {
  const lost = `The queue ${queue} gave the message up, and nothing of it was written to the directory.`;
  const cause = problem && ` The last attempt failed with ${problem.code}: ${problem.what}`;
  const fix =
    problem?.fix ??
    "Look at the function's log for what stopped it (a crash leaves its cause there).";
  return new OperatorError("ATTEMPTS_EXHAUSTED", `${lost}${cause ?? ""}`, {
    fix: `${fix} Then send the message again; a file is a new batch when it is uploaded again.`,
    disposition: "refuse",
  });
}
