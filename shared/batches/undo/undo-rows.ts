import type { DoneRow, Inverse } from "../../catalogue/inverse.ts";
import { type Operation, operationNamed } from "../../catalogue/operation.ts";
import { subjectOf } from "../../catalogue/target.ts";
import { isGuid, toObjectId } from "../../core/object-id.ts";
import { NOT_UNDONE, ONLY_IF, ORIGINAL_ROW } from "../input/origin-columns.ts";
import type { KeptBefore } from "./read-before.ts";
import type { RowEnd } from "./row-ends.ts";

const DAY_MS = 86_400_000;

/** What an undo knows besides the row. */
export interface UndoFacts {
  readonly catalogue: Readonly<Record<string, Operation>>;
  readonly before: KeptBefore;
  readonly nowMs: number;
}

/** A row of the new batch's input. */
type UndoRow = Readonly<Record<string, unknown>>;

/** The rows that undo one: its inverse, and what of it is not undone, with why. */
export function undoRows(end: RowEnd, facts: UndoFacts): readonly UndoRow[] {
  const { row, operation } = end.planned;
  const notUndone = (why: string, fix: string, about: UndoRow = aboutOf(end)): UndoRow => ({
    [ORIGINAL_ROW]: row,
    operation,
    ...about,
    [NOT_UNDONE]: [`Not undone: ${why}`, fix],
  });
  if (end.verdict !== "done") {
    return [notUndone(`the row was not written, it is ${end.verdict}.`, "No action needed.")];
  }
  const done = doneRow(end, facts);
  const inverse = done && operationNamed(facts.catalogue, operation)?.inverse?.(done);
  if (inverse === undefined) {
    return [notUndone(`${operation} cannot be undone.`, "Change the object back by hand.")];
  }
  if ("why" in inverse) {
    const { what = inverse.why, fix = inverse.fix } =
      (inverse.lacksBefore && facts.before.why) || {};
    return [notUndone(lowerFirst(what), fix)];
  }
  const kept = inverse.kept ?? [];
  return [
    { [ORIGINAL_ROW]: row, ...rowOf(inverse) },
    ...kept.map((name) =>
      notUndone(
        `${name} had no value before, and Graph takes no empty one.`,
        "Set another value if this one is wrong.",
      ),
    ),
  ];
}

function rowOf({ operation, cells, onlyIf }: Extract<Inverse, { cells: unknown }>): UndoRow {
  return { operation, ...cells, ...(onlyIf && { [ONLY_IF]: onlyIf }) };
}

/** The row as its operation sees it; `undefined` if no id of its object was kept. */
function doneRow({ planned, receipt }: RowEnd, facts: UndoFacts): DoneRow | undefined {
  const { write } = planned;
  const id = (write && subjectOf(write.target)) ?? receipt?.objectId;
  if (write === undefined || id === undefined || !isGuid(id)) return undefined;
  const sinceMs = facts.nowMs - Date.parse(receipt?.finishedAt ?? "");
  return {
    object: toObjectId(id),
    group: groupOf(write.target),
    set: write.set ?? {},
    before: facts.before.of(planned.row),
    daysAgo: Number.isFinite(sinceMs) ? Math.floor(sinceMs / DAY_MS) : 0,
  };
}

type AnyTarget = NonNullable<RowEnd["planned"]["write"]>["target"];

const groupOf = (target: AnyTarget): DoneRow["group"] =>
  "group" in target ? target.group : undefined;

/** The columns that name the row's object, as far as it is known. */
function aboutOf({ planned, receipt }: RowEnd): UndoRow {
  const { write } = planned;
  const id = (write && subjectOf(write.target)) ?? receipt?.objectId;
  const group = write && groupOf(write.target);
  if (group !== undefined) return { group, ...(id !== undefined && { member: id }) };
  return id === undefined ? {} : { user: id };
}

const lowerFirst = (text: string): string =>
  /^[A-Z][a-z]/.test(text) ? `${text.charAt(0).toLowerCase()}${text.slice(1)}` : text;
