import { type Receipt, creatorsOf } from "../../catalogue/row.ts";
import type { ObjectId } from "../../core/object-id.ts";
import type { JournalRecord } from "../../records/journal.ts";
import type { RowReceipt } from "../../records/receipt.ts";
import type { OpenRow } from "../schedule/open-row.ts";
import { type BatchShards, closeIfEnded, isRowFinal, shardNumberOf } from "./batch-shards.ts";
import { type CreatedIds, createdId, isWell, reasonIn } from "./created-ids.ts";
import type { Dependants, Earlier } from "./dependants.ts";
import type { LeftRow, OpenBatch, OpenShard } from "./open-batch.ts";
import { historyOf, openRow, placeRow } from "./shard.ts";
import { type Site, atOneInstant, isoNow } from "./site.ts";
import type { TouchedKeys } from "./touched-keys.ts";

/** What the functions of this folder share about one batch. */
export interface Batch {
  readonly site: Site;
  readonly folder: string;
  readonly shards: BatchShards;
  readonly ids: CreatedIds;
  readonly dependants: Dependants;
  readonly touched: TouchedKeys;
}

/** The id of the user that a row created, as far as it is known. */
export function createdBy({ shards, ids }: Batch, row: number): ObjectId | undefined {
  const open = shards.open.get(shardNumberOf(shards, row));
  return open ? createdId(open.journal.rows.get(row)?.receipt) : ids.get(row);
}

/** Whether a row was held; what an earlier runner closed is known once `loadCreators` was given the row. */
export function isRowHeld({ shards, ids }: Batch, row: number): boolean {
  const open = shards.open.get(shardNumberOf(shards, row));
  return open ? open.journal.rows.get(row)?.receipt?.verdict === "held" : ids.isHeld(row);
}

/** The first row up to this one that was held, as far as that is known; see `loadHeld`. */
export function heldUpTo({ shards, ids }: Batch, row: number): number | undefined {
  if (
    shards.closed.held === 0 &&
    ![...shards.open.values()].some(({ counts }) => counts.held > 0)
  ) {
    return undefined;
  }
  const held: number[] = [];
  const known = ids.heldUpTo(row);
  if (known !== undefined) held.push(known);
  for (const { journal, counts } of shards.open.values()) {
    if (counts.held === 0) continue;
    for (const [number, { receipt }] of journal.rows) {
      if (number <= row && receipt?.verdict === "held") held.push(number);
    }
  }
  return held.length === 0 ? undefined : Math.min(...held);
}

/** Makes known which rows of closed shards were held, if some of these rows come after whole stages. */
async function loadHeld({ shards, ids }: Batch, rows: readonly LeftRow[]): Promise<void> {
  const behind = Math.max(0, ...rows.map(({ write }) => write.behind ?? 0));
  if (behind === 0 || shards.closed.held === 0 || ids.heldUpTo(behind) !== undefined) return;
  for (let shard = 1; shard <= shardNumberOf(shards, behind); shard++) {
    const isClosed = shard < shards.next && !shards.announced.has(shard) && !shards.open.has(shard);
    if (isClosed) await ids.load(shard);
    if (ids.heldUpTo(behind) !== undefined) return;
  }
}

/** What is known of a row that another one needs; see `loadCreators`. */
export function earlierRow(batch: Batch, row: number): Earlier {
  const { shards, ids } = batch;
  const open = shards.open.get(shardNumberOf(shards, row));
  const receipt = open?.journal.rows.get(row)?.receipt;
  return {
    isFinal: isRowFinal(shards, row),
    isHeld: isRowHeld(batch, row),
    isWell: open ? receipt !== undefined && isWell(receipt) : !ids.isUnwell(row),
    objectId: createdBy(batch, row),
    why: open ? reasonIn(receipt) : ids.reasonOf(row),
    receipt,
  };
}

/** Makes the ids known that these rows created, if they are in closed shards. */
export async function loadCreators({ shards, ids }: Batch, rows: Iterable<number>): Promise<void> {
  const numbers = new Set<number>();
  for (const row of rows) numbers.add(shardNumberOf(shards, row));
  // Those of them that are open may be closed before anybody asks for an id.
  if (numbers.size > 0) ids.expect();
  for (const each of numbers) {
    const isClosed = each < shards.next && !shards.announced.has(each) && !shards.open.has(each);
    if (isClosed) await ids.load(each);
  }
}

