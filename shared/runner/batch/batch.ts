import { readBatchFiles } from "../../records/batch-files.ts";
import { firstLink } from "../../records/chain.ts";
import type { Histories } from "../../records/journal.ts";
import { type Marker, acceptanceIn } from "../../records/markers/marker.ts";
import { journalBlob } from "../../records/paths.ts";
import type { Plan } from "../../records/plan.ts";
import type { Receipts } from "../../records/receipt.ts";
import { readJournal } from "../journal/journal-file.ts";
import { createMeter } from "../meter.ts";
import type { BatchProgress } from "../state-file.ts";
import {
  type BatchShards,
  areAllClosed,
  countOpenRows,
  countVerdicts,
  createBatchShards,
  isRowFinal,
  nextShard,
  noteOpened,
  shardNumberOf,
} from "./batch-shards.ts";
import { createIds } from "./created-ids.ts";
import { createDependants } from "./dependants.ts";
import type { LeftRow, OpenBatch } from "./open-batch.ts";
import { keysBeside, pull, reopenAhead } from "./pull.ts";
import { type Batch, createdBy, loadCreators, openRows, store } from "./rows.ts";
import { openShard, readLeft } from "./shard.ts";
import type { Site } from "./site.ts";
import { createTouchedKeys } from "./touched-keys.ts";

/** Begins a batch, or continues it where `progress` says. @throws OperatorError BATCH_DAMAGED */
export async function openBatch(
  site: Site,
  marker: Marker,
  progress: BatchProgress | undefined,
): Promise<OpenBatch> {
  const { folder } = marker;
  const files = await readBatchFiles(site.blobs.batches, folder);
  const batch = prepareBatch(site, folder, createBatchShards(files.plan, progress));
  const { shards } = batch;
  const opened: OpenBatch = {
    path: marker.path,
    accepted: acceptanceIn(marker.name),
    marker,
    files,
    meter: createMeter(site.clock.monotonic()),
    throttled: progress?.throttled ?? 0,
    awaitsPlansMs: undefined,
    rows: { [Symbol.iterator]: () => rowsIn(shards) },
    isFinal: (row) => isRowFinal(shards, row),
    nextShard: () => nextShard(shards),
    announce: (number) => void shards.announced.add(number),
    open: (number, before) => open(batch, opened, number, before),
    pull: (keys, announce) => pull(batch, opened, keys, announce),
    keysBeside: (keys) => keysBeside(batch, keys),
    reopenAhead: () => reopenAhead(batch, opened),
    shardOf: (row) => {
      const shard = shards.open.get(shardNumberOf(shards, row));
      if (shard === undefined) throw new TypeError("the row's shard is not open");
      return shard;
    },
    record: (shard, record) => store(batch, opened, shard, record),
    openRows: () => countOpenRows(shards),
    isDone: () => areAllClosed(shards),
    verdicts: () => countVerdicts(shards),
    receipts: receiptsOf(batch),
    progress: () => ({
      marker: marker.name,
      next: shards.next,
      open: [...shards.announced, ...shards.open.keys()].filter((each) => !shards.ahead.has(each)),
      ahead: [...shards.ahead],
      counts: { ...shards.closed },
      throttled: opened.throttled,
    }),
  };
  return opened;
}

function prepareBatch(site: Site, folder: string, shards: BatchShards): Batch {
  const read = (shard: number): Promise<Histories> =>
    readHistories(site, folder, shard, shards.plan);
  const ids = createIds({ rowsPerShard: shards.plan.rowsPerShard, read });
  const dependants = createDependants(site, (row) => ({
    isFinal: isRowFinal(shards, row),
    objectId: createdBy(batch, row),
  }));
  const touched = createTouchedKeys(site.blobs.batches, folder);
  const batch: Batch = { site, folder, shards, ids, dependants, touched };
  return batch;
}

async function readHistories(
  site: Site,
  folder: string,
  shard: number,
  plan: Plan,
): Promise<Histories> {
  const path = journalBlob(folder, shard);
  const found = await site.blobs.batches.read(path);
  return found ? readJournal(path, found.bytes, firstLink(plan, shard)).rows : new Map();
}

function* rowsIn({ open: shards }: BatchShards) {
  for (const { rows } of shards.values()) yield* rows.values();
}

const receiptsOf =
  ({ site, folder, shards }: Batch): Receipts =>
  async (shard) => {
    const settled = [...(await readHistories(site, folder, shard, shards.plan))].flatMap(
      ([row, history]) => (history.receipt ? [[row, history.receipt] as const] : []),
    );
    return new Map(settled);
  };

async function open(
  batch: Batch,
  lane: OpenBatch,
  number: number,
  before: (rows: readonly LeftRow[]) => Promise<void>,
): Promise<void> {
  const { site, folder, shards } = batch;
  // Some of its rows may have been opened ahead.
  const known = shards.open.get(number);
  const found = known
    ? { shard: known, left: await readLeft(site, folder, known) }
    : await openShard(site, folder, number, shards.plan);
  if (found) {
    await loadCreators(
      batch,
      found.left.flatMap(({ write }) => write.idFromRow?.row ?? []),
    );
    await before(found.left);
  }
  noteOpened(shards, number, found?.shard);
  if (found) await openRows(batch, lane, found.shard, found.left);
}
