import { isPending } from "../../catalogue/row.ts";
import { OperatorError } from "../../core/errors.ts";
import type { GraphAnswer, GraphRead } from "../../core/graph-request.ts";
import type { Site } from "../batch/site.ts";
import { type Placed, operationOf } from "./part-outcome.ts";

/** The read that shows the row's change; `undefined` if no read can be made of the row. */
export function readFor(site: Site, { row }: Placed): GraphRead | undefined {
  try {
    return isPending(row.write) ? undefined : operationOf(site, row)?.look(row.write);
  } catch {
    return undefined;
  }
}

/** The result of a look: Graph's answer, or why there is none. */
export type Seen = GraphAnswer | OperatorError | undefined;

/** The answers in the order of the reads. A read without an answer does not affect the others. */
export async function readAll(
  site: Site,
  reads: readonly (GraphRead | undefined)[],
): Promise<Seen[]> {
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
export const askedMs = (seen: Seen): number =>
  seen instanceof OperatorError ? (seen.retryAfterMs ?? 0) : 0;
