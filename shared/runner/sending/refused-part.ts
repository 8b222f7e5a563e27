import type { GraphAnswer } from "../../core/graph-request.ts";
import type { PostResult } from "../../graph/types.ts";
import type { Site } from "../batch/site.ts";
import type { Placed } from "./part-outcome.ts";
import type { Part } from "./part.ts";
import { blamedAmong, lookAtOthers } from "./sharers.ts";

/** These say nothing of what is in the request: it is made again as it is. */
const PASSING: ReadonlySet<number> = new Set([401, 408, 423, 429]);
/** So often a row is refused for another one; then it has a request of its own. */
const REFUSALS_AT_MOST = 3;

/**
 * Whether Graph refused a request that several rows share because of what is in it: for one of them, as a
 * rule, although none was carried out.
 */
export function isRefused(part: Part, answer: GraphAnswer | undefined): answer is GraphAnswer {
  if (part.rows.length === 1 || answer === undefined) return false;
  const { status, error } = answer;
  if (status === 409 && error?.code === "Directory_ConcurrencyViolation") return false;
  return status >= 400 && status < 500 && !PASSING.has(status);
}

/**
 * Gives the rows that are to blame for refused requests a request of their own, in which they find their
 * verdicts; the others share one again. If nothing tells who is to blame, or for the third time in vain,
 * every row gets a request of its own. Rows of their batches that were not sent yet are looked at first from now on.
 */
export async function singleOut(
  site: Site,
  parts: readonly Part[],
  result: PostResult,
): Promise<void> {
  if (result.kind !== "answered") return;
  const refused = parts.flatMap(({ rows }, at) => {
    const answer = result.parts[at];
    return isRefused(parts[at]!, answer) ? { rows, answer } : [];
  });
  lookAtOthers(
    site,
    refused.flatMap(({ rows }) => rows),
  );
  const blamed = await blamedAmong(site, refused);
  for (const [at, { rows }] of refused.entries()) giveOwn(site, rows, blamed[at] ?? new Set());
}

function giveOwn(site: Site, rows: readonly Placed[], blamed: ReadonlySet<Placed>): void {
  for (const placed of rows) {
    const { row } = placed;
    site.schedule.refusedForAnother(row);
    const isLast = row.refusals >= REFUSALS_AT_MOST;
    if (blamed.size === 0 || isLast || blamed.has(placed)) site.schedule.single(row);
  }
}
