import { operationNamed } from "../../catalogue/operation.ts";
import type { Receipt } from "../../catalogue/row.ts";
import { readHeld } from "../../records/approval/held.ts";
import { planDigest } from "../../records/approval/plan-digest.ts";
import { type BatchFiles, readBatchFiles } from "../../records/batch-files.ts";
import { firstLink } from "../../records/chain.ts";
import { batchDamaged } from "../../records/damaged.ts";
import { readControl } from "../../records/decisions/control.ts";
import type { Histories, RowHistory } from "../../records/history/row-history.ts";
import { type Marker, acceptanceIn } from "../../records/markers/marker.ts";
import { journalBlob, planBlob } from "../../records/paths.ts";
import type { Plan } from "../../records/plan.ts";
import type { Receipts } from "../../records/receipt.ts";
import { readJournal } from "../journal/journal-file.ts";
import { stoppedInDoubt } from "../journal/outcomes.ts";
import { createMeter } from "../meter.ts";
import type { BatchProgress } from "../state-file.ts";
import { createBreaker } from "../watch/breaker.ts";
import { createCanary } from "../watch/canary.ts";
import { isAwaited } from "./awaited.ts";
import {
  type BatchShards,
  areAllClosed,
  areFinalUpTo,
  countOpenRows,
  countVerdicts,
  createBatchShards,
  isBarredAhead,
  isRowFinal,
  nextAnnounced,
  nextShard,
  noteOpened,
  shardNumberOf,
} from "./batch-shards.ts";
import { createIds } from "./created-ids.ts";
import { createDependants } from "./dependants.ts";
import type { LeftRow, OpenBatch } from "./open-batch.ts";
import { keysBeside, pull, reopenAhead } from "./pull.ts";
import {
  type Batch,
  earlierRow,
  isRowHeld,
  loadBefore,
  openRows,
  store,
  heldUpTo,
} from "./rows.ts";
import { openShard, readLeft, readWrites } from "./shard.ts";
import { type Site, isoNow } from "./site.ts";
import { createTouchedKeys } from "./touched-keys.ts";

/** Begins a batch, or continues it where `progress` says. @throws OperatorError BATCH_DAMAGED */
export async function openBatch(
  site: Site,
  marker: Marker,
  progress: BatchProgress | undefined,
): Promise<OpenBatch> {
  const { folder } = marker;
  const files = await readBatchFiles(site.blobs.batches, folder);
  checkDigest(folder, files);
  const released = await readReleased(site, folder);
  const batch = prepareBatch(site, folder, createBatchShards(files.plan, progress, released));
  const { shards } = batch;
  const canary = createCanary(site.settings.canaryRows, files.plan.operations);
  const opened: OpenBatch = {
    path: marker.path,
    accepted: acceptanceIn(marker.name),
    marker,
    files,
    meter: createMeter(site.clock.monotonic()),
    throttled: progress?.throttled ?? 0,
    breaker: createBreaker(site.settings.breaker),
    canary,
    mayGo: (row) => canary.mayGo(row),
    isKeptBack: ({ write }) => isAwaited(opened, write),
    isUrgent: files.manifest.priority === "urgent",
    awaitsPlansMs: undefined,
    mayUndoSinceMs: undefined,
    awaited: new Map(),
    awaitingRows: 0,
    halt: undefined,
    looksAtSharers: false,
    rows: { [Symbol.iterator]: () => rowsIn(shards) },
    isFinal: (row) => isRowFinal(shards, row),
    areFinalUpTo: (row) => areFinalUpTo(shards, row),
    nextShard: () => (opened.halt ? nextAnnounced(shards) : nextShard(shards)),
    announce: (number) => void shards.announced.add(number),
    open: (number, before) => open(batch, opened, number, before),
    pull: (keys, announce) => pull(batch, opened, keys, announce),
    keysBeside: (keys) => keysBeside(batch, keys),
    reopenAhead: () => reopenAhead(batch, opened),
    isHeld: (row) => isRowHeld(batch, row),
    heldUpTo: (row) => heldUpTo(batch, row),
    isBarredAhead: () => isBarredAhead(shards),
    shardOf: (row) => {
      const shard = shards.open.get(shardNumberOf(shards, row));
      if (shard === undefined) throw new TypeError("the row's shard is not open");
      return shard;
    },
    record: (shard, record) => store(batch, opened, shard, record),
    openRows: () => countOpenRows(shards),
    isDone: () => areAllClosed(shards),
    isSettled: () =>
      nextAnnounced(shards) === undefined &&
      [...rowsIn(shards)].every(({ state }) => state === "waiting"),
    verdicts: () => countVerdicts(shards),
    receipts: receiptsOf(batch),
    progress: () => ({ marker: marker.name, ...progressOf(shards), throttled: opened.throttled }),
  };
  return opened;
}

