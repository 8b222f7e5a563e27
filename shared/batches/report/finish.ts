import type { VerdictCounts } from "../../catalogue/row.ts";
import { type BatchFiles, readBatchFiles } from "../../records/batch-files.ts";
import { batchDamaged } from "../../records/damaged.ts";
import {
  type Control,
  isStopped,
  readControl,
  standingDecision,
} from "../../records/decisions/control.ts";
import { standingInWords } from "../../records/decisions/standing-words.ts";
import { heldBlob, journalsPrefix, planBlob } from "../../records/paths.ts";
import type { Receipts } from "../../records/receipt.ts";
import { keepShards, type ShardRows } from "../../records/shard.ts";
import { hasEnded, readStatus, type BatchState, type BatchStatus } from "../../records/status.ts";
import type { Who } from "../../records/who.ts";
import type { KnownDigests } from "../../seal/digest.ts";
import { digestsOfPlan, openKey, writeSeal } from "../../seal/make-seal.ts";
import { noteDigests } from "../../seal/noted-digests.ts";
import type { Blobs } from "../../storage/types.ts";
import { heldInRun } from "../held/held-in-run.ts";
import { settleCharge } from "../ledger/settle-charge.ts";
import type { BatchPorts } from "../ports.ts";
import { explainRefusals } from "../refusals/explain-refusals.ts";
import { learnSource } from "../sources/source-tripwires.ts";
import type { Ending } from "./report-row.ts";
import { countVerdicts, type ReportJob } from "./report-rows.ts";
import { summaryOf } from "./report-summary.ts";
import { writeReports } from "./report.ts";
import { stillStatus, sumOf, writeStatus } from "./status.ts";

/** How a batch ends: its state, and the verdict of planned writes that have no receipt. */
export interface End {
  readonly state: Extract<BatchState, "planned" | "held" | "finished" | "cancelled">;
  readonly receipts: Receipts;
  /** Reads the shards; from storage by default. */
  readonly planned?: ShardRows | undefined;
  readonly unwritten: Ending;
  /** Who cancelled it. */
  readonly by?: Who | undefined;
  /** The verdicts, if they were counted already. */
  readonly verdicts?: VerdictCounts | undefined;
  /** Digests for the seal, if they were read before. */
  readonly digests?: KnownDigests | undefined;
  /** What an approval has to name, if it is not the plan's digest. */
  readonly digest?: string | undefined;
  /**
   * Emits the event, before the state says that the batch has ended: if the program stops in between,
   * the event is emitted twice rather than never.
   */
  readonly announce?: (verdicts: VerdictCounts, sealed: Sealed | undefined) => void;
}

/** How the last seal of a batch came out; a batch that can still go on has none. */
export type Sealed = Awaited<ReturnType<typeof writeSeal>>;

type Why = Pick<BatchStatus, "reason" | "fix">;

const noReceipts = new Map<number, never>();

/** The receipts of a batch of which nothing was sent. */
export const nothingSent: Receipts = async () => noReceipts;

/**
 * Writes the reports and then the last status of a batch, so that the reports exist once the status
 * says that it has ended.
 *
 * @throws OperatorError BATCH_DAMAGED if the sum is not the number of rows, or a finished batch has a
 * pending row.
 */
