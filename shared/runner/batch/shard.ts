import { operationNamed } from "../../catalogue/operation.ts";
import { type PlannedWrite, noVerdicts } from "../../catalogue/row.ts";
import { firstLink } from "../../records/chain.ts";
import { batchDamaged } from "../../records/damaged.ts";
import { type RowHistory, unsent } from "../../records/history/row-history.ts";
import { journalBlob, shardBlob } from "../../records/paths.ts";
import { type PlannedRow, readShard, readShardBlob } from "../../records/shard.ts";
import { isLookedAt } from "../journal/expected.ts";
import { type Journal, openJournal } from "../journal/journal-file.ts";
import { readExpectations } from "../journal/read-expected.ts";
import type { OpenRow } from "../schedule/open-row.ts";
import { isShareable } from "../schedule/shareable.ts";
import type { BatchShards } from "./batch-shards.ts";
import type { LeftRow, OpenBatch, OpenShard } from "./open-batch.ts";
import { type Site, isoNow, monotonicAt } from "./site.ts";

/** A shard whose journal is ours, and the rows that are left to do. */
export interface ReadShard {
  readonly shard: OpenShard;
  readonly left: readonly LeftRow[];
}

/**
 * Reads a shard and takes its journal over; `openRow` then opens its rows. `undefined` if the plan had
 * nothing to write in it.
 *
 * @throws OperatorError BATCH_DAMAGED if the shard or its journal is missing or damaged.
 */
export async function openShard(
  site: Site,
  folder: string,
  number: number,
  { plan, released }: Pick<BatchShards, "plan" | "released">,
): Promise<ReadShard | undefined> {
  const { rows, sha256 } = await readShardBlob(site.blobs.batches, folder, number);
  if (plan.shardDigests !== undefined && plan.shardDigests[number - 1] !== sha256) {
    throw batchDamaged(shardBlob(folder, number), "is not what was planned", { fix: RESTORE });
  }
  const planned = writesIn(rows);
  if (planned.length === 0) return undefined;
  const journal = await openJournal({
    blobs: site.blobs.batches,
    path: journalBlob(folder, number),
    start: firstLink(plan, number),
    runner: site.runner,
    at: isoNow(site),
    check: () => site.lease.check(),
  });
  await release(site, journal, released);
  const counts = noVerdicts();
  const left = planned.filter(({ row }) => {
    const settled = journal.rows.get(row)?.receipt;
    if (settled) counts[settled.verdict] += 1;
    return settled === undefined;
  });
  const expected = await readExpectations(
    site.blobs.batches,
    folder,
    { shard: number, journal, plan, at: isoNow(site) },
    left,
  );
  return { shard: { shard: number, journal, rows: new Map(), expected, counts }, left };
}

const RESTORE =
  "Restore the blob from an earlier version (docs/runbook.md, A blob is gone): what was approved then runs. If that is impossible, cancel the batch and send its open rows again in a new one.";

/** Lets the rows of a shard go on that were held, if what they would write was approved; once. */
async function release(site: Site, journal: Journal, digest: string | undefined): Promise<void> {
  if (digest === undefined || journal.released.some((each) => each.digest === digest)) return;
  const rows = [...journal.rows].flatMap(([row, { receipt }]) =>
    receipt?.verdict === "held" ? row : [],
  );
  await journal.append({ t: "released", at: isoNow(site), digest, rows });
}

/** The rows of an open shard that are left to do and not open. @throws OperatorError BATCH_DAMAGED */
export async function readLeft(
  site: Site,
  folder: string,
  { shard, journal, rows }: OpenShard,
): Promise<LeftRow[]> {
  const planned = await readWrites(site, folder, shard);
  return planned.filter(({ row }) => !rows.has(row) && !journal.rows.get(row)?.receipt);
}

/** The rows of a shard that the plan wants written. @throws OperatorError BATCH_DAMAGED */
export async function readWrites(site: Site, folder: string, number: number): Promise<LeftRow[]> {
  return writesIn(await readShard(site.blobs.batches, folder, number));
}

const writesIn = (planned: readonly PlannedRow[]): LeftRow[] =>
  planned.flatMap((row) => (row.write === undefined ? [] : { ...row, write: row.write }));

