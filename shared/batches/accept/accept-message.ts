import { InputRefusal } from "../../core/input-refusal.ts";
import type { BatchManifest } from "../../records/manifest.ts";
import { folderOf } from "../../records/paths.ts";
import type { Who } from "../../records/who.ts";
import { type Context, type LockedFolder, postpone } from "../folder/context.ts";
import { inFolder } from "../folder/in-folder.ts";
import { holderOf, otherSpelling } from "../folder/take-name.ts";
import { checkInput } from "../input/check-input.ts";
import { type BatchMessage, withRecipesOf } from "../message/envelope.ts";
import type { Accepted } from "../ports.ts";
import { storedRecipes } from "../recipes/stored-recipes.ts";
import {
  type BatchInput,
  fileInput,
  messageInput,
  presentEtag,
  versionInput,
} from "./batch-input.ts";
import { beginBatch, inputRules } from "./begin-batch.ts";
import { carryOn } from "./carry-on.ts";
import { isHandedOver } from "./conclude.ts";

/** What a message in mode apply is told whose batch was planned. */
const APPROVE =
  "The batch of this name was sent in mode plan, so this message has no effect: it is applied by a decision that approves its plan (docs/messages.md, Approving a plan).";

/** How long a message waits whose file is still being written. */
const GROWING_SECONDS = 60;

/** Accepts one of our messages: a new batch, the same batch again, or another one of a taken name. */
export function acceptMessage(context: Context, message: BatchMessage): Promise<Accepted> {
  const { batch, tenant } = message;
  const folder = folderOf(context.ports.settings.homeTenant, tenant, batch);
  return inFolder(context, { batch, folder }, (locked) => acceptNamed(context, locked, message));
}

async function acceptNamed(
  context: Context,
  locked: LockedFolder,
  message: BatchMessage,
): Promise<Accepted> {
  const { ports, messageId } = context;
  const { batch, tenant, mode, priority, notBefore, notAfter } = message;
  const holder = await holderOf(ports.blobs.batches, locked.folder);
  if (holder.kind === "batch") {
    const { manifest } = holder;
    const { folder } = locked;
    const own = ownInput(context, message, manifest);
    // Until the batch is handed over, a file that was replaced since does not count: its copy does.
    const isOpen = own && !(await isHandedOver(ports, locked.folder, manifest));
    const input = isOpen ? own : await inputOfSame(context, message, { folder, manifest }, own);
    if (input === undefined) throw nameTaken(manifest);
    const accepted = await carryOn(context, locked, manifest, input);
    const isOnlyPlanned = mode === "apply" && manifest.mode === "plan";
    return isOnlyPlanned && accepted.state === "done" ? { ...accepted, note: APPROVE } : accepted;
  }
  if (holder.kind === "remains") throw nameOfOlder(batch);
  const other = await otherSpelling(ports, tenant, batch);
  if (other !== undefined) throw nameInOtherCase(batch, other);
  const input = await inputOf(context, message);
  if (input.isGrowing) return postpone(GROWING_SECONDS, "the file is still being appended to");
  const source = { kind: "message", messageId, file: input.file } as const;
  const submitter = await submitterOf(context, message);
  return beginBatch(context, locked, {
    submitter,
    notBefore,
    notAfter,
    tenant,
    mode,
    priority,
    source,
    input,
    holder,
  });
}

/**
 * Who submits a batch, if the message proves it and the deployment asks for proofs. The token is verified
 * when the name is taken, and kept nowhere.
 *
 * @throws OperatorError PROOF_REFUSED
 */
async function submitterOf({ ports }: Context, { proof }: BatchMessage): Promise<Who> {
  if (proof === undefined || ports.settings.decisionProof === "queue") return { kind: "queue" };
  return ports.readProof({ ...proof, role: "Batch.Submit" });
}

async function inputOf(
  { ports, allowed, limits }: Context,
  message: BatchMessage,
): Promise<BatchInput> {
  const { file: path, operation, rowCount } = message;
  if (path === undefined) return messageInput(message);
  const rules = { operations: allowed.operations, limits, nowMs: ports.clock.now() };
  return { ...(await fileInput(ports.blobs.inbox, { path, operation }, rules)), rowCount };
}

/** The version that the batch took, if the message names the same file in the same way. */
function ownInput(
  { ports }: Context,
  message: BatchMessage,
  { source, format, operation }: BatchManifest,
): BatchInput | undefined {
  if (source.kind !== "message" || source.file === undefined) return undefined;
  const isSame =
    message.file === source.file.path &&
    (message.operation === undefined || message.operation === operation);
  return isSame
    ? versionInput(ports.blobs.inbox, { file: source.file, format, operation })
    : undefined;
}

/**
 * The batch's input if the message asks for what the batch of that name already is. A file is the
 * same while it is the version that was taken, or gone; another version may still hold the same rows.
 */
async function inputOfSame(
  context: Context,
  message: BatchMessage,
  { folder, manifest }: { readonly folder: string; readonly manifest: BatchManifest },
  own: BatchInput | undefined,
): Promise<BatchInput | undefined> {
  if (manifest.source.kind !== "message") return undefined;
  if (own?.file) {
    const etag = await presentEtag(context.ports.blobs.inbox, own.file.path);
    // The mapping is part of what the batch is, and may have been replaced.
    const isSame = etag === own.file.etag && manifest.mapping === undefined;
    if (etag === undefined || isSame) return own;
  }
  const allowed = withRecipesOf(manifest, context.allowed);
  const input = await inputOf({ ...context, allowed }, message);
  // The batch keeps the recipes that it was accepted with, and a repeated message means those.
  const { catalogue, blobs } = context.ports;
  const kept = await storedRecipes({ batches: blobs.batches, catalogue }, folder, manifest);
  const ownRecipes = new Map([...context.ownRecipes, ...Object.entries(kept)]);
  const rules = inputRules({ ...context, ownRecipes }, input);
  // An earlier release made the mode a part of the digest.
  for (const modeInDigest of [undefined, manifest.mode]) {
    const { contentSha256 } = await checkInput(await input.bytes(), { ...rules, modeInDigest });
    if (contentSha256 === manifest.contentSha256) return input;
  }
  return undefined;
}

const nameInOtherCase = (batch: string, other: string): InputRefusal =>
  new InputRefusal(
    "BATCH_NAME_TAKEN",
    `The name ${other} is taken, and ${batch} differs from it in case only.`,
    `Send the message as ${other} if that batch is meant, or under another name.`,
  );

const nameOfOlder = (batch: string): InputRefusal =>
  new InputRefusal(
    "BATCH_NAME_TAKEN",
    `The name ${batch} belongs to an older batch: its manifest is gone, but other files of it are left.`,
    "Send this one under another name. If batch.json was deleted by mistake, restore it.",
  );

const nameTaken = ({ batch, acceptedAt }: BatchManifest): InputRefusal =>
  new InputRefusal(
    "BATCH_NAME_TAKEN",
    `The name ${batch} belongs to a batch with other content, accepted ${acceptedAt.slice(0, 19)}Z. That batch was not changed.`,
    "Send this one under another name: a name has one meaning for ever.",
  );
