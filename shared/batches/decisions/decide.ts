import { OperatorError } from "../../core/errors.ts";
import { limits } from "../../core/limits.ts";
import { approvable } from "../../records/approval/held.ts";
import {
  changeControl,
  changeTenantControl,
  type Control,
  type RecordedDecision,
  readControl,
  readTenantControl,
  withDecision,
} from "../../records/decisions/control.ts";
import {
  checkDecision,
  type Decision,
  decisionNonce,
  type SignedDecision,
} from "../../records/decisions/decision.ts";
import { readManifest } from "../../records/manifest.ts";
import { folderOf } from "../../records/paths.ts";
import { readStatus } from "../../records/status.ts";
import type { Who } from "../../records/who.ts";
import { decodeMessage } from "../../storage/decode-message.ts";
import type { BatchPorts, Decided } from "../ports.ts";
import { carryOut } from "./carry-out.ts";
import { earlier, judge, judgeExpiry, recordOf } from "./judge.ts";
import { ignored, type Judgment, type Situation } from "./judgment.ts";

/**
 * Does what a message of queue `decisions` says, once. The decision is recorded over the version of
 * control.json that it was judged by; then what follows from it is done. Both may be repeated: a message
 * that comes again finds its decision recorded, and at most does what was left undone.
 *
 * @throws OperatorError, disposition `retry`, if it cannot be done now.
 */
export async function decide(ports: BatchPorts, raw: unknown): Promise<Decided> {
  let sent: SignedDecision;
  try {
    sent = checkDecision(decodeMessage(raw, limits.messageBytes));
  } catch (error) {
    if (!(error instanceof OperatorError) || error.disposition !== "refuse") throw error;
    return tell(ports, undefined, ignored("unreadable", `${error.what} ${error.fix}`));
  }
  const { proof, ...decision } = { ...sent, tenant: sent.tenant.toLowerCase() };
  if (!ports.settings.tenants.includes(decision.tenant)) {
    return tell(ports, decision, ignored("not-allowed", "The tenant is not an allowed one."));
  }
  const place = placeOf(ports, decision);
  const before = await place.read();
  const made = earlier(before, sent);
  if (made !== undefined) return repeat(ports, decision, place, made, decisionNonce(sent));
  const untimely = judgeExpiry(sent, ports.clock.now());
  if (untimely !== undefined) return tell(ports, decision, untimely);
  const who = await whoDecides(ports, sent, proof);
  if ("outcome" in who) return tell(ports, decision, who);
  return record(ports, decision, who, { place, digest: decisionNonce(sent) });
}

/** Where a decision is recorded. */
interface Place {
  readonly read: () => Promise<Control>;
  readonly change: (change: (control: Control) => Control) => Promise<Control>;
}

function placeOf({ blobs, settings }: BatchPorts, { tenant, batch }: Decision): Place {
  const { batches, runner } = blobs;
  if (batch === undefined) {
    return {
      read: () => readTenantControl(runner, tenant),
      change: (change) => changeTenantControl(runner, tenant, change),
    };
  }
  const folder = folderOf(settings.homeTenant, tenant, batch);
  return {
    read: () => readControl(batches, folder),
    change: (change) => changeControl(batches, folder, change),
  };
}

/** Who decides, as far as the deployment asks for a proof; a judgment if there is none. */
async function whoDecides(
  { settings, readProof }: BatchPorts,
  sent: SignedDecision,
  token: string | undefined,
): Promise<Who | Judgment> {
  if (settings.decisionProof === "queue") return { kind: "queue" };
  if (token === undefined) {
    return ignored("unproven", "This deployment takes signed decisions only (DECISION_PROOF).");
  }
  try {
    return await readProof({ token, nonce: decisionNonce(sent), role: "Batch.Decide" });
  } catch (error) {
    if (!(error instanceof OperatorError) || error.disposition !== "refuse") throw error;
    return ignored("unproven", `${error.what} ${error.fix}`);
  }
}

