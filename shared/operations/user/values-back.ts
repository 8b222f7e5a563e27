import type { DoneRow, Inverse } from "../../catalogue/inverse.ts";
import { changedNothing, lacksBefore, valuesBefore } from "../../catalogue/parts/values-back.ts";
import type { Fields } from "../../catalogue/payload.ts";
import type { Properties } from "../../catalogue/row.ts";
import { hasAll } from "../../catalogue/same-value.ts";
import { userProperties } from "./user-properties.ts";

export { changedNothing, lacksBefore } from "../../catalogue/parts/values-back.ts";

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
  (done: DoneRow): Inverse => {
    const undone = valuesBefore(done, userProperties);
    if ("why" in undone) return undone;
    const { values, onlyIf, kept } = undone;
    const cells = back.cells?.(values) ?? values;
    const isWhole = Object.entries(back.fields).every(
      ([name, { required }]) => !required || name === "user" || Object.hasOwn(cells, name),
    );
    return {
      operation: isWhole ? back.operation : byUpdate.operation,
      cells: { user: done.object, ...(isWhole ? cells : values) },
      onlyIf,
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