export async function endBatch(
  ports: Pick<BatchPorts, "blobs" | "clock" | "sealKey" | "settings">,
  folder: string,
  { manifest, plan }: BatchFiles,
  { state, receipts, planned, unwritten, announce, by, ...known }: End,
): Promise<VerdictCounts> {
  const { batches } = ports.blobs;
  const { writeQuota, writeWindowSeconds } = ports.settings;
  const hasPasswords = plan.keepsPasswords ?? givesKept(ports.settings, plan);
  const job: ReportJob = {
    batches,
    folder,
    manifest,
    plan,
    receipts,
    planned,
    unwritten,
    hasPasswords,
  };
  const verdicts = known.verdicts ?? (await countVerdicts(job));
  checkWhole(folder, plan, state, verdicts);
  const atMs = ports.clock.now();
  const why = state === "finished" ? {} : { reason: unwritten.reason, fix: unwritten.fix };
  const digest = state === "finished" ? undefined : (known.digest ?? plan.digest);
  const summary = summaryOf(manifest, plan, {
    state,
    verdicts,
    atMs,
    digest,
    ...why,
    decisions: (await readControl(batches, folder)).decisions,
    quotaPerSecond: writeQuota / writeWindowSeconds,
  });
  const isLast = hasEnded(state);
  const key = openKey(isLast ? ports.sealKey : undefined);
  // What the reports read, and what they are, is not read again for the seal.
  const { blobs = batches, digests } = isLast ? noteDigests(batches, known.digests) : {};
  const lacks = await writeReports({ ...job, batches: blobs }, summary);
  const { batch, tenant } = manifest;
  const endedAt = new Date(atMs).toISOString();
  const sealed = isLast
    ? await writeSeal(batches, folder, { batch, tenant, state, verdicts, endedAt }, key, digests)
    : undefined;
  announce?.(verdicts, sealed);
  await noteWaiting(ports.blobs.runner, manifest, state);
  const still = stillStatus(manifest.batch, state, verdicts, atMs, withLacks(why, lacks));
  const figures = await lastFigures(batches, folder);
  const { inputRows } = plan;
  const more = {
    ...(inputRows !== undefined && { inputRows }),
    ...(digest && { digest }),
    ...(by && { by }),
  };
  await writeStatus(batches, folder, { ...still, ...figures, ...more });
  return verdicts;
}

/** Whether rows of a plan give passwords that the deployment keeps. */
export const givesKept = (
  { keepsPasswordsOf = [] }: BatchPorts["settings"],
  { operations }: Pick<BatchFiles["plan"], "operations">,
): boolean => keepsPasswordsOf.some((name) => (operations[name]?.writes ?? 0) > 0);

/** @throws OperatorError BATCH_DAMAGED as `endBatch` */
function checkWhole(
  folder: string,
  plan: BatchFiles["plan"],
  state: End["state"],
  verdicts: VerdictCounts,
): void {
  if (sumOf(verdicts) !== plan.rows) {
    throw batchDamaged(
      planBlob(folder),
      `has ${plan.rows} rows where the shards have ${sumOf(verdicts)}`,
    );
  }
  if (state === "finished" && verdicts.pending > 0) {
    throw batchDamaged(
      journalsPrefix(folder),
      `is incomplete: ${verdicts.pending} rows of the batch are still pending`,
    );
  }
}

/** Keeps the note of a batch that waits for a decision: the sweep ends a batch that waits too long. */
async function noteWaiting(
  runner: Blobs,
  { tenant, batch }: BatchFiles["manifest"],
  state: End["state"],
): Promise<void> {
  const note = heldBlob(tenant, batch);
  if (state === "planned" || state === "held") await runner.write(note, "");
  else if (state === "cancelled") await runner.delete(note);
}

/** Adds to the status what the reports lack. */
function withLacks(why: Why, lacks: readonly string[]): Why {
  if (lacks.length === 0) return why;
  const reason = `The reports are incomplete; the verdicts are not. ${lacks.join(" ")}`;
  const fix = "The rows as they were sent are in the batch's blob input, if it is there.";
  return { reason: joined(why.reason, reason), fix: joined(why.fix, fix) };
}

const joined = (...texts: readonly (string | undefined)[]): string =>
  texts.filter((text) => text !== undefined).join(" ");

/** The runner's last measurements, which the final status keeps. */
async function lastFigures(
  batches: Blobs,
  folder: string,
): Promise<Partial<Pick<BatchStatus, "writesPerSecond" | "quotaShare" | "throttled">>> {
  const status = await readStatus(batches, folder);
  if (status?.state !== "running") return {};
  const { writesPerSecond, quotaShare, throttled } = status;
  return { writesPerSecond, quotaShare, throttled };
}

