import { OperatorError } from "../../core/errors.ts";
import type { GraphAnswer } from "../../core/graph-request.ts";
import type { PostResult } from "../../graph/types.ts";
import type { Site } from "../batch/site.ts";
import { readAll } from "./look.ts";
import type { Placed } from "./part-outcome.ts";
import { type Part, shareOf, writesIn } from "./part.ts";

/** These say nothing of what is in the request: it is made again as it is. */
const PASSING: ReadonlySet<number> = new Set([401, 408, 423, 429]);

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
 * verdicts; the others share one again. If nothing tells who is to blame, or for the second time in vain,
 * every row gets a request of its own, so that no row is refused for another more than twice.
 */
export async function singleOut(
  site: Site,
  parts: readonly Part[],
  result: PostResult,
): Promise<void> {
  if (result.kind !== "answered") return;
  await Promise.all(
    parts.map(async (part, at) => {
      const answer = result.parts[at];
      if (!isRefused(part, answer)) return;
      const blamed = await blamedIn(site, part, answer);
      const isVague = blamed.length === 0;
      for (const placed of part.rows) {
        const isSecond = placed.row.refusals > 0;
        if (isVague || isSecond || blamed.includes(placed)) site.schedule.single(placed.row);
        else site.schedule.refusedForAnother(placed.row);
      }
    }),
  );
}

async function blamedIn(site: Site, part: Part, answer: GraphAnswer): Promise<readonly Placed[]> {
  const share = shareOf(site, part.rows);
  if (share === undefined) return [];
  const writes = writesIn(part.rows);
  const seen = await readAll(site, share.inquire(writes));
  const answers = seen.map((each) => (each instanceof OperatorError ? undefined : each));
  const blamed = new Set(share.blamed(writes, answer, answers));
  return part.rows.filter(({ row }) => [...blamed].some((write) => write === row.write));
}
