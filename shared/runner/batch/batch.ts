import { readBatchFiles } from "../../records/batch-files.ts";
import type { Histories, JournalRecord } from "../../records/journal.ts";
import { type Marker, checkMarker } from "../../records/marker.ts";
import { journalBlob } from "../../records/paths.ts";
import type { Outcomes, SettledRow } from "../../records/receipt.ts";
import { readJournal } from "../journal/journal-file.ts";
import {
  type BatchShards,
  areAllClosed,
  closeIfEnded,
  countOpenRows,
  countVerdicts,
  createBatchShards,
  isRowFinal,
  nextShard,
  noteOpened,
  shardNumberOf,
} from "./batch-shards.ts";
import { type CreatedIds, createIds, createdId } from "./created-ids.ts";
import { type Dependants, createDependants } from "./dependants.ts";
import { createMeter } from "./meter.ts";
import type { OpenBatch, OpenShard } from "./open-batch.ts";
import { type ReadShard, historyOf, openRow, openShard, placeRow } from "./shard.ts";
import { type Site, isoNow } from "./site.ts";
import type { BatchProgress } from "./state-file.ts";

/** What the functions of this file share about one batch. */
interface Batch {
  readonly site: Site;
  readonly folder: string;
  readonly shards: BatchShards;
  readonly ids: CreatedIds;
  readonly dependants: Dependants;
}

/** Begins a batch, or continues it where `progress` says. @throws OperatorError BATCH_DAMAGED */
export async function openBatch(
  site: Site,
  marker: Marker,
  progress: BatchProgress | undefined,
): Promise<OpenBatch> {
  checkMarker(marker);
  const { folder } = marker;
  const files = await readBatchFiles(site.blobs.batches, folder);
  const batch = prepareBatch(site, folder, createBatchShards(files.plan, progress));
  const { shards } = batch;
  const opened: OpenBatch = {
    path: marker.path,
    accepted: acceptedOf(marker),
    marker,
    files,
    meter: createMeter(site.clock.monotonic()),
    throttled: progress?.throttled ?? 0,
    rows: { [Symbol.iterator]: () => rowsIn(shards) },
    isFinal: (row) => isRowFinal(shards, row),
    nextShard: () => nextShard(shards),
    announce: (number) => void shards.announced.add(number),
    open: (number) => open(batch, opened, number),
    shardOf: (row) => {
      const shard = shards.open.get(shardNumberOf(shards, row));
      if (shard === undefined) throw new TypeError("the row's shard is not open");
      return shard;
    },
    record: (shard, record) => store(batch, opened, shard, record),
    openRows: () => countOpenRows(shards),
    isDone: () => areAllClosed(shards),
    verdicts: () => countVerdicts(shards),
    outcomes: outcomesOf(batch),
    progress: () => ({
      marker: marker.name,
      next: shards.next,
      open: [...shards.announced, ...shards.open.keys()],
      counts: { ...shards.closed },
      throttled: opened.throttled,
    }),
  };
  return opened;
}

/** A marker is named `<priority>-<instant of acceptance>-<batch>`. */
const acceptedOf = ({ name }: Marker): string => name.slice(name.indexOf("-") + 1);

function prepareBatch(site: Site, folder: string, shards: BatchShards): Batch {
  const read = (shard: number): Promise<Histories> => readHistories(site, folder, shard);
  const ids = createIds({ rowsPerShard: shards.plan.rowsPerShard, read });
  const dependants = createDependants(site, (row) => {
    const shard = shards.open.get(shardNumberOf(shards, row));
    return {
      isFinal: isRowFinal(shards, row),
      objectId: shard ? createdId(shard.journal.rows.get(row)?.settled) : ids.get(row),
    };
  });
  return { site, folder, shards, ids, dependants };
}

async function readHistories(site: Site, folder: string, shard: number): Promise<Histories> {
  const path = journalBlob(folder, shard);
  const found = await site.blobs.batches.read(path);
  return found ? readJournal(path, found.bytes).rows : new Map();
}

function* rowsIn({ open: shards }: BatchShards) {
  for (const { rows } of shards.values()) yield* rows.values();
}

const outcomesOf =
  ({ site, folder }: Batch): Outcomes =>
  async (shard) => {
    const settled = [...(await readHistories(site, folder, shard))].flatMap(([row, history]) =>
      history.settled ? [[row, history.settled] as const] : [],
    );
    return new Map(settled);
  };

async function open(batch: Batch, lane: OpenBatch, number: number): Promise<void> {
  const { site, shards, dependants } = batch;
  const found = await openShard(site, batch.folder, number);
  if (found) await loadCreators(batch, number, found);
  // Nothing is awaited from here until every row stands where its journal says: no row is sent before.
  noteOpened(shards, number, found?.shard);
  if (found === undefined) return;
  const { shard, left } = found;
  const rows = left.map((row) => openRow(site, lane, shard, row));
  const orphans = rows.flatMap((row) => dependants.resolve(row) ?? []);
  for (const row of rows) {
    const history = shard.journal.rows.get(row.row);
    if (history) placeRow(site, row, history);
  }
  await end(batch, lane, orphans);
  close(batch, shard);
}

/** Makes the ids known that rows of closed shards gave, for the rows of a shard that need them. */
async function loadCreators({ shards, ids }: Batch, number: number, { left }: ReadShard) {
  const creators = left.flatMap(({ write }) => write.idFromRow?.row ?? []);
  for (const each of new Set(creators.map((row) => shardNumberOf(shards, row)))) {
    if (each !== number && each < shards.next && !shards.open.has(each)) await ids.load(each);
  }
}

async function store(
  batch: Batch,
  lane: OpenBatch,
  shard: OpenShard,
  record: JournalRecord,
): Promise<void> {
  const { site } = batch;
  await shard.journal.append(record);
  const orphans: SettledRow[] = [];
  for (const number of rowsOf(record)) {
    const row = shard.rows.get(number);
    if (row === undefined) continue;
    const history = historyOf(shard, number);
    if (history.settled) shard.rows.delete(number);
    placeRow(site, row, history);
    if (!history.settled) continue;
    shard.counts[history.settled.verdict] += 1;
    site.tally.rows += 1;
    orphans.push(...batch.dependants.freed(number));
    site.schedule.freed(lane, number);
  }
  await end(batch, lane, orphans);
  close(batch, shard);
  site.wake();
}

/** Ends rows that get their verdict without being sent. */
async function end(batch: Batch, lane: OpenBatch, settled: readonly SettledRow[]): Promise<void> {
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
