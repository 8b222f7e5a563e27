import { type FinalVerdict, isFinalVerdict } from "../../catalogue/row.ts";
import { isRecord } from "../../core/record.ts";
import type { PartPlace } from "../../records/shard.ts";
import type { InputRow } from "../formats/input-row.ts";

/** The column with the number of the row that was sent, of which this row is a part. */
export const INPUT_ROW = "inputRow";

/** The column that says which of its parts it is; 1 for the first. */
export const PART = "part";

/**
 * The column with the numbers of earlier parts that must end done or unchanged, else this one is skipped. A
 * row that has it, even with no number, comes after the parts before it.
 */
export const NEEDS = "needs";

/** The column with the verdict of a part that the expansion gave already. */
export const SETTLED = "settled";

/** The columns that only parts have. */
export const partColumns: readonly string[] = [INPUT_ROW, PART, NEEDS, SETTLED];

/** The place of a part; `undefined` for a row that is none. */
export function placeOf({ cells }: InputRow): PartPlace | undefined {
  const { [INPUT_ROW]: of, [PART]: at, [NEEDS]: needs } = cells;
  if (typeof of !== "number" || typeof at !== "number") return undefined;
  return { of, at, ...(Array.isArray(needs) && { isOrdered: true as const }) };
}

/** The parts of the same row that the part needs. */
export function needsOf({ cells }: InputRow): readonly number[] {
  const needs: unknown = cells[NEEDS];
  return Array.isArray(needs) ? needs.filter((each) => typeof each === "number") : [];
}

/** The verdict that the expansion gave the part, if it did. */
export function settledOf({ cells }: InputRow): FinalVerdict | undefined {
  const settled = cells[SETTLED];
  if (!isRecord(settled) || !isFinalVerdict(settled)) return undefined;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own record, whose shape was checked
  return settled as unknown as FinalVerdict;
}