/** Makes known how the rows ended that these rows need or come after, if they are in closed shards. */
export async function loadBefore(batch: Batch, rows: readonly LeftRow[]): Promise<void> {
  const { held } = batch.shards.closed;
  const needed = rows.flatMap(({ write }) => [
    ...creatorsOf(write),
    ...(write.needs ?? []),
    ...(held > 0 ? (write.after ?? []) : []),
  ]);
  await loadCreators(batch, needed);
  await loadHeld(batch, rows);
}

/**
 * Opens rows of an open shard, each where its journal says. Awaits nothing before all of them stand
 * there, so that none is sent too early.
 */
export async function openRows(
  batch: Batch,
  lane: OpenBatch,
  shard: OpenShard,
  left: readonly LeftRow[],
): Promise<readonly OpenRow<OpenBatch>[]> {
  const { site, dependants } = batch;
  const rows = left.map((row) => openRow(site, lane, shard, row));
  const orphans = rows.flatMap((row) => dependants.resolve(row) ?? []);
  const present = atOneInstant(site);
  for (const row of rows) {
    const history = shard.journal.rows.get(row.row);
    if (history) placeRow(present, row, history);
  }
  if (batch.shards.ahead.size > 0) orphans.push(...freeEnded(batch, lane, shard));
  await end(batch, lane, orphans);
  close(batch, shard);
  return rows;
}

/** Frees rows that were opened ahead and come after rows of this shard that have their verdicts. */
function freeEnded({ site, dependants }: Batch, lane: OpenBatch, shard: OpenShard): RowReceipt[] {
  const orphans: RowReceipt[] = [];
  for (const [row, { receipt }] of shard.journal.rows) {
    if (receipt === undefined) continue;
    orphans.push(...dependants.freed(row));
    site.schedule.freed(lane, row);
  }
  return orphans;
}

/** Stores a record in a shard's journal, then puts its rows where the journal says. */
export async function store(
  batch: Batch,
  lane: OpenBatch,
  shard: OpenShard,
  record: JournalRecord,
): Promise<void> {
  const { site } = batch;
  await shard.journal.append(record);
  const present = atOneInstant(site);
  const orphans: RowReceipt[] = [];
  for (const number of rowsOf(record)) {
    const row = shard.rows.get(number);
    if (row === undefined) continue;
    const history = historyOf(shard, number);
    if (history.receipt) shard.rows.delete(number);
    placeRow(present, row, history);
    if (!history.receipt) continue;
    shard.expected?.delete(number);
    shard.counts[history.receipt.verdict] += 1;
    site.tally.rows += 1;
    lane.breaker.note(causeOf(history.receipt));
    lane.canary.ended(row, history);
    orphans.push(...batch.dependants.freed(number));
    site.schedule.freed(lane, number);
  }
  await end(batch, lane, orphans);
  close(batch, shard);
  site.wake();
}

const causeOf = (receipt: Receipt): string | undefined =>
  receipt.verdict === "failed" ? receipt.cause : undefined;

/** Ends rows that get their verdict without being sent. */
async function end(batch: Batch, lane: OpenBatch, settled: readonly RowReceipt[]): Promise<void> {
  const { site, shards } = batch;
  for (const number of new Set(settled.map(({ row }) => shardNumberOf(shards, row)))) {
    const rows = settled.filter(({ row }) => shardNumberOf(shards, row) === number);
    const shard = shards.open.get(number);
    if (shard) await store(batch, lane, shard, { t: "settled", at: isoNow(site), rows });
  }
}

function close({ shards, ids }: Batch, shard: OpenShard): void {
  if (closeIfEnded(shards, shard)) ids.keep(shard.shard, shard.journal.rows);
}

/** The rows that a record moves. An intent moves none: its rows were taken when they were chosen. */
const rowsOf = (record: JournalRecord): readonly number[] =>
  record.t === "receipt" || record.t === "settled" ? record.rows.map(({ row }) => row) : [];
