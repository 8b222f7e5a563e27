import { lookTogether } from "../../catalogue/look-together.ts";
import { OperatorError } from "../../core/errors.ts";
import type { RowHistory } from "../../records/history/row-history.ts";
import type { RowOutcome } from "../../records/receipt.ts";
import { historyOf } from "../batch/shard.ts";
import { type Site, isoNow } from "../batch/site.ts";
import {
  inPlace,
  isSeeing,
  looked,
  lookedForOne,
  rowReceipt,
  unseen,
} from "../journal/outcomes.ts";
import { type Seen, askedMs, readAll } from "./look.ts";
import { type Placed, operationOf, sentOf, waitFor, withOneDraw } from "./part-outcome.ts";

/** Looks asked for at a time; Graph's client packs them in posts of 20. */
const LOOKS_AT_ONCE = 100;

/** What was made shows in lists within so many times the shortest wait: four minutes. */
const SHOWS_WITHIN_FLOORS = 240;

/** The rows in doubt that may be looked at now, some at a time; they are not offered twice. */
export function dueDoubts(site: Site): Placed[] {
  const due: Placed[] = [];
  const nowMs = site.clock.monotonic();
  for (const row of site.schedule.doubts()) {
    if (row.notBeforeMs > nowMs) continue;
    site.schedule.lookNext(row, Infinity);
    due.push({ row, shard: row.lane.shardOf(row.row) });
    if (due.length >= LOOKS_AT_ONCE) break;
  }
  return due;
}

/** When the first row in doubt may be looked at, monotonic milliseconds; Infinity if there is none. */
export function nextDoubtMs({ schedule }: Site): number {
  let nextMs = Infinity;
  for (const { notBeforeMs } of schedule.doubts()) nextMs = Math.min(nextMs, notBeforeMs);
  return nextMs;
}

/**
 * Settles rows in doubt by looking at the directory: in place is done, absent is sent again, and what
 * cannot be read is looked at later. While the row's post may still take effect, only a change in place
 * settles it; else it is looked at again, after growing pauses, and at last when the post has timed out.
 *
 * @throws OperatorError what ends the slice, as `sendPost`; READ_INCOMPLETE does not.
 */
export async function lookAt(site: Site, doubts: readonly Placed[]): Promise<void> {
  const toLookAt = doubts.map(({ row }) => {
    const operation = operationOf(site, row);
    return operation && { operation, write: row.write };
  });
  const answers = await lookTogether<Seen>(toLookAt, (reads) => readAll(site, reads));
  const alike = withOneDraw(site);
  const outcomes = new Map(
    doubts.map((doubt, index) => [doubt.row, outcomeFor(alike, doubt, answers[index])]),
  );
  await Promise.all(
    [...new Set(doubts.map(({ shard }) => shard))].map(async (shard) => {
      const mine = doubts.filter((doubt) => doubt.shard === shard);
      const rows = mine.flatMap(({ row }) => outcomes.get(row) ?? []);
      if (rows.length === 0) return;
      await mine[0]?.row.lane.record(shard, { t: "receipt", post: "look", at: isoNow(site), rows });
    }),
  );
  const nowMs = site.clock.monotonic();
  for (const [index, { row }] of doubts.entries()) {
    if (row.state !== "doubt") continue;
    const looks = row.looks + 1;
    const nextMs = nowMs + Math.max(askedMs(answers[index]), waitFor(alike, looks));
    const isUnsure = row.unsureUntilMs > nowMs;
    site.schedule.lookNext(row, isUnsure ? Math.min(nextMs, row.unsureUntilMs) : nextMs, looks);
  }
}

function outcomeFor(site: Site, { row, shard }: Placed, answer: Seen): RowOutcome | undefined {
  const at = isoNow(site);
  if (row.unsureUntilMs > site.clock.monotonic()) {
    if (answer === undefined || answer instanceof OperatorError || !isSeeing(answer))
      return undefined;
    const seen = inPlace(sentOf(site, { row, shard }), answer, at);
    // A user who has replicated in part looks like another's.
    return seen?.receipt.verdict === "failed" ? undefined : seen;
  }
  const moment = { at, retryForMs: site.settings.retryForMs };
  if (operationOf(site, row) === undefined) {
    return rowReceipt({ row: row.row, history: historyOf(shard, row.row) }, at, {
      verdict: "failed",
      reason:
        "It was sent, its answer was lost, and this version of the app does not know the operation.",
      fix: "Look at the object; if the change is missing, send the row again in a new batch.",
    });
  }
  if (answer === undefined) {
    const history = historyOf(shard, row.row);
    return unseen({ row: row.row, write: row.write, history }, "it cannot be looked at", moment);
  }
  const sent = sentOf(site, { row, shard });
  if (answer instanceof OperatorError) return unseen(sent, "Graph did not answer", moment);
  if (!isSeeing(answer)) return unseen(sent, `Graph answered ${answer.status}`, moment);
  return sent.operation.mayBeMadeTwice?.(sent.write)
    ? lookedForOne(sent, answer, { ...moment, mayShow: mayShow(site, row, sent.history) })
    : looked(sent, answer, { ...moment, afterMs: waitFor(site, sent.history.attempts) });
}

/** Whether what a row made may show only now. */
const mayShow = (
  { clock, settings }: Site,
  { unsureUntilMs }: Placed["row"],
  { lastIntentAt = "" }: Pick<RowHistory, "lastIntentAt">,
): boolean => {
  const forMs = SHOWS_WITHIN_FLOORS * settings.retryFloorMs;
  const isAfterPost = clock.monotonic() > unsureUntilMs + forMs;
  return !isAfterPost || clock.now() < Date.parse(lastIntentAt) + forMs;
};
