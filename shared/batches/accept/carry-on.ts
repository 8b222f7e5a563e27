import type { VerdictCounts } from "../../catalogue/row.ts";
import { OperatorError } from "../../core/errors.ts";
import { InputRefusal } from "../../core/input-refusal.ts";
import { findProtected } from "../../guards/protected.ts";
import { planDigest } from "../../records/approval/plan-digest.ts";
import type { BatchManifest } from "../../records/manifest.ts";
import { planningMarker } from "../../records/markers/planning-marker.ts";
import { inputBlob, planBlob } from "../../records/paths.ts";
import {
  type GuardFinding,
  readPlan,
  type LackingPermission,
  type Plan,
} from "../../records/plan.ts";
import { forgetProblem } from "../../records/problem.ts";
import { ROWS_PER_SHARD } from "../../records/shard.ts";
import { jsonText } from "../../records/stored-json.ts";
import type { Blobs } from "../../storage/types.ts";
import { type ExpansionWaits, sayWaits, secondsToWait } from "../expand/waits.ts";
import { whatToPlan } from "../expand/what-to-plan.ts";
import { claimFile } from "../folder/claim-file.ts";
import { type Context, type LockedFolder, postpone } from "../folder/context.ts";
import { countsUsers, currentLedger, survey } from "../ledger/survey.ts";
import { planBatch, type PlannedBatch } from "../plan/plan.ts";
import { isHeldBy, preflight } from "../plan/preflight.ts";
import { hasUnfinishedWork } from "../plan/unfinished-work.ts";
import type { Accepted, BatchPorts } from "../ports.ts";
import { protectionOf } from "../protection/protection-of.ts";
import { givesKept } from "../report/finish.ts";
import { fencedStatus, pendingVerdicts, stillStatus } from "../report/status.ts";
import { tripwiresOf } from "../sources/source-tripwires.ts";
import type { BatchInput } from "./batch-input.ts";
import { conclude } from "./conclude.ts";

/** status.json is written at least this often while a plan is made, milliseconds (docs/messages.md: 5 s). */
const STATUS_EVERY_MS = 3_000;

/**
 * With so few rows left to plan the tenant's runner is called, so that it has started when the plan is made. It
 * learns of the batch by its marker only, which is written when the guards have decided.
 */
const CALL_AHEAD_ROWS = 20_000;

/** Earlier work has to end before the batch can be planned. */
interface Waiting {
  readonly waits: ExpansionWaits;
}

type Why = Parameters<typeof stillStatus>[4];

/** A batch that has its name. */
interface Owned {
  readonly folder: string;
  readonly manifest: BatchManifest;
}

/**
 * Continues a batch that has its name, from where it stopped: claims its file, copies its input, plans
 * it, and hands it over. Each step leaves a blob that records it, so the work may stop anywhere.
 *
 * @throws InputRefusal FILE_ALREADY_TAKEN, FILE_CHANGED, FILE_NOT_FOUND; OperatorError as `planBatch`.
 */
export async function carryOn(
  context: Context,
  locked: LockedFolder,
  manifest: BatchManifest,
  input: BatchInput,
): Promise<Accepted> {
  const { ports } = context;
  const { folder, lock } = locked;
  const { batches } = ports.blobs;
  const owned = { folder, manifest };
  locked.own = manifest;
  let plan = locked.isNew ? undefined : await readPlan(batches, folder);
  if (plan === undefined) {
    const totals = await planMarked(context, locked, owned, input);
    if (totals === undefined) return postpone(0, "the plan is not finished");
    if ("waits" in totals) {
      const { waits } = totals;
      return postpone(secondsToWait(ports, manifest, waits), waits.message);
    }
    plan = planOf(ports, manifest, totals, await findingsOf(ports, manifest, totals));
    lock.check();
    await batches.write(planBlob(folder), jsonText(plan), { ifAbsent: true });
    if (!locked.isNew) await forgetProblem(ports, folder);
  }
  const isNew = await conclude(ports, folder, { manifest, plan }, locked.isNew);
  return { state: "done", outcome: isNew ? "accepted" : "repeated", folder };
}

