import type { InputFault } from "./input-row.ts";

/** What a last line says in place of a row: nothing comes after it, so that a file which was cut off lacks it. */
const END = "(end)";

/** That the input ends, and how many rows it has, if it says so. */
export interface EndMark {
  readonly rows?: number | undefined;
}

/** Reads `(end)` or `(end),120` as the cells of a line of CSV; `undefined` if it is a row. */
export function endInCells(cells: readonly string[]): EndMark | undefined {
  const [mark = "", rows = "", ...others] = cells.map((cell) => cell.trim());
  if (mark.toLowerCase() !== END || others.some((cell) => cell !== "")) return undefined;
  if (rows === "") return {};
  return /^\d{1,9}$/.test(rows) ? { rows: Number(rows) } : undefined;
}

/** Reads `{"(end)": 120}` or `{"(end)": true}` as an object of JSON Lines. */
export function endInObject(object: Readonly<Record<string, unknown>>): EndMark | undefined {
  const { [END]: rows, ...others } = object;
  if (Object.keys(others).length > 0) return undefined;
  if (rows === true) return {};
  return typeof rows === "number" ? { rows } : undefined;
}

/** What is wrong if a mark says another number of rows than there are. */
export const endFault = ({ rows }: EndMark, found: number): InputFault | undefined =>
  rows === undefined || rows === found
    ? undefined
    : {
        code: "FILE_CUT_OFF",
        what: `The file has ${found.toLocaleString("en")} rows, and its line ${END} says ${rows.toLocaleString("en")}.`,
        fix: "Upload the whole file again; it was probably cut off or put together on its way. If its rows are right, correct the number.",
      };

/** What is wrong with something behind the mark. */
export const behindEnd = (place: { readonly row?: number; readonly line: number }): InputFault => ({
  code: "FILE_UNREADABLE",
  what: `it comes after the line ${END}, which says that the file has ended`,
  fix: `Remove the line ${END} before it, or what comes after it.`,
  ...place,
});
