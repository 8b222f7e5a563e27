import { type Look, lookTogether } from "../../catalogue/look-together.ts";
import { type PlannedWrite, type ReadyWrite, isPending } from "../../catalogue/row.ts";
import { OperatorError } from "../../core/errors.ts";
import type { GraphAnswer } from "../../core/graph-request.ts";
import type { PlannedRow } from "../../records/shard.ts";
import type { RowToPlan } from "./row-to-plan.ts";
import { isWrittenBefore } from "./traces/duplicates.ts";
import type { RowTraces } from "./traces/row-traces.ts";
import { type WholeLists, lookInLists } from "./whole-lists.ts";

type Hint = Look & { readonly write: ReadyWrite };

/**
 * Adds to writes of edges whether their edge exists now, so that a row whose answer is lost can
 * tell its own effect from an earlier one. Only a hint: it is left out if the read fails, and for rows
 * after one that changes the same edge or creates its member.
 */
export async function withHints(
  planned: readonly PlannedRow[],
  compiled: readonly RowToPlan[],
  lists: WholeLists,
  traces: RowTraces,
): Promise<readonly PlannedRow[]> {
  const looks = planned.map((row, at): Hint | undefined => {
    const source = compiled[at]!;
    if (!row.write || "invalid" in source || !source.operation.isThere) return undefined;
    const [edge = ""] = row.write.keys;
    if (isPending(row.write) || isWrittenBefore(row.row, edge, traces)) return undefined;
    return { operation: source.operation, write: row.write };
  });
  if (looks.every((look) => look === undefined)) return planned;
  const answers = await answersTo(looks, lists).catch(passOver);
  return planned.map((row, at) => {
    const look = looks[at];
    const answer = answers[at];
    const there = answer && look?.operation.isThere?.(answer, look.write);
    if (there === undefined || !look || !row.write) return row;
    const write: PlannedWrite = { ...look.write, was: there ? "present" : "absent" };
    return { ...row, write };
  });
}

/** Looks in whole lists first, if that takes fewer reads. */
async function answersTo(
  looks: readonly (Hint | undefined)[],
  lists: WholeLists,
): Promise<readonly (GraphAnswer | undefined)[]> {
  const known = await lookInLists(looks, lists);
  const left = looks.map((look, at) => (known[at] ? undefined : look));
  if (left.every((look) => look === undefined)) return known;
  const seen = await lookTogether(left, (reads) => lists.readAll(reads));
  return known.map((answer, at) => answer ?? seen[at]);
}

function passOver(error: unknown): never[] {
  if (error instanceof OperatorError && error.disposition === "retry") return [];
  throw error;
}
