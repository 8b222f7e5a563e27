import { type Operation, operationNamed } from "../../catalogue/operation.ts";
import { isPending } from "../../catalogue/row.ts";
import { backoffMs } from "../../core/backoff.ts";
import type { PostResult } from "../../graph/types.ts";
import type { RowOutcome } from "../../records/receipt.ts";
import type { OpenBatch, OpenShard } from "../batch/open-batch.ts";
import { historyOf } from "../batch/shard.ts";
import { type Site, atOneInstant, isoNow } from "../batch/site.ts";
import { type Sent, afterRefusal, again, outcomeOf, refusedAlone } from "../journal/outcomes.ts";
import type { OpenRow } from "../schedule/open-row.ts";

/** A row with the shard whose journal has it. */
export interface Placed {
  readonly row: OpenRow<OpenBatch>;
  readonly shard: OpenShard;
}

/** The row's operation; `undefined` if a version of the app planned it that knew other operations. */
export const operationOf = (site: Site, row: OpenRow): Operation | undefined =>
  operationNamed(site.catalogue, row.operation);

/** The rows of one request of a post. */
interface Rows {
  readonly rows: readonly Placed[];
}

/** What a post's result means for one of its rows. */
export function outcomeFor(
  site: Site,
  parts: readonly Rows[],
  part: Rows,
  placed: Placed,
  result: PostResult,
): RowOutcome {
  const { row } = placed;
  const sent = sentOf(site, placed);
  const moment = { at: isoNow(site), retryForMs: site.settings.retryForMs };
  const waitMs = (asked?: number): number => waitFor(site, sent.history.attempts, asked);
  if (result.kind === "lost") {
    const { reason, retryAfterMs } = result;
    return outcomeOf(sent, undefined, {
      ...moment,
      lost: reason,
      lostForMs: retryAfterMs,
      waitMs,
      unseenMs: waitMs,
    });
  }
  if (result.kind === "answered") {
    const outcome = outcomeOf(sent, result.parts[parts.indexOf(part)], {
      ...moment,
      lost: LEFT_OUT,
      waitMs,
      unseenMs: (asked) => unseenFor(site, row, waitMs(asked)),
    });
    const isSeen = outcome.kind === "final" && outcome.receipt.verdict === "done";
    if (row.bornMs !== undefined && isSeen && sent.history.attempts === 1) site.lag.seen();
    return outcome;
  }
  const { status, retryAfterMs } = result;
  if (status === 401 || status === 403)
    return { kind: "unsent", row: row.row, reason: `the post was refused (${status})` };
  if (status < 500 && status !== 429) {
    // One request that Graph cannot read makes it refuse the whole post: each row is then sent alone.
    if (parts.length === 1 && part.rows.length === 1) return refusedAlone(sent, moment.at, result);
    site.schedule.isolate(row);
    return { kind: "unsent", row: row.row, reason: `the post was refused (${status})` };
  }
  return again(afterRefusal(sent), moment, {
    reason: `Graph did not take the post (${status})`,
    throttled: status === 429,
    afterMs: waitMs(retryAfterMs),
  });
}

const LEFT_OUT = "Graph's answer left this request out";

/** A row with what is needed to judge its answer. */
export function sentOf(site: Site, part: Placed): Sent {
  const operation = operationOf(site, part.row);
  if (operation === undefined) throw new TypeError("a row of no known operation was sent");
  const { row, write } = part.row;
  if (isPending(write)) throw new TypeError("a row was sent without the id of its object");
  return { row, operation, write, history: historyOf(part.shard, row) };
}

/** The wait of a row whose object has not replicated: what is learned of that, once it is known when it was created. */
const unseenFor = (site: Site, { bornMs }: OpenRow, otherwiseMs: number): number =>
  bornMs === undefined
    ? otherwiseMs
    : Math.max(site.settings.retryFloorMs, site.lag.missed(site.clock.monotonic() - bornMs));

/**
 * The site with one draw for all, at one instant: rows that met the same thing wait equally long, and go again in one
 * post. In many small ones they would meet trouble more often.
 */
export function withOneDraw(site: Site): Site {
  const drawn = site.random();
  return { ...atOneInstant(site), random: () => drawn };
}

/** The wait that Graph asked for, else one that grows with each attempt; never below the floor. */
export const waitFor = (site: Site, attempts: number, asked?: number): number =>
  Math.max(
    site.settings.retryFloorMs,
    asked ??
      backoffMs(Math.max(1, attempts), site.random, {
        baseMs: 2 * site.settings.retryFloorMs,
        capMs: 60_000,
      }),
  );