/** What can be read of a batch before it ends. */
export interface Prepared {
  readonly planned: ShardRows;
  readonly digests: KnownDigests;
}

/** See `Batches.prepareEnd`. */
export async function prepareEnd(
  { blobs: { batches } }: Pick<BatchPorts, "blobs">,
  folder: string,
): Promise<Prepared | undefined> {
  const { plan } = await readBatchFiles(batches, folder);
  if (plan.shards > KEPT_SHARDS) return undefined;
  const planned = keepShards(batches, folder);
  for (let shard = 1; shard <= plan.shards; shard++) for await (const _ of planned(shard));
  return { planned, digests: await digestsOfPlan(batches, folder) };
}

/** See `Batches.finishBatch`. */
export async function finishBatch(
  ports: Pick<
    BatchPorts,
    "blobs" | "clock" | "emit" | "sealKey" | "catalogue" | "settings" | "graphFor" | "rolesFor"
  >,
  folder: string,
  stored: Receipts,
  prepared?: Prepared,
): Promise<VerdictCounts> {
  const { batches } = ports.blobs;
  const status = await readStatus(batches, folder);
  if (status && hasEnded(status.state)) return status.verdicts;
  const files = await readBatchFiles(batches, folder);
  const { manifest, plan } = files;
  const isLarge = plan.shards > KEPT_SHARDS;
  const receipts = isLarge ? stored : kept(stored);
  const planned = prepared?.planned ?? (isLarge ? undefined : keepShards(batches, folder));
  await settleCharge(ports, folder, files, { receipts, planned });
  const { batch, tenant, acceptedAt } = manifest;
  const ending = endingBy(await readControl(batches, folder));
  const announce: End["announce"] = (verdicts, sealed) =>
    ports.emit({
      event: "batch.finished",
      batch,
      tenant,
      state: ending.state,
      rows: plan.rows,
      verdicts,
      seconds: Math.round((ports.clock.now() - Date.parse(acceptedAt)) / 1000),
      ...sealed,
    });
  const left = ending.state === "cancelled" ? withoutHeld(receipts) : receipts;
  const unexplained: End = {
    ...ending,
    receipts: left,
    planned,
    announce,
    digests: prepared?.digests,
  };
  const verdicts = await countVerdicts({ batches, folder, ...files, ...unexplained });
  const told = verdicts.failed > 0 ? await explainRefusals(ports, folder, files, left) : left;
  const end: End = { ...unexplained, receipts: told };
  const held = verdicts.held > 0 ? await heldInRun(ports, folder, files, receipts) : undefined;
  if (ending.state === "finished" && held === undefined) await learnSource(ports, files);
  return endBatch(ports, folder, files, { ...end, verdicts, ...held });
}

/** So few shards, and their receipts, are kept while a batch ends: they are asked for several times. */
const KEPT_SHARDS = 10;

function kept(receipts: Receipts): Receipts {
  const known = new Map<number, ReturnType<Receipts>>();
  return (shard) => {
    const found = known.get(shard) ?? receipts(shard);
    known.set(shard, found);
    return found;
  };
}

/** The receipts without those of held rows, which nobody lets go on any more. */
const withoutHeld =
  (receipts: Receipts): Receipts =>
  async (shard) =>
    new Map([...(await receipts(shard))].filter(([, { verdict }]) => verdict !== "held"));

/** How a batch ends of which nothing more is sent: it is done, or somebody stopped it. */
function endingBy(
  control: Control,
): Pick<End, "unwritten" | "by"> & { state: "finished" | "cancelled" } {
  if (!isStopped(control)) return { state: "finished", unwritten: { verdict: "pending" } };
  const unwritten = {
    verdict: "skipped",
    reason: `Not sent. ${standingInWords(control, "The batch")}`,
    fix: "No action needed. To send the rows after all, send them again in a new batch.",
  } as const;
  return { state: "cancelled", unwritten, by: standingDecision(control)?.by };
}
