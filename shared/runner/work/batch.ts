import { type VerdictCounts, noVerdicts, verdicts } from "../../catalogue/row.ts";
import type { ObjectId } from "../../core/object-id.ts";
import { type BatchFiles, readBatchFiles } from "../../records/batch-files.ts";
import type { Histories, JournalRecord } from "../../records/journal.ts";
import { checkMarker, type Marker } from "../../records/marker.ts";
import { journalBlob } from "../../records/paths.ts";
import type { SettledRow, Outcomes } from "../../records/receipt.ts";
import { readJournal } from "../journal/journal-file.ts";
import { type Site, isoNow } from "../ports.ts";
import { createIds, createdId } from "./created-ids.ts";
import { createDependants } from "./dependants.ts";
import { type Meter, createMeter } from "./meter.ts";
import type { Lane } from "./schedule.ts";
import { type OpenShard, historyOf, openShard, place } from "./shard.ts";
import type { BatchProgress } from "./state-file.ts";

/**
 * A batch that was begun. Its shards are opened in order and closed as their last row ends; a batch
 * with none to open and none open has a verdict on every row.
 */
export interface OpenBatch extends Lane {
  readonly marker: Marker;
  readonly files: BatchFiles;
  readonly meter: Meter;
  throttled: number;
  /** The next shard to open; `undefined` where all were. */
  nextShard(): number | undefined;
  /** Says that a shard is about to be opened: from now on `progress` has it. */
  announce(shard: number): void;
  /** Opens a shard. @throws OperatorError BATCH_DAMAGED, STORAGE_UNAVAILABLE */
  open(shard: number): Promise<void>;
  shardOf(row: number): OpenShard;
  /**
   * Stores a record in a shard's journal, then puts its rows where it says: a row that ends frees
   * its objects, and those that depend on it go on or end with it.
   */
  record(shard: OpenShard, record: JournalRecord): Promise<void>;
  /** Rows that are open now. */
  openRows(): number;
  isDone(): boolean;
  /** The verdicts of all rows as they are now. */
  verdicts(): VerdictCounts;
  readonly outcomes: Outcomes;
  progress(): BatchProgress;
}

/** Begins a batch, or goes on with it where `progress` says. @throws OperatorError BATCH_DAMAGED */
export async function openBatch(
  site: Site,
  marker: Marker,
  progress: BatchProgress | undefined,
): Promise<OpenBatch> {
  checkMarker(marker);
  const { folder } = marker;
  const files = await readBatchFiles(site.blobs.batches, folder);
  const { plan } = files;
  const shards = new Map<number, OpenShard>();
  const closed: VerdictCounts = { ...(progress?.counts ?? noVerdicts()) };
  /** About to be opened; what a runner before this one had open comes first. */
  const reopen = new Set(progress?.open.toSorted((one, other) => one - other));
  let next = progress?.next ?? 1;

  const read = async (shard: number): Promise<Histories> => {
    const path = journalBlob(folder, shard);
    const found = await site.blobs.batches.read(path);
    return found ? readJournal(path, found.bytes).rows : new Map();
  };
  const ids = createIds({ rowsPerShard: plan.rowsPerShard, read });
  const numberOf = (row: number): number => Math.ceil(row / plan.rowsPerShard);

  const isFinal = (row: number): boolean => {
    const shard = numberOf(row);
    const open = shards.get(shard);
    return open ? !open.rows.has(row) : shard < next && !reopen.has(shard);
  };
  const createdBy = (row: number): ObjectId | undefined => {
    const open = shards.get(numberOf(row));
    return open ? createdId(open.journal.rows.get(row)?.settled) : ids.get(row);
  };
  const dependants = createDependants(site, (row) => ({
    isFinal: isFinal(row),
    objectId: createdBy(row),
  }));
  const end = async (orphans: readonly SettledRow[]): Promise<void> => {
    for (const number of new Set(orphans.map(({ row }) => numberOf(row)))) {
      const rows = orphans.filter(({ row }) => numberOf(row) === number);
      const shard = shards.get(number);
      if (shard) await batch.record(shard, { t: "settled", at: isoNow(site), rows });
    }
  };
  const close = (shard: OpenShard): void => {
    if (shard.rows.size > 0 || !shards.delete(shard.shard)) return;
    for (const verdict of verdicts) closed[verdict] += shard.counts[verdict];
    ids.keep(shard.shard, shard.journal.rows);
  };

  const batch: OpenBatch = {
    marker,
    files,
    meter: createMeter(site.clock.monotonic()),
    throttled: progress?.throttled ?? 0,
    rows: {
      *[Symbol.iterator]() {
        for (const shard of shards.values()) yield* shard.rows.values();
      },
    },
    isFinal,
    nextShard: () => [...reopen][0] ?? (next <= plan.shards ? next : undefined),
    announce: (number) => reopen.add(number),
    open: async (number) => {
      const shard = await openShard(site, folder, number);
      const rows = [...(shard?.rows.values() ?? [])];
      const creators = rows.flatMap(({ write }) => write.idFromRow?.row ?? []);
      for (const each of new Set(creators.map(numberOf))) {
        if (each !== number && each < next && !shards.has(each)) await ids.load(each);
      }
      reopen.delete(number);
      next = Math.max(next, number + 1);
      if (shard === undefined) return;
      shards.set(number, shard);
      const orphans = rows.flatMap((row) => dependants.resolve(row) ?? []);
      for (const row of rows) place(site, row, historyOf(shard, row.row));
      await end(orphans);
      close(shard);
    },
    shardOf: (row) => {
      const shard = shards.get(numberOf(row));
      if (shard === undefined) throw new TypeError("the row's shard is not open");
      return shard;
    },
    record: async (shard, record) => {
      await shard.journal.append(record);
      const orphans: SettledRow[] = [];
      for (const number of rowsOf(record)) {
        const row = shard.rows.get(number);
        if (row === undefined) continue;
        const history = historyOf(shard, number);
        place(site, row, history);
        if (!history.settled) continue;
        shard.rows.delete(number);
        shard.counts[history.settled.verdict] += 1;
        site.tally.rows += 1;
        orphans.push(...dependants.freed(number));
      }
      await end(orphans);
      close(shard);
      site.wake();
    },
    openRows: () => [...shards.values()].reduce((sum, { rows }) => sum + rows.size, 0),
    isDone: () => next > plan.shards && reopen.size === 0 && shards.size === 0,
    verdicts: () => {
      const sum: VerdictCounts = { ...plan.verdicts };
      for (const counts of [closed, ...[...shards.values()].map((shard) => shard.counts)]) {
        for (const verdict of verdicts) {
          sum[verdict] += counts[verdict];
          sum.pending -= counts[verdict];
        }
      }
      return sum;
    },
    outcomes: async (shard) => {
      const settled = [...(await read(shard))].flatMap(([row, history]) =>
        history.settled ? [[row, history.settled] as const] : [],
      );
      return new Map(settled);
    },
    progress: () => ({
      marker: marker.name,
      next,
      open: [...reopen, ...shards.keys()],
      counts: { ...closed },
      throttled: batch.throttled,
    }),
  };
  return batch;
}

/** The rows a record moves; an intent moves none, they fly already. */
const rowsOf = (record: JournalRecord): readonly number[] =>
  record.t === "receipt" || record.t === "settled" ? record.rows.map(({ row }) => row) : [];
