import type { DoneRow, Inverse } from "../../catalogue/inverse.ts";
import { type Operation, operationNamed } from "../../catalogue/operation.ts";
import type { PlannedWrite, Properties } from "../../catalogue/row.ts";
import {
  holderColumn,
  holderOf,
  isEdge,
  nounOf,
  subjectColumn,
  subjectOf,
} from "../../catalogue/target.ts";
import { isGuid, toObjectId } from "../../core/object-id.ts";
import { isRecord } from "../../core/record.ts";
import { NOT_UNDONE, ONLY_IF, ORIGINAL_ROW } from "../input/origin-columns.ts";
import { INPUT_ROW, NEEDS, PART } from "../input/part-columns.ts";
import type { CreatedHolders } from "./created-ids.ts";
import type { KeptBefore } from "./read-before.ts";
import type { RowEnd } from "./row-ends.ts";

const DAY_MS = 86_400_000;

/** What an undo knows besides the row. */
export interface UndoFacts {
  readonly catalogue: Readonly<Record<string, Operation>>;
  readonly before: KeptBefore;
  readonly nowMs: number;
  readonly created: CreatedUsers;
  /** The ids of groups, and of what holds other edges, that the batch created. */
  readonly holders: Pick<CreatedHolders, "of">;
}

/**
 * What later rows wrote to users whom the batch created: undoing the create undoes them too. Rows are
 * undone from the last to the first, so all of it is known when the create's turn comes.
 */
export interface CreatedUsers {
  /** Whether the row that created the user is undone as well. */
  isUndone(creator: number): boolean;
  /** Notes what a row wrote to the user of an earlier one. */
  note(creator: number, set: Properties): void;
  /** What the user has of it now, over what the row itself wrote; it is then forgotten. */
  take(creator: number, set: Properties): Properties;
}

/** `chosen`: the rows to undo; all if it is absent. */
export function createCreatedUsers(chosen: ReadonlySet<number> | undefined): CreatedUsers {
  const written = new Map<number, Properties>();
  return {
    isUndone: (creator) => chosen === undefined || chosen.has(creator),
    note: (creator, set) => {
      written.set(creator, merged(set, written.get(creator) ?? {}));
    },
    take: (creator, set) => {
      const later = written.get(creator);
      written.delete(creator);
      return later ? merged(set, later) : set;
    },
  };
}

/** The values of both, those of `later` over the others; of an object part by part. */
function merged(earlier: Properties, later: Properties): Properties {
  const both: Record<string, unknown> = { ...earlier };
  for (const [name, value] of Object.entries(later)) {
    const before = both[name];
    both[name] = isRecord(value) && isRecord(before) ? { ...before, ...value } : value;
  }
  return both;
}

/** A row of the new batch's input. */
type UndoRow = Readonly<Record<string, unknown>>;

/**
 * The rows that undo one: its inverse, and what of it is not undone, with why. Those that undo a part are
 * parts of the same row.
 */
export function undoRows(end: RowEnd, facts: UndoFacts): readonly UndoRow[] {
  const { part } = end.planned;
  const rows = rowsOf(end, facts);
  if (part === undefined) return rows;
  const place = { [INPUT_ROW]: part.of, [PART]: part.at, ...(part.isOrdered && { [NEEDS]: [] }) };
  return rows.map((row) => ({ ...row, ...place }));
}

function rowsOf(end: RowEnd, facts: UndoFacts): readonly UndoRow[] {
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
  const covered = coveredBy(end, facts);
  if (covered !== undefined) {
    const noun = nounOf(end.planned.write!.target);
    return [
      notUndone(
        `row ${covered} created the ${noun}, and its undo deletes it.`,
        "No action needed.",
      ),
    ];
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

/** The row that created the object whose values this one set, if that row is undone. */
function coveredBy({ planned }: RowEnd, { created, catalogue }: UndoFacts): number | undefined {
  const { target, idFromRow, holderFromRow, set } = planned.write ?? {};
  if (holderFromRow !== undefined && created.isUndone(holderFromRow)) return holderFromRow;
  const isOfCreated = target?.kind === "pending-user" || target?.kind === "pending-object";
  if (!idFromRow || !isOfCreated || set === undefined || !created.isUndone(idFromRow.row)) {
    return undefined;
  }
  // What is no property of the object cannot be read with the others.
  const isRead = operationNamed(catalogue, planned.operation)?.shown === undefined;
  if (isRead) created.note(idFromRow.row, set);
  return idFromRow.row;
}

function rowOf({ operation, cells, onlyIf }: Extract<Inverse, { cells: unknown }>): UndoRow {
  return { operation, ...cells, ...(onlyIf && { [ONLY_IF]: onlyIf }) };
}

/** The row as its operation sees it; `undefined` if no id of its object was kept. */
function doneRow({ planned, receipt }: RowEnd, facts: UndoFacts): DoneRow | undefined {
  const { write } = planned;
  const id = (write && subjectOf(write.target)) ?? receipt?.objectId;
  if (write === undefined || id === undefined || !isGuid(id)) return undefined;
  const { target, holderFromRow } = write;
  const known = holderFromRow === undefined ? undefined : facts.holders.of(holderFromRow);
  const holder = holderOf(target) ?? known;
  if (isEdge(target) && holder === undefined) return undefined;
  const sinceMs = facts.nowMs - Date.parse(receipt?.finishedAt ?? "");
  return {
    object: toObjectId(id),
    ...(isMembership(target) && { group: holder }),
    ...(isEdge(target) && { holder }),
    set: facts.created.take(planned.row, write.set ?? {}),
    before: facts.before.of(planned.row),
    daysAgo: Number.isFinite(sinceMs) ? Math.floor(sinceMs / DAY_MS) : 0,
  };
}

const isMembership = ({ kind }: PlannedWrite["target"]): boolean =>
  kind === "membership" || kind === "pending-membership";

/** The columns that name the row's object, as far as it is known. */
function aboutOf({ planned, receipt }: RowEnd): UndoRow {
  const { write } = planned;
  const id = (write && subjectOf(write.target)) ?? receipt?.objectId;
  if (write === undefined) return id === undefined ? {} : { user: id };
  const [column, holder] = [holderColumn(write.target), holderOf(write.target)];
  return {
    ...(column !== undefined && holder !== undefined && { [column]: holder }),
    ...(id !== undefined && { [subjectColumn(write.target)]: id }),
  };
}

const lowerFirst = (text: string): string =>
  /^[A-Z][a-z]/.test(text) ? `${text.charAt(0).toLowerCase()}${text.slice(1)}` : text;
