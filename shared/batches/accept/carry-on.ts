import type { VerdictCounts } from "../../catalogue/row.ts";
import { InputRefusal } from "../../core/input-refusal.ts";
import { findGuards } from "../../guards/guards.ts";
import type { BatchManifest } from "../../records/manifest.ts";
import { inputBlob, planBlob } from "../../records/paths.ts";
import { readPlan, type LackingPermission, type Plan } from "../../records/plan.ts";
import { forgetProblem } from "../../records/problem.ts";
import { ROWS_PER_SHARD } from "../../records/shard.ts";
import { jsonText } from "../../records/stored-json.ts";
import type { Lock } from "../../storage/lock.ts";
import type { PlanTotals } from "../plan/plan-totals.ts";
import { planBatch } from "../plan/plan.ts";
import { holdOf, preflight } from "../plan/preflight.ts";
import type { Accepted, BatchPorts, Delivery } from "../ports.ts";
import { fencedStatus, pendingVerdicts, stillStatus } from "../report/status.ts";
import { claimFile } from "./claim-file.ts";
import { conclude } from "./conclude.ts";
import type { Source } from "./source.ts";

/** status.json is at most this old while a plan is being made, milliseconds (CONTRACT: 5 s). */
const STATUS_EVERY_MS = 3_000;

/**
 * Goes on with a batch that has its name, from wherever it was left: claims its file, copies its
 * input, plans it, and hands it over. Every step is recorded by what it leaves, so it may be cut off
 * anywhere.
 *
 * @throws InputRefusal FILE_ALREADY_TAKEN, FILE_CHANGED, FILE_NOT_FOUND; OperatorError as `planBatch`.
 */
export async function carryOn(
  ports: BatchPorts,
  batch: { readonly folder: string; readonly manifest: BatchManifest },
  source: Source,
  lock: Lock,
  delivery: Delivery,
): Promise<Accepted> {
  const { folder, manifest } = batch;
  const { batches } = ports.blobs;
  let plan = await readPlan(batches, folder);
  if (plan === undefined) {
    await copyInput(ports, batch, source);
    const totals = await planWithStatus(ports, batch, lock, delivery);
    if (totals === undefined) {
      return { state: "again", delaySeconds: 0, reason: "the plan is not finished" };
    }
    plan = planOf(ports, manifest, totals, await preflight(ports, manifest.tenant, totals));
    lock.check();
    await batches.write(planBlob(folder), jsonText(plan), { ifAbsent: true });
    await forgetProblem(ports, folder);
  }
  const isNews = await conclude(ports, folder, manifest, plan);
  return { state: "done", outcome: isNews ? "accepted" : "repeated", folder };
}

/** Only what is copied is planned, so that a file changed later changes nothing. */
async function copyInput(
  ports: BatchPorts,
  { folder, manifest }: { readonly folder: string; readonly manifest: BatchManifest },
  source: Source,
): Promise<void> {
  const { batches } = ports.blobs;
  for await (const { path } of batches.list(inputBlob(folder))) {
    if (path === inputBlob(folder)) return;
  }
  if (source.file && manifest.source.kind === "message") {
    const { homeTenant } = ports.settings;
    const claim = claimFile(batches, homeTenant, { manifest, folder }, source.file);
    // A plan changes nothing, so it may be made of a file that is taken.
    await (manifest.mode === "plan" ? claim.catch(passOver) : claim);
  }
  await batches.writeStream(inputBlob(folder), await source.bytes(), { ifAbsent: true });
}

function passOver(error: unknown): void {
  if (!(error instanceof InputRefusal)) throw error;
}

async function planWithStatus(
  ports: BatchPorts,
  { folder, manifest }: { readonly folder: string; readonly manifest: BatchManifest },
  lock: Lock,
  delivery: Delivery,
): Promise<PlanTotals | undefined> {
  const { clock } = ports;
  const writeStatus = await fencedStatus(ports.blobs.batches, folder);
  let saidMs = -Infinity;
  const say = async (known?: VerdictCounts): Promise<void> => {
    saidMs = clock.now();
    const verdicts = pendingVerdicts(manifest.rows, known);
    await writeStatus(stillStatus(manifest.batch, "accepted", verdicts, saidMs));
  };
  await say();
  const totals = await planBatch({
    folder,
    format: manifest.format,
    rows: manifest.rows,
    rules: { catalogue: ports.catalogue, operation: manifest.operation },
    batches: ports.blobs.batches,
    graph: ports.graphFor(manifest.tenant),
    goOn: async ({ rows, verdicts }) => {
      lock.check();
      if (clock.now() - saidMs >= STATUS_EVERY_MS) await say(verdicts);
      return rows >= manifest.rows || clock.now() < delivery.deadlineMs;
    },
  });
  // The batch may wait long for its turn: what is known of its rows is to be seen meanwhile.
  if (totals !== undefined) await say(totals.verdicts);
  return totals;
}

function planOf(
  { settings, clock }: BatchPorts,
  manifest: BatchManifest,
  totals: PlanTotals,
  lacking: readonly LackingPermission[],
): Plan {
  const guards = findGuards(totals, settings);
  const { pending, ...settled } = totals.verdicts;
  const isHeld = manifest.mode === "apply" && holdOf({ guards, lacking }, "") !== undefined;
  return {
    version: 1,
    batch: manifest.batch,
    tenant: manifest.tenant,
    mode: manifest.mode,
    rows: totals.rows,
    verdicts: { ...settled, pending: isHeld ? 0 : pending, held: isHeld ? pending : 0 },
    operations: totals.operations,
    writes: totals.writes,
    resourceUnits: totals.resourceUnits,
    estimatedSeconds: Math.ceil(
      (totals.writes * settings.writeWindowSeconds) / settings.writeQuota,
    ),
    shards: Math.ceil(totals.rows / ROWS_PER_SHARD),
    rowsPerShard: ROWS_PER_SHARD,
    permissions: totals.permissions,
    guards,
    ...(lacking.length > 0 && { lacking }),
    plannedAt: new Date(clock.now()).toISOString(),
  };
}