const progressOf = (shards: BatchShards) => ({
  next: shards.next,
  open: [...shards.announced, ...shards.open.keys()].filter((each) => !shards.ahead.has(each)),
  ahead: [...shards.ahead],
  counts: { ...shards.closed },
});

/** What runs is what was planned: the plan's digest is that of its shards. */
function checkDigest(folder: string, { manifest, plan }: BatchFiles): void {
  const { digest, shardDigests } = plan;
  if (digest === undefined || planDigest(manifest, shardDigests ?? []) === digest) return;
  throw batchDamaged(planBlob(folder), "is not what was planned: its digest is another");
}

/** What was approved of rows that were held while the batch ran; `undefined` if nothing was. */
async function readReleased({ blobs }: Site, folder: string): Promise<string | undefined> {
  const held = await readHeld(blobs.batches, folder);
  if (held === undefined) return undefined;
  const { approved } = await readControl(blobs.batches, folder);
  return approved.some(({ digest }) => digest === held.digest) ? held.digest : undefined;
}

function prepareBatch(site: Site, folder: string, shards: BatchShards): Batch {
  const read = (shard: number): Promise<Histories> =>
    readHistories(site, folder, shard, shards.plan);
  const ids = createIds({ rowsPerShard: shards.plan.rowsPerShard, read });
  const dependants = createDependants(site, (row) => earlierRow(batch, row));
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
    const histories = await readHistories(site, folder, shard, shards.plan);
    // Of a batch that was stopped its runner need not have opened them.
    const left = [...histories.values()].some(isLeft)
      ? await readWrites(site, folder, shard)
      : noRows;
    const writes = new Map(left.map((row) => [row.row, row]));
    const settled = [...histories].flatMap(([row, history]) => {
      const write = isLeft(history) ? writes.get(row) : undefined;
      const receipt = history.receipt ?? (write && leftInDoubt(site, write, history));
      return receipt ? [[row, receipt] as const] : [];
    });
    return new Map(settled);
  };

const noRows: readonly LeftRow[] = [];

const isLeft = ({ receipt, doubted }: RowHistory): boolean => receipt === undefined && doubted;

/** The receipt of a row of a batch that was stopped, if it was sent and no look can tell whether that had an effect. */
function leftInDoubt(
  site: Site,
  { row, operation, write }: LeftRow,
  history: RowHistory,
): Receipt | undefined {
  const { password } = operationNamed(site.catalogue, operation) ?? {};
  const isVisible = password === undefined || password.givenAt !== undefined;
  return isVisible ? undefined : stoppedInDoubt({ row, write, history }, isoNow(site)).receipt;
}

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
    : await openShard(site, folder, number, shards);
  if (found) {
    await loadBefore(batch, found.left);
    await before(found.left);
  }
  noteOpened(shards, number, found?.shard);
  if (found) await openRows(batch, lane, found.shard, found.left);
  site.schedule.freed(lane, number * shards.plan.rowsPerShard);
}
