import type { Marker } from "../../records/markers/marker.ts";
import { halted } from "../batch/halt.ts";
import { mayShare } from "../batch/may-share.ts";
import type { OpenBatch } from "../batch/open-batch.ts";
import { noteEarlierPlans, pullEarlier } from "./earlier.ts";
import { openedBatch } from "./opened-batch.ts";
import type { Work } from "./work.ts";

/**
 * Rows that could go now are kept ready beyond this many; below it the next shard is opened. Rows that may
 * share a request count less: the more of a group are ready, the better they fill their requests.
 */
const READY_ROWS = 200;
const SHARERS_AS_ONE = 20;
/**
 * Rows open at once of a batch and those before it, and at most twice as many of all: what bounds the
 * memory. A batch with no open rows may open a shard beyond the first bound, to use the budget that a
 * large batch before it leaves; and beyond both if no batch before it has open rows: it is more urgent; or if
 * rows of it that others wait for come after a whole stage, whose shards are still to come.
 */
const OPEN_ROWS = 5_000;
/**
 * Rows that wait for an earlier batch, which has to see their object first, take no room of others: the work for which
 * that one waits may be less urgent, and needs it. With so many of them a batch opens no more.
 */
const AWAITING_ROWS = 1_000;

/** The batch to open a shard of so that enough rows are ready; in order of work. */
export function batchToOpen({ site, batches, standing }: Work): Marker | undefined {
  const lanes = batches.lanes();
  const nowMs = site.clock.monotonic();
  const asOne = Math.min(SHARERS_AS_ONE, site.settings.membersPerWrite);
  const { picked } = site.schedule.choose({ lanes, nowMs, most: READY_ROWS * asOne });
  // Those that are looked at first are ready soon.
  const soon = [...picked, ...site.schedule.toLookAt({ lanes, nowMs, ahead: Infinity })];
  const isSharer = mayShare(site);
  let ofAll = 0;
  for (const batch of batches.open.values()) ofAll += roomOf(batch);
  let soFar = 0;
  let ready = 0;
  for (const { marker, batch } of batches.inOrder()) {
    const own = batch ? roomOf(batch) : 0;
    soFar += own;
    for (const row of soon) if (row.lane === batch) ready += isSharer(row) ? 1 / asOne : 1;
    if (ready >= READY_ROWS) return undefined;
    // While the tenant is paused, only what was cancelled is opened.
    const isDue = standing.tenant === undefined || marker.isSummons === true;
    const isMore = batch === undefined ? isDue : mayHaveMore(batch);
    const mayOpen = own === 0 || soFar < OPEN_ROWS || batch?.isBarredAhead() === true;
    const isRoom = mayOpen && (ofAll < 2 * OPEN_ROWS || batch?.isBarredAhead() === true);
    if (isMore && (isRoom || soFar === 0)) return marker;
  }
  return undefined;
}

const roomOf = (batch: OpenBatch): number => Math.max(0, batch.openRows() - batch.awaitingRows);

const mayHaveMore = (batch: OpenBatch): boolean =>
  batch.awaitingRows < AWAITING_ROWS && batch.nextShard() !== undefined;

/** Opens what an earlier runner had opened of a batch before its turn, as far as it is in doubt. */
export async function reopenAhead(work: Work, marker: Marker): Promise<void> {
  await (await openedBatch(work, marker))?.reopenAhead();
}

/** Opens the next shard of a batch, and the batch itself if it is not open. */
export async function openNextShard(work: Work, marker: Marker): Promise<void> {
  const { batches, state, status } = work;
  const isNew = !batches.open.has(marker.path);
  const batch = await openedBatch(work, marker);
  const shard = batch?.nextShard();
  if (batch === undefined || shard === undefined) return;
  batch.announce(shard);
  await state.save();
  await batch.open(shard, async (rows) => {
    if (batch.halt) return;
    await noteEarlierPlans(work, batch, rows);
    await pullEarlier(work, batch, rows);
  });
  if (batch.halt) halted(work.site, batch, batch.halt);
  if (isNew) await status.write(batch);
}
