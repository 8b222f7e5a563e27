import type { Properties } from "../../catalogue/row.ts";
import { isRecord } from "../../core/record.ts";
import type { InputRow } from "../formats/input-row.ts";
import { partColumns } from "./part-columns.ts";

/** The column with the number that the row has in the batch which is sent again or undone. */
export const ORIGINAL_ROW = "originalRow";

/** The column with the values that the user must still have; with others, the row is skipped. */
export const ONLY_IF = "onlyIf";

/** The column of a row that undoes nothing: why, and what to do. */
export const NOT_UNDONE = "notUndone";

/** The columns that only an input which this program made has: out of another batch, or by expanding one. */
export const originColumns: readonly string[] = [ORIGINAL_ROW, ONLY_IF, NOT_UNDONE, ...partColumns];

/** The values that the user must still have, if the row names any. */
export function onlyIfOf({ cells }: InputRow): Properties | undefined {
  const raw = cells[ONLY_IF];
  return isRecord(raw) ? raw : undefined;
}

/** Why the row undoes nothing, if it does not. */
export function notUndoneOf({
  cells,
}: InputRow): { readonly reason: string; readonly fix: string } | undefined {
  const raw: unknown = cells[NOT_UNDONE];
  const [reason, fix]: readonly unknown[] = Array.isArray(raw) ? raw : [];
  return typeof reason === "string" && typeof fix === "string" ? { reason, fix } : undefined;
}
