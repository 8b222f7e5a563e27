import { isPending } from "../../catalogue/row.ts";
import { OperatorError } from "../../core/errors.ts";
import type { GraphAnswer, GraphRead } from "../../core/graph-request.ts";
import type { Receipt } from "../../records/receipt.ts";
import { isSeeing, looked, settledRow, unseen } from "../journal/receipts.ts";
import { type Site, isoNow } from "../ports.ts";
import type { OpenBatch } from "../work/batch.ts";
import { historyOf } from "../work/shard.ts";
import { type Placed, operationOf, sentOf, waitFor } from "./part-receipt.ts";

/** A row in doubt with where it belongs. */
export type Doubt = Placed & { readonly lane: OpenBatch };

/** Looks asked for at a time; Graph's client packs them in posts of 20. */
const LOOKS_AT_ONCE = 100;

/** The rows in doubt that may be looked at now, some at a time; they are not offered twice. */
export function dueDoubts(site: Site, lanes: Iterable<OpenBatch>): Doubt[] {
  const due: Doubt[] = [];
  for (const lane of lanes) {
    for (const row of lane.rows) {
      if (row.state !== "doubt" || row.notBeforeMs > site.clock.monotonic()) continue;
      row.notBeforeMs = Infinity;
      due.push({ lane, row, shard: lane.shardOf(row.row) });
      if (due.length >= LOOKS_AT_ONCE) return due;
    }
  }
  return due;
}

/** When the first row in doubt may be looked at, monotonic milliseconds; Infinity where none is. */
export function nextDoubtMs(lanes: Iterable<OpenBatch>): number {
  let nextMs = Infinity;
  for (const { rows } of lanes) {
    for (const row of rows) if (row.state === "doubt") nextMs = Math.min(nextMs, row.notBeforeMs);
  }
  return nextMs;
}

/**
 * Settles rows in doubt by looking at the directory: in place is done, absent is sent again, and what
 * cannot be seen is looked at later.
 *
 * @throws OperatorError what ends the slice, as `sendPost`; READ_INCOMPLETE does not.
 */
export async function lookAt(site: Site, doubts: readonly Doubt[]): Promise<void> {
  const reads = doubts.map((doubt) => readFor(site, doubt));
  const answers = await readAll(site, reads);
  const receipts = new Map(
    doubts.map((doubt, index) => [doubt.row, receiptFor(site, doubt, answers[index])]),
  );
  await Promise.all(
    [...new Set(doubts.map(({ shard }) => shard))].map(async (shard) => {
      const mine = doubts.filter((doubt) => doubt.shard === shard);
      const rows = mine.flatMap(({ row }) => receipts.get(row) ?? []);
      await mine[0]?.lane.record(shard, { t: "receipt", post: "look", at: isoNow(site), rows });
    }),
  );
  for (const [index, { row }] of doubts.entries()) {
    if (row.state !== "doubt") continue;
    row.looks = (row.looks ?? 0) + 1;
    const waitMs = Math.max(askedMs(answers[index]), waitFor(site, row.looks));
    row.notBeforeMs = site.clock.monotonic() + waitMs;
  }
}

/** The read that shows the row's change; `undefined` where none can be made of it. */
function readFor(site: Site, { row }: Doubt): GraphRead | undefined {
  try {
    return isPending(row.write) ? undefined : operationOf(site, row)?.look(row.write);
  } catch {
    return undefined;
  }
}

/** What a look came to: Graph's answer, or why there is none. */
type Seen = GraphAnswer | OperatorError | undefined;

/** What is seen, in the order of the reads; a read that stays unanswered takes no other along. */
async function readAll(site: Site, reads: readonly (GraphRead | undefined)[]): Promise<Seen[]> {
  const seen: Seen[] = reads.map(() => undefined);
  const wanted = reads.flatMap((read, at) => (read ? [{ read, at }] : []));
  if (wanted.length === 0) return seen;
  const tell = (index: number, what: Seen): void => {
    const at = wanted[index]?.at;
    if (at !== undefined) seen[at] = what;
  };
  try {
    const answers = await site.graph.readAll(
      wanted.map(({ read }) => read),
      { unanswered: tell },
    );
    for (const [index, answer] of answers.entries()) if (answer) tell(index, answer);
  } catch (error) {
    if (!(error instanceof OperatorError) || error.code !== "READ_INCOMPLETE") throw error;
    for (const index of wanted.keys()) tell(index, error);
  }
  return seen;
}

/** The wait that Graph asked of a look, milliseconds. */
const askedMs = (seen: Seen): number =>
  seen instanceof OperatorError ? (seen.retryAfterMs ?? 0) : 0;

function receiptFor(site: Site, { row, shard }: Doubt, answer: Seen): Receipt {
  const at = isoNow(site);
  const moment = { at, retryForMs: site.settings.retryForMs };
  if (operationOf(site, row) === undefined) {
    return settledRow({ row: row.row, history: historyOf(shard, row.row) }, at, {
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
  return looked(sent, answer, { ...moment, afterMs: waitFor(site, sent.history.attempts) });
}