/** Plans the batch; meanwhile a marker tells the plans of later batches that it may yet change objects. */
async function planMarked(
  context: Context,
  locked: LockedFolder,
  owned: Owned,
  input: BatchInput,
): Promise<PlannedBatch | Waiting | undefined> {
  const { ports } = context;
  const { expands, mode, tenant } = owned.manifest;
  const marker = planningMarker(owned.manifest);
  // It may say already for what the batch waits.
  if (mode === "apply") await ports.blobs.runner.write(marker, "", { ifAbsent: true });
  // An input that is expanded first may take long, and what is protected is to be as new as the plan.
  const early = expands ? undefined : protectionOf(ports, tenant);
  early?.catch(() => undefined);
  await copyInput(ports, owned, input, locked.isNew);
  return planWithStatus(context, locked, owned, early);
}

/** Only the copy is planned, so that a file that changes later has no effect. */
async function copyInput(
  ports: BatchPorts,
  { folder, manifest }: Owned,
  input: BatchInput,
  isNew = false,
): Promise<void> {
  const { batches } = ports.blobs;
  if (!isNew && (await isListed(batches, inputBlob(folder)))) return;
  // Nobody else names a file that this program put there.
  if (input.file && manifest.source.kind === "message" && manifest.origin === undefined) {
    const { homeTenant } = ports.settings;
    const claim = claimFile(batches, homeTenant, { manifest, folder }, input.file);
    // A plan changes nothing, so it may read a file that another batch has claimed.
    await (manifest.mode === "plan" ? claim.catch(ignoreRefusal) : claim);
  }
  const isAbsent = { ifAbsent: true } as const;
  if (input.text !== undefined) await batches.write(inputBlob(folder), input.text, isAbsent);
  else await batches.writeStream(inputBlob(folder), await input.bytes(), isAbsent);
}

/** Whether there is a blob of this path, which may be too large to read. */
async function isListed(batches: Blobs, wanted: string): Promise<boolean> {
  for await (const { path } of batches.list(wanted)) if (path === wanted) return true;
  return false;
}

function ignoreRefusal(error: unknown): void {
  if (!(error instanceof InputRefusal)) throw error;
}

async function planWithStatus(
  context: Context,
  { lock, isNew = false }: LockedFolder,
  { folder, manifest }: Owned,
  protect: ReturnType<typeof protectionOf> | undefined,
): Promise<PlannedBatch | Waiting | undefined> {
  const { ports, deadlineMs, stopping } = context;
  const { clock } = ports;
  const hasTime = (): boolean => clock.now() < deadlineMs && !stopping?.aborted;
  const writeStatus = await fencedStatus(ports.blobs.batches, folder, isNew);
  let writtenMs = -Infinity;
  let rowsNow = manifest.rows;
  const write = async (known?: VerdictCounts, why?: Why): Promise<void> => {
    writtenMs = clock.now();
    const verdicts = pendingVerdicts(rowsNow, known);
    await writeStatus(stillStatus(manifest.batch, "accepted", verdicts, writtenMs, why));
  };
  const call = callAhead(ports, manifest);
  await Promise.all([write(), call(0)]);
  const check = (): void => lock.check();
  const mayChange = await hasUnfinishedWork(ports, manifest);
  const keepsOpen = mayChange && manifest.mode === "apply";
  const toPlan = await whatToPlan(context, { folder, manifest, keepsOpen, hasTime, check });
  if (toPlan === undefined) return undefined;
  if ("waits" in toPlan) {
    await write(undefined, await sayWaits(ports, manifest, toPlan.waits));
    return toPlan;
  }
  rowsNow = toPlan.rows;
  const totals = await planBatch({
    ...toPlan,
    folder,
    stored: manifest,
    batches: ports.blobs.batches,
    isNew,
    graph: ports.graphFor(manifest.tenant),
    rolesNow: () => ports.rolesFor(manifest.tenant, { fresh: false }),
    clock,
    mayChange,
    membersPerWrite: ports.settings.membersPerWrite,
    keepsOpen,
    protect: await (protect ?? protectionOf(ports, manifest.tenant)),
    hasTime,
    goOn: async ({ rows, verdicts }) => {
      check();
      if (clock.now() - writtenMs >= STATUS_EVERY_MS) await write(verdicts);
      await call(rows);
      return rows >= toPlan.rows || hasTime();
    },
  });
  // The batch may wait long for its turn: its status shows meanwhile what the plan knows.
  if (totals !== undefined) await write(totals.verdicts);
  return totals;
}

