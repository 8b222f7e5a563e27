import type { DoneRow, Inverse } from "../../catalogue/inverse.ts";
import type { Fields } from "../../catalogue/payload.ts";
import type { Properties } from "../../catalogue/row.ts";
import { hasAll } from "../../catalogue/same-value.ts";
import { isRecord, recordOf } from "../../core/record.ts";
import { userProperties } from "./user-properties.ts";

const properties: Fields = userProperties;

/** Why a row is not undone of which nobody knows what it replaced. */
export const lacksBefore: Inverse = {
  why: "The values before are not kept any more.",
  fix: "Set the properties by hand. Values are kept for as long as beforeRetentionDays in infra/main.bicepparam says.",
  lacksBefore: true,
};

/** Why a row is not undone that came after another which had done its work. */
export const changedNothing: Inverse = {
  why: "The row changed no value.",
  fix: "No action needed.",
};

/** The operation whose rows set values back, and its columns; `cells` makes them of the properties. */
interface Back {
  readonly operation: string;
  readonly fields: Fields;
  readonly cells?: (values: Properties) => Properties;
}

const byUpdate: Back = { operation: "user.update", fields: userProperties };

/**
 * Sets each property back to what it was before the row. A property that had no value and that Graph
 * does not take as empty keeps its new one. `back`: an operation that needs fewer permissions than
 * user.update, which takes its place if the operation requires a column that did not change.
 */
export const valuesBack =
  (back: Back = byUpdate) =>
  ({ object, set, before }: DoneRow): Inverse => {
    if (before === undefined) return lacksBefore;
    const changed = Object.keys(set).filter((name) => !hasAll(before, { [name]: set[name] }));
    const values: Record<string, unknown> = {};
    const kept: string[] = [];
    for (const name of changed) {
      const was = valueBack(before[name], set[name]);
      const isTaken = was !== null || properties[name]?.clearable === true;
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
    const cells = back.cells?.(values) ?? values;
    const isWhole = Object.entries(back.fields).every(
      ([name, { required }]) => !required || name === "user" || Object.hasOwn(cells, name),
    );
    return {
      operation: isWhole ? back.operation : byUpdate.operation,
      cells: { user: object, ...(isWhole ? cells : values) },
      onlyIf: Object.fromEntries(Object.keys(values).map((name) => [name, set[name]])),
      ...(kept.length > 0 && { kept }),
    };
  };

/** Undoes a row that gave a property one of two values by `operation`, which gives the other. */
export const otherValueBack =
  (set: Properties, operation: string, other?: Properties) =>
  (done: DoneRow): Inverse => {
    const { object, before } = done;
    if (before === undefined) return lacksBefore;
    if (hasAll(before, set)) return changedNothing;
    // What was neither of the two is set as it was.
    return other === undefined || hasAll(before, other)
      ? { operation, cells: { user: object }, onlyIf: set }
      : valuesBack()(done);
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
