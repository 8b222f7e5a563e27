import type { FinalVerdict } from "../../catalogue/row.ts";
import { OPERATION } from "../input/columns.ts";
import { INPUT_ROW, NEEDS, PART, SETTLED } from "../input/part-columns.ts";

/** The cells of a row. */
export type Cells = Readonly<Record<string, unknown>>;

/** One row of an operation that a row of the input expands into. */
export interface Part {
  readonly operation: string;
  readonly cells: Cells;
  /** The earlier parts that must end well; absent if the part may go at any time. */
  readonly needs?: readonly number[];
  /** Its verdict, if it needs no planning. */
  readonly settled?: FinalVerdict;
}

/** A part as a row of the expanded input; `of` is the row that was sent, `at` is 1 for its first part. */
export const rowOf = (
  { operation, cells, needs, settled }: Part,
  of: number,
  at: number,
): Cells => ({
  [INPUT_ROW]: of,
  [PART]: at,
  ...(needs && { [NEEDS]: needs }),
  ...(settled && { [SETTLED]: settled }),
  ...cells,
  [OPERATION]: operation,
});

/** The only part of a row that cannot be expanded: the row as it was sent, with the reason. */
export const failedPart = (
  operation: string,
  cells: Cells,
  why: { readonly reason: string; readonly fix: string },
): Part => ({ operation, cells, settled: { verdict: "failed", ...why } });