/** What is decided about, as it is; `undefined` if there is no such batch. */
async function situationOf(
  { blobs, settings }: BatchPorts,
  { tenant, batch }: Decision,
): Promise<Omit<Situation, "control"> | undefined> {
  if (batch === undefined) return { state: "open" };
  const folder = folderOf(settings.homeTenant, tenant, batch);
  const [manifest, status, digest] = await Promise.all([
    readManifest(blobs.batches, folder),
    readStatus(blobs.batches, folder),
    approvable(blobs.batches, folder),
  ]);
  if (manifest === undefined || manifest.value.source.kind === "claimed") return undefined;
  const { submitter } = manifest.value;
  return { state: status?.state ?? "accepted", digest, submitter };
}

async function record(
  ports: BatchPorts,
  decision: Decision,
  who: Who,
  { place, digest }: { readonly place: Place; readonly digest: string },
): Promise<Decided> {
  const found = await situationOf(ports, decision);
  if (found === undefined) {
    return tell(ports, decision, ignored("no-batch", "There is no batch of this name."));
  }
  const now = new Date(ports.clock.now()).toISOString();
  const rules = { fourEyes: ports.settings.fourEyes, now };
  let made: RecordedDecision | undefined;
  let judgment: Judgment | undefined;
  await place.change((control) => {
    // Another delivery may have recorded it in between.
    made = earlier(control, decision);
    judgment = undefined;
    if (made !== undefined) return control;
    judgment = judge(decision, who, { ...found, control }, rules);
    if (judgment.outcome === "ignored" && judgment.reason === "too-many") return control;
    made = { ...recordOf(decision, who, judgment, laterThan(control, now)), digest };
    return withDecision(control, made, now);
  });
  if (judgment === undefined && made !== undefined) {
    return repeat(ports, decision, place, made, digest);
  }
  if (judgment?.outcome !== "applied" || made === undefined) {
    return tell(ports, decision, judgment ?? ignored("duplicate", "It came twice."), who);
  }
  return follow(ports, decision, place, made);
}

/**
 * When a decision is recorded: after those before it, although the clocks of two instances may differ.
 * The marker that resumes a batch must be younger than the pause.
 */
function laterThan({ decisions }: Control, now: string): string {
  const last = decisions.at(-1)?.at ?? "";
  return now > last ? now : new Date(Date.parse(last) + 1).toISOString();
}

/** A decision that was recorded before: what was left undone of it is done, and nothing else. */
async function repeat(
  ports: BatchPorts,
  decision: Decision,
  place: Place,
  made: RecordedDecision,
  digest: string,
): Promise<Decided> {
  const isLeft = made.outcome === "applied" && made.carriedOutAt === undefined;
  if (isLeft && made.digest === digest) return follow(ports, decision, place, made);
  const said = `It was ${made.outcome} at ${made.at.slice(0, 19)}Z: a repeated decision has no effect.`;
  return tell(ports, decision, ignored("duplicate", said), made.by);
}

/** Does what follows from an applied decision, and notes that it was done. */
async function follow(
  ports: BatchPorts,
  decision: Decision,
  place: Place,
  made: RecordedDecision,
): Promise<Decided> {
  const result = await carryOut(ports, decision, made, place.change);
  if (result.outcome === "ignored") return tell(ports, decision, result, made.by);
  const carriedOutAt = new Date(ports.clock.now()).toISOString();
  await place.change((control) => ({
    ...control,
    decisions: control.decisions.map((each) =>
      each.decisionId === made.decisionId
        ? { ...each, carriedOutAt, ...(result.as !== undefined && { as: result.as }) }
        : each,
    ),
  }));
  return tell(ports, decision, { outcome: "applied" }, made.by);
}

/** Emits what became of a decision. */
function tell(
  { emit }: BatchPorts,
  decision: Decision | undefined,
  judgment: Judgment,
  who?: Who,
): Decided {
  const by = who?.kind === "person" ? who.oid : who?.kind;
  const known = decision && {
    decisionId: decision.decisionId,
    decision: decision.decision,
    tenant: decision.tenant,
    ...(decision.batch !== undefined && { batch: decision.batch }),
  };
  if (judgment.outcome === "ignored") {
    const { reason, said } = judgment;
    emit({ event: "decision.ignored", reason, ...known, ...(by !== undefined && { by }) });
    return { outcome: "ignored", reason, said };
  }
  if (known !== undefined && by !== undefined) {
    emit({ event: `decision.${judgment.outcome}`, ...known, by });
  }
  return { outcome: judgment.outcome };
}