/** What stands in a batch's way, or would. */
interface Findings {
  readonly guards: readonly GuardFinding[];
  readonly lacking: readonly LackingPermission[];
}

/**
 * What the guards find now, without charging anything: the runner does that when the batch starts. Guards of
 * other kinds add their findings here.
 *
 * @throws OperatorError READ_INCOMPLETE, disposition `retry`, and as `readLedger` and `preflight`
 */
async function findingsOf(
  ports: BatchPorts,
  manifest: BatchManifest,
  totals: PlannedBatch,
): Promise<Findings> {
  const { tenant, batch, acceptedAt } = manifest;
  const { ledger } = await currentLedger(ports, tenant);
  const { charge } = totals;
  const counted = await survey(ports, { tenant, batch, acceptedAt, charge }, ledger);
  const unnamed = !ports.settings.protection.roleHolders;
  const guards = [
    ...counted.guards,
    findProtected(totals.protectedRows, unnamed),
    ...(await tripwiresOf(ports, manifest, charge)),
  ];
  return { guards, lacking: await preflight(ports, tenant, totals) };
}

/** What Graph counts for the writes, at its full quota. Members who are added to one group share requests. */
function secondsFor(
  { writes, shareable }: PlannedBatch,
  { membersPerWrite, writeQuota, writeWindowSeconds }: BatchPorts["settings"],
): number {
  const counted = writes - shareable + Math.ceil(shareable / membersPerWrite);
  return Math.ceil((counted * writeWindowSeconds) / writeQuota);
}

/** Calls the runner once, when enough rows are planned. If it cannot be called now, it is called at the end. */
function callAhead(ports: BatchPorts, { tenant, rows, mode, notBefore }: BatchManifest) {
  let isCalled = mode !== "apply" || notBefore !== undefined;
  return async (planned: number): Promise<void> => {
    if (isCalled || rows - planned > CALL_AHEAD_ROWS) return;
    isCalled = true;
    await ports.ringEarly?.(tenant).catch((error: unknown) => {
      if (!(error instanceof OperatorError)) throw error;
    });
  };
}

function planOf(
  { settings, clock }: BatchPorts,
  manifest: BatchManifest,
  totals: PlannedBatch,
  { guards, lacking }: Findings,
): Plan {
  const { charge, seats } = totals;
  const { pending, ...settled } = totals.verdicts;
  const isHeld = manifest.mode === "apply" && isHeldBy({ guards, lacking });
  return {
    version: 1,
    batch: manifest.batch,
    tenant: manifest.tenant,
    mode: manifest.mode,
    rows: totals.rows,
    ...(manifest.expands && { inputRows: manifest.rows }),
    ...(manifest.recipes && { recipes: manifest.recipes }),
    verdicts: { ...settled, pending: isHeld ? 0 : pending, held: isHeld ? pending : 0 },
    operations: totals.operations,
    writes: totals.writes,
    // The batch counts the users once more when it starts, if a guard is a part of them.
    resourceUnits: totals.resourceUnits + (countsUsers(charge) ? 1 : 0),
    estimatedSeconds: secondsFor(totals, settings),
    shards: Math.ceil(totals.rows / ROWS_PER_SHARD),
    rowsPerShard: ROWS_PER_SHARD,
    permissions: totals.permissions,
    charge,
    guards,
    ...(seats.length > 0 && { seats }),
    ...(lacking.length > 0 && { lacking }),
    ...(givesKept(settings, totals) && { keepsPasswords: true }),
    plannedAt: new Date(clock.now()).toISOString(),
    digest: planDigest(manifest, totals.shardDigests),
    shardDigests: totals.shardDigests,
  };
}
