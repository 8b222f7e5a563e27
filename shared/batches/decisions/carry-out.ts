import { InputRefusal } from "../../core/input-refusal.ts";
import {
  type Control,
  type RecordedDecision,
  withoutDecision,
} from "../../records/decisions/control.ts";
import type { Decision } from "../../records/decisions/decision.ts";
import { type BatchManifest, readManifest } from "../../records/manifest.ts";
import { announceWork, summonRunner } from "../../records/markers/marker.ts";
import { folderOf, heldBlob } from "../../records/paths.ts";
import { readPlan } from "../../records/plan.ts";
import { hasEnded, readStatus } from "../../records/status.ts";
import { claimFile } from "../folder/claim-file.ts";
import { resumeMessageOf } from "../message/envelope.ts";
import type { BatchPorts, WhyIgnored } from "../ports.ts";
import type { Judgment } from "./judgment.ts";
import { makers } from "./makers.ts";
import { sayReleased } from "./say-released.ts";

/** What came of doing what a decision says. */
type CarriedOut =
  | { readonly outcome: "applied"; readonly as?: string | undefined }
  | Extract<Judgment, { readonly outcome: "ignored" }>;

/** A batch about which something was decided. */
interface Subject {
  readonly folder: string;
  readonly manifest: BatchManifest;
  readonly made: RecordedDecision;
}

const applied: CarriedOut = { outcome: "applied" };

/**
 * Does what follows from a decision that was recorded as applied. Every step may be repeated, and each
 * leaves a blob, so it may stop anywhere. Only the tenant's runner ends or pauses a batch, because only
 * it knows what is under way: here it is called to the batch, or told of its work.
 *
 * @throws OperatorError STORAGE_UNAVAILABLE, BATCH_DAMAGED
 */
export async function carryOut(
  ports: BatchPorts,
  decision: Decision,
  made: RecordedDecision,
  change: (change: (control: Control) => Control) => Promise<Control>,
): Promise<CarriedOut> {
  const { blobs, settings } = ports;
  const { tenant, batch } = decision;
  if (batch === undefined) {
    await ports.ring(tenant);
    return applied;
  }
  const folder = folderOf(settings.homeTenant, tenant, batch);
  const manifest = (await readManifest(blobs.batches, folder))?.value;
  if (manifest === undefined) return applied;
  const subject: Subject = { folder, manifest, made };
  try {
    return await carryOutOf(ports, decision, subject);
  } catch (error) {
    if (!(error instanceof InputRefusal)) throw error;
    const reason: WhyIgnored = error.code === "FILE_ALREADY_TAKEN" ? "file-taken" : "impossible";
    await change((control) => withoutDecision(control, made.decisionId, error.what));
    return { outcome: "ignored", reason, said: `${error.what} ${error.fix}` };
  }
}

async function carryOutOf(
  ports: BatchPorts,
  decision: Decision,
  subject: Subject,
): Promise<CarriedOut> {
  switch (decision.decision) {
    case "approve":
      await claimAgain(ports, subject);
      return release(ports, subject);
    case "resume":
      return release(ports, subject);
    case "cancel":
    case "reject":
    case "pause":
      return callRunner(ports, subject);
    case "rerun":
    case "undo":
      return makeBatch(ports, decision, subject);
  }
}

/**
 * Makes sure that nobody else has run the file of the batch while it waited. Once the approval is
 * recorded the claim cannot be taken over.
 */
async function claimAgain({ blobs, settings }: BatchPorts, subject: Subject): Promise<void> {
  const { folder, manifest } = subject;
  const { source } = manifest;
  if (source.kind !== "message" || source.file === undefined) return;
  await claimFile(blobs.batches, settings.homeTenant, { manifest, folder }, source.file);
}

/** Tells the runner of a batch that may go on; what it writes comes after what was released before. */
async function release(
  ports: BatchPorts,
  { folder, manifest, made }: Subject,
): Promise<CarriedOut> {
  const { blobs } = ports;
  const { batch, tenant } = manifest;
  if ((await readPlan(blobs.batches, folder)) === undefined) return planOn(ports, manifest);
  const state = (await readStatus(blobs.batches, folder))?.state;
  if (hasEnded(state)) return applied;
  const nowMs = ports.clock.now();
  await announceWork(blobs.runner, { manifest, folder, releasedAt: made.at, nowMs });
  await sayReleased(ports, folder);
  await blobs.runner.delete(heldBlob(tenant, batch));
  await ports.ring(tenant);
  return applied;
}

/** Calls the runner to a batch that is to stop. */
async function callRunner(
  ports: BatchPorts,
  { folder, manifest, made }: Subject,
): Promise<CarriedOut> {
  const { blobs } = ports;
  if ((await readPlan(blobs.batches, folder)) === undefined) return planOn(ports, manifest);
  const state = (await readStatus(blobs.batches, folder))?.state;
  if (state === "finished") {
    throw new InputRefusal(
      "MESSAGE_INVALID",
      "The batch had finished before the decision could take effect.",
      "Look at its report; undo it if it must not stay.",
    );
  }
  if (state === "cancelled") return applied;
  await summonRunner(blobs.runner, manifest, folder, made.at);
  await ports.ring(manifest.tenant);
  return applied;
}

/** A batch without a plan is continued by accept, which sees what was decided once the plan is made. */
async function planOn(
  { acceptQueue }: BatchPorts,
  { batch, tenant }: BatchManifest,
): Promise<CarriedOut> {
  await acceptQueue.send(resumeMessageOf({ batch, tenant }));
  return applied;
}

async function makeBatch(
  ports: BatchPorts,
  decision: Decision,
  { folder, manifest, made }: Subject,
): Promise<CarriedOut> {
  const make = decision.decision === "undo" ? makers.undo : makers.rerun;
  const { batch } = await make(ports, { folder, manifest, decision, who: made.by });
  return { outcome: "applied", as: batch };
}
