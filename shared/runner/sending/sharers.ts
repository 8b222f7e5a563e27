import { chunk } from "../../core/chunk.ts";
import { OperatorError } from "../../core/errors.ts";
import type { GraphAnswer } from "../../core/graph-request.ts";
import { mayShare } from "../batch/may-share.ts";
import type { OpenBatch } from "../batch/open-batch.ts";
import type { Site } from "../batch/site.ts";
import type { OpenRow } from "../schedule/open-row.ts";
import { isShareable } from "../schedule/shareable.ts";
import { readAll } from "./look.ts";
import type { Placed } from "./part-outcome.ts";
import { shareOf, writesIn } from "./part.ts";

/** Rows of one group that share a request, or are to; `answer`: how Graph refused it, if it did. */
interface Sharers {
  readonly rows: readonly Placed[];
  readonly answer?: GraphAnswer;
}

/** Finds out with a few reads which rows keep their request from being carried out; none if nothing tells. */
export async function blamedAmong(
  site: Site,
  all: readonly Sharers[],
): Promise<readonly ReadonlySet<Placed>[]> {
  const asked = all.map(({ rows, answer }) => {
    const share = shareOf(site, rows);
    const writes = writesIn(rows);
    return { rows, answer, share, writes, reads: share?.inquire(writes) ?? [] };
  });
  const seen = await readAll(
    site,
    asked.flatMap(({ reads }) => reads),
  );
  let at = 0;
  return asked.map(({ rows, answer, share, writes, reads }) => {
    const answers = seen
      .slice(at, (at += reads.length))
      .map((each) => (each instanceof OperatorError ? undefined : each));
    const blamed: ReadonlySet<unknown> = new Set(share?.blamed(writes, answer, answers));
    return new Set(rows.filter(({ row }) => blamed.has(row.write)));
  });
}

/** Lets the rows that were not sent yet, of the same batches, be looked at before they share a request. */
export function lookAtOthers(site: Site, rows: readonly Placed[]): void {
  for (const lane of new Set(rows.map(({ row }) => row.lane))) {
    if (lane.looksAtSharers) continue;
    lane.looksAtSharers = true;
    const maySharer = mayShare(site);
    site.schedule.lookFirst(
      [...lane.rows].filter((row) => row.state === "waiting" && maySharer(row)),
    );
  }
}

/** Whether a row is looked at only to see whether it may share a request. */
export const isLookedAtAsSharer = (site: Site, { write, operation }: OpenRow<OpenBatch>): boolean =>
  write.foundInPlace === undefined &&
  write.onlyIf === undefined &&
  isShareable(site.catalogue, { write, operation });

/**
 * Looks at rows before they share requests: who would have it refused gets a request of its own. What cannot be
 * read is not waited for: the request itself tells.
 */
export async function lookAtSharers(
  site: Site,
  rows: readonly Placed[],
  freshUntilMs: number,
): Promise<void> {
  const groups = new Map<string | undefined, Placed[]>();
  for (const placed of rows) {
    const { group } = placed.row.write;
    groups.set(group, [...(groups.get(group) ?? []), placed]);
  }
  const sharers = [...groups.values()].flatMap((each) =>
    chunk(each).map((some) => ({ rows: some })),
  );
  const blamed = await blamedAmong(site, sharers);
  for (const placed of blamed.flatMap((each) => [...each])) site.schedule.single(placed.row);
  for (const { row } of rows) {
    site.schedule.place(row, { state: "waiting", notBeforeMs: 0, freshUntilMs });
  }
  site.wake();
}
