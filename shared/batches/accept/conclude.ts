import type { BatchFiles } from "../../records/batch-files.ts";
import { isStopped, readControl, standingDecision } from "../../records/decisions/control.ts";
import type { BatchManifest } from "../../records/manifest.ts";
import {
  announceWork,
  batchesWithMarkers,
  summonRunner,
  workMarker,
} from "../../records/markers/marker.ts";
import { planningMarker } from "../../records/markers/planning-marker.ts";
import type { Plan } from "../../records/plan.ts";
import { isOver, readStatus } from "../../records/status.ts";
import { holdOf } from "../plan/preflight.ts";
import type { BatchPorts } from "../ports.ts";
import { endBatch, finishBatch, nothingSent } from "../report/finish.ts";
import { stillStatus, writeStatus } from "../report/status.ts";
import { hold } from "./hold.ts";

/**
 * Does what follows from a plan, once: ends the batch if its mode is plan, if a guard holds it or if
 * it has nothing to write; otherwise writes its marker and rings the runner. Repeating it changes
 * nothing: if the batch has ended or is running, it does nothing and answers false. A batch that is new
 * cannot have ended. From then on nobody waits for its plan.
 */
export async function conclude(
  ports: BatchPorts,
  folder: string,
  batch: BatchFiles,
  isNew = false,
): Promise<boolean> {
  const isDone = await handOver(ports, folder, batch, isNew);
  await ports.blobs.runner.delete(planningMarker(batch.manifest));
  return isDone;
}

async function handOver(
  ports: BatchPorts,
  folder: string,
  batch: BatchFiles,
  isNew: boolean,
): Promise<boolean> {
  const { manifest, plan } = batch;
  const status = isNew ? undefined : await readStatus(ports.blobs.batches, folder);
  const control = await readControl(ports.blobs.batches, folder);
  if (isStopped(control) && !isOver(status?.state)) {
    // The runner ends it: it alone knows whether anything is under way.
    const at = standingDecision(control)?.at ?? manifest.acceptedAt;
    await summonRunner(ports.blobs.runner, manifest, folder, at);
    await ports.ring(manifest.tenant);
    return true;
  }
  if (status !== undefined && status.state !== "accepted") return false;
  if (await waitForApproval(ports, folder, batch)) return true;
  if (plan.verdicts.pending === 0) {
    await finishBatch(ports, folder, nothingSent);
    return true;
  }
  const nowMs = ports.clock.now();
  const later = await announceWork(ports.blobs.runner, { manifest, folder, nowMs });
  if (later === undefined) await ports.ring(manifest.tenant);
  else await sayWaiting(ports.blobs.batches, folder, { plan, later, nowMs });
  return true;
}

/** Ends a batch that only an approval of its plan lets write; answers `false` of one that needs none. */
export async function waitForApproval(
  ports: Parameters<typeof hold>[0] & Pick<BatchPorts, "consentUrl">,
  folder: string,
  batch: BatchFiles,
): Promise<boolean> {
  const { plan } = batch;
  const why = holdOf(plan, ports.consentUrl(plan.tenant));
  if (plan.mode === "plan") {
    const unwritten = { verdict: "pending", ...onlyPlanned(plan, why) } as const;
    await endBatch(ports, folder, batch, { state: "planned", receipts: nothingSent, unwritten });
    return true;
  }
  if (why === undefined) return false;
  await hold(ports, folder, batch, why);
  return true;
}

/** Says in the status of a planned batch that its window has not begun. */
async function sayWaiting(
  batches: BatchPorts["blobs"]["batches"],
  folder: string,
  { plan, later, nowMs }: { readonly plan: Plan; readonly later: string; readonly nowMs: number },
): Promise<void> {
  const why = {
    reason: `It waits: its message lets it write from ${later} on (notBefore).`,
    fix: "No action needed.",
  };
  await writeStatus(
    batches,
    folder,
    stillStatus(plan.batch, "accepted", plan.verdicts, nowMs, why),
  );
}

/** What approving the plan would do. */
function onlyPlanned(
  { batch, verdicts, digest = "" }: Plan,
  why: ReturnType<typeof holdOf>,
): { readonly reason: string; readonly fix: string } {
  if (verdicts.pending === 0) {
    return {
      reason: "Nothing would be written; the batch's mode was plan.",
      fix:
        verdicts.failed > 0
          ? "Correct the rows that failed: each has its reason in the report."
          : "No action needed: no row asks for a change that is not in place.",
    };
  }
  return {
    reason: "Would be written; the batch's mode was plan.",
    fix: [
      why && `In mode apply it would be held: ${why.counts}. The approval releases that as well.`,
      `Look through the rows, then approve the plan: npm run batch -- approve ${batch} --plan ${digest}`,
    ]
      .filter((each) => each !== undefined)
      .join(" "),
  };
}

/** Whether the batch has ended, or the runner has been told of it. */
export async function isHandedOver(
  { blobs }: Pick<BatchPorts, "blobs">,
  folder: string,
  manifest: BatchManifest,
): Promise<boolean> {
  const status = await readStatus(blobs.batches, folder);
  if (status !== undefined && status.state !== "accepted") return true;
  if ((await blobs.runner.read(workMarker(manifest))) !== undefined) return true;
  if (manifest.notBefore === undefined) return false;
  return (await batchesWithMarkers(blobs.runner, manifest.tenant)).has(manifest.batch);
}
