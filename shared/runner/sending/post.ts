import { isPending } from "../../catalogue/row.ts";
import { OperatorError } from "../../core/errors.ts";
import type { GraphWrite } from "../../core/graph-request.ts";
import type { PostResult } from "../../graph/types.ts";
import type { RowOutcome } from "../../records/receipt.ts";
import { leaseLost } from "../../storage/errors.ts";
import type { OpenBatch, OpenShard } from "../batch/open-batch.ts";
import { historyOf } from "../batch/shard.ts";
import { type Site, isoNow } from "../batch/site.ts";
import { BLOCKS_TO_END_AT } from "../journal/journal-file.ts";
import { rowReceipt } from "../journal/outcomes.ts";
import type { OpenRow } from "../schedule/open-row.ts";
import { type PostOutcome, account, nothingSent, refusalOf } from "./account.ts";
import { type Placed, operationOf, outcomeFor } from "./part-outcome.ts";

/** A row on its way, with its request. */
interface Part extends Placed {
  readonly request: GraphWrite;
}

type Row = OpenRow<OpenBatch>;

/**
 * Sends the picked rows as one `$batch`: journals their intents, posts, and journals the outcomes. If
 * an intent cannot be journaled, nothing is sent; if an outcome cannot, the row stays in doubt for the
 * runner that reads the journal next.
 *
 * @throws OperatorError what ends the slice: LEASE_LOST, STORAGE_UNAVAILABLE, a token's or a
 * permission's error.
 */
export async function sendPost(
  site: Site,
  picked: readonly Row[],
  post: string,
  grantedAt: number,
): Promise<PostOutcome> {
  const parts = await prepare(site, picked);
  if (parts.length === 0) return nothingSent;
  const intentAtMs = site.clock.now();
  const intentAt = new Date(intentAtMs).toISOString();
  const intendedMs = site.clock.monotonic();
  await eachJournal(parts, (lane, shard, rows) =>
    lane.record(shard, { t: "intent", post, at: intentAt, rows: rows.map(({ row }) => row.row) }),
  );
  const late = site.clock.monotonic() - intendedMs > site.settings.stallMs;
  if (late || !site.lease.isSure()) {
    await receive(site, parts, post, ({ row }) => ({
      kind: "unsent",
      row: row.row,
      reason: "it could not leave in time",
    }));
    if (late) return nothingSent;
    throw leaseLost("The tenant's lease could not be kept.");
  }
  site.schedule.sent(
    parts.map(({ row }) => row),
    site.clock.monotonic(),
  );
  const result = await send(site, parts, { post, intentAtMs });
  const outcome = account(site, parts, result, grantedAt);
  await receive(site, parts, post, (part) => outcomeFor(site, parts, part, result));
  const refusal = refusalOf(result);
  if (refusal) throw refusal;
  return outcome;
}

/** Makes the requests. A row of which no request can be made fails here, before anything is sent. */
async function prepare(site: Site, picked: readonly Row[]): Promise<Part[]> {
  const parts: Part[] = [];
  for (const row of picked) {
    const shard = row.lane.shardOf(row.row);
    const request = requestOf(site, shard, row);
    if (typeof request === "object") parts.push({ row, shard, request });
    else {
      const history = historyOf(shard, row.row);
      const at = isoNow(site);
      const settled = rowReceipt({ row: row.row, history }, at, {
        verdict: "failed",
        reason: request,
        fix: "Send the row again in a new batch; if it fails again, report it with the batch's plan.json.",
      });
      await row.lane.record(shard, { t: "settled", at, rows: [settled] });
    }
  }
  return parts;
}

/** The request, or why there is none. */
function requestOf(site: Site, shard: OpenShard, row: Row): GraphWrite | string {
  if (shard.journal.blocks() > BLOCKS_TO_END_AT) {
    return "The row was tried so often that its journal is full.";
  }
  const operation = operationOf(site, row);
  if (operation === undefined) return "This version of the app does not know the operation.";
  if (isPending(row.write)) return "The id of the row's object is not known.";
  try {
    return operation.request(row.write, {
      password: site.makePassword,
      graphRoot: site.graph.root,
    });
  } catch {
    return "No request could be made of the row as it was planned.";
  }
}

async function send(
  site: Site,
  parts: readonly Part[],
  { post, intentAtMs }: { readonly post: string; readonly intentAtMs: number },
): Promise<PostResult> {
  try {
    return await site.graph.post(
      parts.map(({ request }) => request),
      { intentAtMs },
    );
  } catch (error) {
    // Graph's client throws only if Graph took nothing.
    if (error instanceof OperatorError) {
      await receive(site, parts, post, ({ row }) => ({
        kind: "unsent",
        row: row.row,
        reason: error.code,
      }));
    }
    throw error;
  }
}

async function receive(
  site: Site,
  parts: readonly Part[],
  post: string,
  outcomeOfPart: (part: Part) => RowOutcome,
): Promise<void> {
  const outcomes = new Map(parts.map((part) => [part.row, outcomeOfPart(part)]));
  const at = isoNow(site);
  await eachJournal(parts, (lane, shard, mine) => {
    const rows = mine.flatMap(({ row }) => outcomes.get(row) ?? []);
    return lane.record(shard, { t: "receipt", post, at, rows });
  });
}

/** A post may carry rows of several shards; each has its own journal. */
async function eachJournal(
  parts: readonly Part[],
  write: (lane: OpenBatch, shard: OpenShard, parts: readonly Part[]) => Promise<void>,
): Promise<void> {
  const shards = new Set(parts.map(({ shard }) => shard));
  await Promise.all(
    [...shards].map(async (shard) => {
      const mine = parts.filter((part) => part.shard === shard);
      if (mine[0]) await write(mine[0].row.lane, shard, mine);
    }),
  );
}