/** Opens a row in the schedule. */
export function openRow(
  site: Site,
  lane: OpenBatch,
  shard: OpenShard,
  { row, operation, write }: LeftRow,
): OpenRow<OpenBatch> {
  const known = write.after || write.foundInPlace ? withoutNeedless(shard, row, write) : write;
  const isUnsure = lane.looksAtSharers && isShareable(site.catalogue, { operation, write: known });
  const freshUntilMs = isUnsure ? 0 : freshUntil(site, shard, { row, operation, write: known });
  const open = site.schedule.open({ lane, row, operation, write: known, freshUntilMs });
  shard.rows.set(row, open);
  return open;
}

/**
 * Rows come after earlier ones only; anything else would wait forever. And what was sent once is not in
 * place by another's work any more: its own answers decide.
 */
function withoutNeedless(shard: OpenShard, row: number, write: PlannedWrite): PlannedWrite {
  const { foundInPlace, ...rest } = write;
  const after = write.after?.filter((earlier) => earlier < row);
  const isUnsent = historyOf(shard, row).attempts === 0;
  return { ...rest, ...(after && { after }), ...(isUnsent && { foundInPlace }) };
}

/** From when on a row is looked at before it is sent, monotonic milliseconds. */
function freshUntil(
  site: Site,
  { expected }: OpenShard,
  { row, operation: name, write }: Pick<OpenRow, "row" | "operation" | "write">,
): number {
  if (write.foundInPlace || write.onlyIf) return 0;
  const operation = operationNamed(site.catalogue, name);
  if (!expected || !operation || !isLookedAt(operation, write)) return Infinity;
  const { finds, lookedAt } = expected.get(row) ?? { finds: "lost", lookedAt: "" };
  return finds === "same" ? monotonicAt(site, lookedAt) + site.settings.planFreshMs : 0;
}

/** What is known of a row of an open shard. */
export const historyOf = (shard: OpenShard, row: number): RowHistory =>
  shard.journal.rows.get(row) ?? unsent;

/** Puts a row where its journal says it is. A doubt may be another runner's. */
export function placeRow(site: Site, row: OpenRow<OpenBatch>, history: RowHistory): void {
  const askedMs = history.until === undefined ? 0 : monotonicAt(site, history.until);
  if (history.state === "doubt") {
    const { lookMs, unsureUntilMs } = doubtOf(site, row, history);
    const notBeforeMs = Math.max(lookMs, askedMs);
    site.schedule.place(row, { state: "doubt", notBeforeMs, unsureUntilMs });
  } else if (history.state === "final") {
    const isUnsure = row.state === "doubt" && row.unsureUntilMs > site.clock.monotonic();
    site.schedule.place(row, { state: "ended", notBeforeMs: isUnsure ? row.unsureUntilMs : 0 });
  } else {
    // What may be in place by its own work is not held: its own answers decide.
    const fresh = history.doubted ? { freshUntilMs: Infinity } : {};
    site.schedule.place(row, { state: "waiting", notBeforeMs: askedMs, ...fresh });
  }
}

/**
 * When a row in doubt is looked at, and until when its post may take effect: a post takes effect within
 * Graph's time limit or never. What this process sent is looked at soon, because what is seen settles it
 * (see `lookAt`). What an earlier runner sent is looked at when nothing of it can be under way any more;
 * it was sent before that runner lost the lease, or, if that was longer ago, within `stallMs` after its
 * intent (which also covers the difference of two machines' clocks).
 */
function doubtOf(
  site: Site,
  row: OpenRow,
  history: RowHistory,
): { readonly lookMs: number; readonly unsureUntilMs: number } {
  const soonMs = site.clock.monotonic() + site.settings.retryFloorMs;
  if (history.answered || history.lastIntentAt === undefined) {
    return { lookMs: soonMs, unsureUntilMs: 0 };
  }
  const { timeoutMs } = site.graph;
  if (row.sentMs !== undefined) {
    const unsureUntilMs = row.sentMs + timeoutMs;
    return { lookMs: Math.min(soonMs, unsureUntilMs), unsureUntilMs };
  }
  const intentMs = monotonicAt(site, history.lastIntentAt);
  const sentMs = Math.min(site.lease.takenAtMs, intentMs + site.settings.stallMs);
  return { lookMs: sentMs + timeoutMs, unsureUntilMs: sentMs + timeoutMs };
}
