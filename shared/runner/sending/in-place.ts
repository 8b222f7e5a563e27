import type { Operation } from "../../catalogue/operation.ts";
import { type ReadyWrite, isPending } from "../../catalogue/row.ts";
import type { GraphAnswer } from "../../core/graph-request.ts";
import { unsent } from "../../records/journal.ts";
import type { RowReceipt } from "../../records/receipt.ts";
import { type Site, isoNow } from "../batch/site.ts";
import { isSeeing, rowReceipt } from "../journal/outcomes.ts";
import { type Seen, askedMs, readAll, readFor } from "./look.ts";
import { type Placed, operationOf, waitFor } from "./part-outcome.ts";

/** Looks asked for at a time; Graph's client packs them in posts of 20. */
const LOOKS_AT_ONCE = 100;
/** After so many looks that told nothing the row is sent: to make a change again has no further effect. */
const LOOKS_AT_MOST = 3;

/** Takes the rows whose turn it is and whose change the plan found in place, some at a time. */
export function takeFoundInPlace(site: Site): Placed[] {
  const rows = site.schedule
    .toLookAt(site.clock.monotonic())
    .filter(({ lane }) => lane.awaitsPlansMs === undefined)
    .slice(0, LOOKS_AT_ONCE);
  site.schedule.take(rows, "looking");
  return rows.map((row) => ({ row, shard: row.lane.shardOf(row.row) }));
}

/**
 * Looks whether the changes are still in place, now that every earlier row on their objects has ended: if
 * so the row is unchanged, else it is sent.
 *
 * @throws OperatorError what ends the slice: LEASE_LOST, STORAGE_UNAVAILABLE, a token's error.
 */
export async function lookIfInPlace(site: Site, parts: readonly Placed[]): Promise<void> {
  const answers = await readAll(
    site,
    parts.map((part) => readFor(site, part)),
  );
  const unchanged = new Map<Placed, RowReceipt>();
  for (const [at, part] of parts.entries()) {
    const settled = unchangedRow(site, part, answers[at]);
    if (settled) unchanged.set(part, settled);
    else letGo(site, part, answers[at]);
  }
  site.wake();
  await Promise.all(
    [...new Set([...unchanged.keys()].map(({ shard }) => shard))].map(async (shard) => {
      const mine = [...unchanged].filter(([part]) => part.shard === shard);
      const rows = mine.map(([, settled]) => settled);
      await mine[0]?.[0].row.lane.record(shard, { t: "settled", at: isoNow(site), rows });
    }),
  );
}

function unchangedRow(site: Site, part: Placed, answer: Seen): RowReceipt | undefined {
  const { row } = part;
  const operation = operationOf(site, row);
  const found = row.write.foundInPlace;
  if (operation === undefined || found === undefined || isPending(row.write)) return undefined;
  if (answer === undefined || !("status" in answer) || !isSeeing(answer)) return undefined;
  if (!isInPlace(operation, row.write, answer)) return undefined;
  return rowReceipt({ row: row.row, history: unsent }, isoNow(site), {
    verdict: "unchanged",
    reason: found.reason,
    objectId: found.objectId,
    requestId: answer.requestId,
    status: answer.status,
  });
}

/** A user who exists with the values of a create is in place whenever it was created. */
function isInPlace(operation: Operation, write: ReadyWrite, answer: GraphAnswer): boolean {
  const firstIntentAt = new Date(0).toISOString();
  const found = operation.inPlace(answer, { write, doubted: false, firstIntentAt, attempts: 0 });
  return typeof found === "boolean" ? found : found.verdict === "done";
}

/** Lets a row be sent, or be looked at again if the look told nothing. */
function letGo(site: Site, { row }: Placed, answer: Seen): void {
  const isSeen = answer !== undefined && "status" in answer && isSeeing(answer);
  const looks = row.looks + 1;
  const isAgain = !isSeen && looks < LOOKS_AT_MOST;
  const waitMs = isAgain ? Math.max(askedMs(answer), waitFor(site, looks)) : 0;
  const notBeforeMs = isAgain ? site.clock.monotonic() + waitMs : 0;
  site.schedule.place(row, { state: "waiting", notBeforeMs, looks });
  if (isAgain) return;
  const { foundInPlace: _found, ...write } = row.write;
  site.schedule.complete(row, write);
}
