import { OperatorError } from "../../core/errors.ts";
import type { PostResult } from "../../graph/types.ts";
import type { RowOutcome } from "../../records/receipt.ts";
import { leaseLost } from "../../storage/errors.ts";
import type { OpenBatch, OpenShard } from "../batch/open-batch.ts";
import { type Site, isoNow } from "../batch/site.ts";
import type { OpenRow } from "../schedule/open-row.ts";
import { type PostOutcome, account, nothingSent, refusalOf } from "./account.ts";
import { type Placed, outcomeFor, withOneDraw } from "./part-outcome.ts";
import { type Part, prepare } from "./part.ts";
import { sealedOf } from "./passwords.ts";
import { isRefused, singleOut } from "./refused-part.ts";

/**
 * Sends the packed rows as one `$batch`: journals their intents, posts, and journals the outcomes. If
 * an intent cannot be journaled, nothing is sent; if an outcome cannot, the row stays in doubt for the
 * runner that reads the journal next.
 *
 * @throws OperatorError what ends the slice: LEASE_LOST, STORAGE_UNAVAILABLE, a token's or a
 * permission's error.
 */
export async function sendPost(
  site: Site,
  packed: readonly (readonly OpenRow<OpenBatch>[])[],
  post: string,
  grantedAt: number,
): Promise<PostOutcome> {
  const parts = await prepare(site, packed);
  if (parts.length === 0) return nothingSent;
  const intentAtMs = site.clock.now();
  const intentAt = new Date(intentAtMs).toISOString();
  const intendedMs = site.clock.monotonic();
  await eachJournal(parts, (lane, shard, rows) =>
    lane.record(shard, {
      t: "intent",
      post,
      at: intentAt,
      rows: rows.map(({ row }) => row.row),
      ...sealedOf(rows),
    }),
  );
  const late = site.clock.monotonic() - intendedMs > site.settings.stallMs;
  if (late || !site.lease.isSure()) {
    await receive(site, parts, post, (_part, { row }) => ({
      kind: "unsent",
      row: row.row,
      reason: "it could not leave in time",
    }));
    if (late) return nothingSent;
    throw leaseLost("The tenant's lease could not be kept.");
  }
  site.schedule.sent(
    parts.flatMap(({ rows }) => rows.map(({ row }) => row)),
    site.clock.monotonic(),
  );
  const result = await send(site, parts, { post, intentAtMs });
  const outcome = account(site, parts, result, grantedAt);
  letOthersGo(site, parts, result);
  await receiveAll(site, parts, post, result);
  const refusal = refusalOf(result);
  if (refusal) throw refusal;
  return outcome;
}

/** What Graph has answered is not under way any more: rows of the same groups need not wait for the journal. */
function letOthersGo(site: Site, parts: readonly Part[], result: PostResult): void {
  if (result.kind !== "answered") return;
  for (const [at, { rows }] of parts.entries()) {
    const status = result.parts[at]?.status;
    // After a 5xx it may still be carried out.
    if (status !== undefined && status < 500) site.schedule.landed(rows.map(({ row }) => row));
  }
  site.wake();
}

/** Journals the outcomes; those of refused parts once it is known who is to blame. */
async function receiveAll(
  site: Site,
  parts: readonly Part[],
  post: string,
  result: PostResult,
): Promise<void> {
  const answerOf = (part: Part) =>
    result.kind === "answered" ? result.parts[parts.indexOf(part)] : undefined;
  const refused = parts.filter((part) => isRefused(part, answerOf(part)));
  const others = parts.filter((part) => !refused.includes(part));
  const alike = result.kind === "answered" ? site : withOneDraw(site);
  const outcomeOf = (part: Part, placed: Placed) => outcomeFor(alike, parts, part, placed, result);
  await receive(site, others, post, outcomeOf);
  if (refused.length === 0) return;
  await singleOut(site, parts, result);
  await receive(site, refused, post, (part, { row }) => ({
    kind: "again",
    row: row.row,
    reason: `a request that it shared was refused (${answerOf(part)?.status ?? "no status"})`,
    throttled: false,
  }));
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
      await receive(site, parts, post, (_part, { row }) => ({
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
  outcomeOfRow: (part: Part, placed: Placed) => RowOutcome,
): Promise<void> {
  const outcomes = new Map(
    parts.flatMap((part) =>
      part.rows.map((placed) => [placed.row, outcomeOfRow(part, placed)] as const),
    ),
  );
  const at = isoNow(site);
  await eachJournal(parts, (lane, shard, mine) => {
    const rows = mine.flatMap(({ row }) => outcomes.get(row) ?? []);
    return lane.record(shard, { t: "receipt", post, at, rows });
  });
}

/** A post may carry rows of several shards; each has its own journal. */
async function eachJournal(
  parts: readonly Part[],
  write: (lane: OpenBatch, shard: OpenShard, rows: readonly Placed[]) => Promise<void>,
): Promise<void> {
  const rows = parts.flatMap((part) => part.rows);
  const shards = new Set(rows.map(({ shard }) => shard));
  await Promise.all(
    [...shards].map(async (shard) => {
      const mine = rows.filter((each) => each.shard === shard);
      if (mine[0]) await write(mine[0].row.lane, shard, mine);
    }),
  );
}
