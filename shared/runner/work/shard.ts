import { type VerdictCounts, noVerdicts } from "../../catalogue/row.ts";
import { type RowHistory, unsent } from "../../records/journal.ts";
import { journalBlob } from "../../records/paths.ts";
import { readShard } from "../../records/shard.ts";
import { type Journal, openJournal } from "../journal/journal-file.ts";
import { type Site, isoNow, monotonicAt } from "../ports.ts";
import type { OpenRow } from "./schedule.ts";

/** A shard whose journal this runner writes. Rows leave `rows` as they end. */
export interface OpenShard {
  readonly shard: number;
  readonly journal: Journal;
  readonly rows: Map<number, OpenRow>;
  /** The rows of it that ended in the journal, by verdict. */
  readonly counts: VerdictCounts;
}

/**
 * Opens a shard: what is left to do of it, with what the journal knows; `place` puts the rows to it.
 * `undefined` where the plan had nothing to write in it.
 *
 * @throws OperatorError BATCH_DAMAGED if the shard or its journal is missing or damaged.
 */
export async function openShard(
  site: Site,
  folder: string,
  shard: number,
): Promise<OpenShard | undefined> {
  const planned = await readShard(site.blobs.batches, folder, shard);
  if (!planned.some((row) => row.write)) return undefined;
  const journal = await openJournal({
    blobs: site.blobs.batches,
    path: journalBlob(folder, shard),
    runner: site.runner,
    at: isoNow(site),
    check: () => site.lease.check(),
  });
  const open: OpenShard = { shard, journal, rows: new Map(), counts: noVerdicts() };
  for (const { row, operation, write } of planned) {
    if (!write) continue;
    const settled = journal.rows.get(row)?.settled;
    if (settled) {
      open.counts[settled.verdict] += 1;
      continue;
    }
    open.rows.set(row, {
      row,
      operation,
      // Rows come after earlier ones only; anything else would wait for ever.
      write: { ...write, after: write.after?.filter((earlier) => earlier < row) },
      state: "waiting",
      notBeforeMs: 0,
      alone: false,
    });
  }
  return open;
}

/** What is known of a row of an open shard. */
export const historyOf = (shard: OpenShard, row: number): RowHistory =>
  shard.journal.rows.get(row) ?? unsent;

/**
 * Puts a row where its journal says it is. One in doubt holds its keys, also when it was another
 * runner's; one that ended or goes again lets go of them.
 */
export function place(site: Site, row: OpenRow, history: RowHistory): void {
  const isHeld = row.state === "flying" || row.state === "doubt";
  if (history.state === "doubt") {
    if (!isHeld) site.flights.hold(row.write);
    row.state = "doubt";
    row.notBeforeMs = Math.max(lookAtMs(site, row, history), askedMs(site, history));
    return;
  }
  if (isHeld) site.flights.release(row.write);
  row.state = history.state === "settled" ? "ended" : "waiting";
  row.notBeforeMs = askedMs(site, history);
}

/** Not before this instant of the monotonic clock, milliseconds, because Graph asked so. */
const askedMs = (site: Site, { until }: RowHistory): number =>
  until === undefined ? 0 : monotonicAt(site, until);

/**
 * When a row in doubt may be looked at: once nothing of it can be under way any more. A post takes
 * effect within Graph's time limit or never. What an earlier runner sent, it sent before it lost the
 * lease; or, if that was longer ago, within `stallMs` after its intent (which also covers the
 * difference of two machines' clocks).
 */
function lookAtMs(site: Site, row: OpenRow, history: RowHistory): number {
  if (history.answered || history.lastIntentAt === undefined) {
    return site.clock.monotonic() + site.settings.retryFloorMs;
  }
  const { timeoutMs } = site.graph;
  if (row.sentMs !== undefined) return row.sentMs + timeoutMs;
  const intentMs = monotonicAt(site, history.lastIntentAt);
  return Math.min(site.lease.takenAtMs, intentMs + site.settings.stallMs) + timeoutMs;
}
