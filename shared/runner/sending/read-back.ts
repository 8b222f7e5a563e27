import { lookTogether } from "../../catalogue/look-together.ts";
import { operationNamed } from "../../catalogue/operation.ts";
import { OperatorError } from "../../core/errors.ts";
import type { RowHistory } from "../../records/history/row-history.ts";
import type { OpenBatch } from "../batch/open-batch.ts";
import { type Site, isoNow } from "../batch/site.ts";
import { inPlace, isSeeing } from "../journal/outcomes.ts";
import type { CanaryRow } from "../watch/canary.ts";
import { type Seen, readAll } from "./look.ts";

/** The first rows of one operation of a batch. */
export interface ReadBack {
  readonly lane: OpenBatch;
  readonly operation: string;
  readonly rows: readonly CanaryRow[];
}

/** The first rows that wait to be read back; one operation of one batch at a time. */
export function dueReadBacks(lanes: Iterable<OpenBatch>): readonly ReadBack[] {
  for (const lane of lanes) {
    const due = lane.canary.due();
    if (due) return [{ lane, ...due }];
  }
  return [];
}

/**
 * Reads back what the first rows of an operation wrote. What was written may show late, so it is looked at
 * again for as long as a post may take; then the canary has failed, and the batch is paused.
 *
 * @throws OperatorError what ends the slice, as `lookAt`.
 */
export async function readBack(site: Site, due: readonly ReadBack[]): Promise<void> {
  for (const { lane, operation, rows } of due) {
    const endMs = site.clock.monotonic() + site.graph.timeoutMs;
    let missing = await notInPlace(site, rows);
    while (missing.length > 0 && site.clock.monotonic() < endMs && lane.halt === undefined) {
      await site.clock.sleep(2 * site.settings.retryFloorMs);
      missing = await notInPlace(site, missing);
    }
    const [first] = missing;
    if (first === undefined) lane.canary.passed(operation);
    else {
      lane.canary.failed(
        operation,
        `${missing.length} of the first ${rows.length} rows of ${operation} are not in the directory as they were written, row ${first.row} first.`,
      );
    }
    site.wake();
  }
}

async function notInPlace(site: Site, rows: readonly CanaryRow[]): Promise<readonly CanaryRow[]> {
  const looks = rows.map((each) => {
    const operation = operationNamed(site.catalogue, each.operation);
    return operation && { operation, write: each.write };
  });
  const answers = await lookTogether<Seen>(looks, (reads) => readAll(site, reads));
  return rows.filter((each, at) => {
    const answer = answers[at];
    const operation = looks[at]?.operation;
    if (answer === undefined || answer instanceof OperatorError || !operation) return true;
    // Which password a user has, nobody can see.
    if (operation.password && operation.password.givenAt === undefined) return !isSeeing(answer);
    const history = withSkew(each.history);
    return (
      inPlace({ ...each, operation, history }, answer, isoNow(site))?.receipt.verdict !== "done"
    );
  });
}

/** How far Graph's clock may be behind ours when the instant of a change is compared with our intent. */
const CLOCK_SKEW_MS = 5 * 60_000;

/** The rows were answered: only a write that Graph did not make must be found, and no other's told apart. */
const withSkew = (history: RowHistory): RowHistory =>
  history.firstIntentAt === undefined
    ? history
    : {
        ...history,
        firstIntentAt: new Date(Date.parse(history.firstIntentAt) - CLOCK_SKEW_MS).toISOString(),
      };
