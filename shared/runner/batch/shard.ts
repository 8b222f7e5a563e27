import { noVerdicts } from "../../catalogue/row.ts";
import { type RowHistory, unsent } from "../../records/journal.ts";
import { journalBlob } from "../../records/paths.ts";
import { type PlannedRow, readShard } from "../../records/shard.ts";
import { openJournal } from "../journal/journal-file.ts";
import type { OpenRow } from "../schedule/open-row.ts";
import type { OpenBatch, OpenShard } from "./open-batch.ts";
import { type Site, isoNow, monotonicAt } from "./site.ts";

/** A shard whose journal is ours, and what the plan says of the rows that are left to do. */
export interface ReadShard {
  readonly shard: OpenShard;
  readonly left: readonly (PlannedRow & { readonly write: object })[];
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
): Promise<ReadShard | undefined> {
  const planned = (await readShard(site.blobs.batches, folder, number)).filter(
    (row) => row.write !== undefined,
  );
  if (planned.length === 0) return undefined;
  const journal = await openJournal({
    blobs: site.blobs.batches,
    path: journalBlob(folder, number),
    runner: site.runner,
    at: isoNow(site),
    check: () => site.lease.check(),
  });
  const shard: OpenShard = { shard: number, journal, rows: new Map(), counts: noVerdicts() };
  const left = planned.filter(({ row }) => {
    const settled = journal.rows.get(row)?.settled;
    if (settled) shard.counts[settled.verdict] += 1;
    return settled === undefined;
  });
  return { shard, left };
}

/** Opens a row in the schedule. */
export function openRow(
  site: Site,
  lane: OpenBatch,
  shard: OpenShard,
  { row, operation, write }: ReadShard["left"][number],
): OpenRow<OpenBatch> {
  // Rows come after earlier ones only; anything else would wait for ever.
  const after = write.after?.filter((earlier) => earlier < row);
  const open = site.schedule.open({
    lane,
    row,
    operation,
    write: after === undefined ? write : { ...write, after },
  });
  shard.rows.set(row, open);
  return open;
}

/** What is known of a row of an open shard. */
export const historyOf = (shard: OpenShard, row: number): RowHistory =>
  shard.journal.rows.get(row) ?? unsent;

/** Puts a row where its journal says it is. A doubt may be another runner's. */
export function placeRow(site: Site, row: OpenRow<OpenBatch>, history: RowHistory): void {
  const askedMs = history.until === undefined ? 0 : monotonicAt(site, history.until);
  if (history.state === "doubt") {
    const notBeforeMs = Math.max(lookAtMs(site, row, history), askedMs);
    site.schedule.place(row, { state: "doubt", notBeforeMs });
  } else {
    const state = history.state === "settled" ? "ended" : "waiting";
    site.schedule.place(row, { state, notBeforeMs: askedMs });
  }
}

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
