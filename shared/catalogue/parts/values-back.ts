import { isRecord, recordOf } from "../../core/record.ts";
import type { DoneRow, Inverse } from "../inverse.ts";
import type { Fields } from "../payload.ts";
import type { Properties } from "../row.ts";
import { hasAll } from "../same-value.ts";

/** Why a row is not undone of which nobody knows what it replaced. */
export const lacksBefore: Extract<Inverse, { why: string }> = {
  why: "The values before are not kept any more.",
  fix: "Set the properties by hand. Values are kept for as long as beforeRetentionDays in infra/main.bicepparam says.",
  lacksBefore: true,
};

/** Why a row is not undone that came after another which had done its work. */
export const changedNothing: Extract<Inverse, { why: string }> = {
  why: "The row changed no value.",
  fix: "No action needed.",
};

/** What goes back of a row: the values that its properties had, and those that keep the new value. */
export interface ValuesBefore {
  readonly values: Properties;
  /** What the object must still have. */
  readonly onlyIf: Properties;
  readonly kept: readonly string[];
}

/**
 * What sets each property back to what it was before the row, or why nothing is set back. A property that
 * had no value and that Graph does not take as empty (`fields`) keeps its new one.
 */
export function valuesBefore(
  { set, before }: Pick<DoneRow, "set" | "before">,
  fields: Fields,
): ValuesBefore | Extract<Inverse, { why: string }> {
  if (before === undefined) return lacksBefore;
  const changed = Object.keys(set).filter((name) => !hasAll(before, { [name]: set[name] }));
  const values: Record<string, unknown> = {};
  const kept: string[] = [];
  for (const name of changed) {
    const was = valueBack(before[name], set[name]);
    const isTaken = was !== null || fields[name]?.clearable === true;
    if (isTaken) values[name] = was;
    else kept.push(name);
  }
  if (changed.length === 0) return changedNothing;
  if (kept.length === changed.length) {
    return {
      why: `${kept.join(", ")} had no value before, and Graph takes no empty one.`,
      fix: "Set another value if this one is wrong.",
    };
  }
  const undone = Object.keys(values).map((name): [string, unknown] => [name, set[name]]);
  return { values, onlyIf: Object.fromEntries(undone), kept };
}

/** Undoes a row by the operation that sets properties of its object; `column` names the object. */
export const valuesBackBy =
  (operation: string, column: string, fields: Fields) =>
  (done: DoneRow): Inverse => {
    const back = valuesBefore(done, fields);
    if ("why" in back) return back;
    const { values, onlyIf, kept } = back;
    const cells = { [column]: done.object, ...values };
    return { operation, cells, onlyIf, ...(kept.length > 0 && { kept }) };
  };

/** A list that had no entry is set to none; of an object, only the parts that the row set go back. */
function valueBack(was: unknown, set: unknown): unknown {
  if (Array.isArray(set)) return was ?? [];
  if (isRecord(set)) return partsBack(recordOf(was), set);
  if (set === null && Array.isArray(was) && was.length === 0) return null;
  return was ?? null;
}

const partsBack = (was: Properties, set: Properties): Properties =>
  Object.fromEntries(Object.keys(set).map((name) => [name, was[name] ?? null]));
