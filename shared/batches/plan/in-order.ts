import type { Found } from "../../catalogue/operation.ts";
import { type PlannedWrite, creatorsOf } from "../../catalogue/row.ts";

/** The write with the earlier rows that it comes after, or needs. `givers`: those that free its seats. */
export function inOrder(
  write: PlannedWrite,
  before: readonly number[],
  givers: readonly number[],
  found: Readonly<Record<string, Found>>,
): PlannedWrite {
  const after = earliestFirst([...before, ...givers, ...creatorsOf(write)]);
  const restoredBy = restorerIn(found);
  const needs = earliestFirst([...(restoredBy === undefined ? [] : [restoredBy]), ...givers]);
  return {
    ...write,
    ...(restoredBy !== undefined && { afterRestore: true }),
    ...(needs.length > 0 && { needs }),
    ...(after.length > 0 && { after }),
  };
}

const earliestFirst = (rows: readonly number[]): readonly number[] =>
  [...new Set(rows)].toSorted((a, b) => a - b);

/** The earlier row that restores something which the row names. */
const restorerIn = (found: Readonly<Record<string, Found>>): number | undefined =>
  Object.values(found)
    .map((one) => (one.state === "found" ? one.restoredBy : undefined))
    .find((row) => row !== undefined);
