import { readFileSync } from "node:fs";

import type { Sheet } from "hucre/xlsx";

import { CommandError, usageError } from "../terminal/command-error.ts";
import { cellText } from "./cell-text.ts";
import type { Table } from "./table.ts";

/**
 * A sheet of a workbook (.xlsx, .xlsm) as texts: the one that is named, or the only one that is not hidden and
 * not empty.
 *
 * @throws CommandError if there is no such sheet, or a cell has no value that can be sent
 */
export async function readWorkbook(
  path: string,
  {
    sheet: wanted,
    note,
  }: { readonly sheet?: string | undefined; readonly note: (text: string) => void },
): Promise<Table> {
  const { sheets } = await read(path);
  const sheet = chosen(sheets, wanted);
  const [first = 0] = sheet.rows.flatMap((row, at) => (isEmpty(row) || isVersion(row) ? [] : at));
  const header = (sheet.rows[first] ?? []).map((_, at) => textAt(sheet, first, at, note).trim());
  while (header.at(-1) === "") header.pop();
  const computed = rowsWithFormulas(sheet);
  const rows = sheet.rows.slice(first + 1).flatMap((row, below) => {
    const at = first + 1 + below;
    if (isEmpty(row) && !computed.has(at)) return [];
    const stray = row.findIndex(
      (value, column) => isFilled(value) && (header[column] ?? "") === "",
    );
    if (stray >= 0) throw refused(sheet, at, stray, "has a value, and its column has no name");
    return [header.map((_, column) => textAt(sheet, at, column, note))];
  });
  if (rows.length === 0)
    throw usageError(
      `The sheet ${sheet.name} has no rows.`,
      "Fill it, or name another sheet with --sheet.",
    );
  return {
    header,
    rows: (async function* all() {
      yield* rows;
    })(),
  };
}

async function read(path: string): Promise<{ readonly sheets: readonly Sheet[] }> {
  const { readXlsx } = await import("hucre/xlsx");
  try {
    return await readXlsx(readFileSync(path), { readStyles: true });
  } catch (cause) {
    throw new CommandError(
      "The file is no workbook that can be read.",
      "Open it and save it as .xlsx, without a password; or as CSV UTF-8.",
      { cause },
    );
  }
}

function chosen(sheets: readonly Sheet[], wanted: string | undefined): Sheet {
  const filled = sheets.filter(({ rows }) => rows.some((row) => !isEmpty(row)));
  const shown = filled.filter(({ hidden, veryHidden }) => hidden !== true && veryHidden !== true);
  const named = wanted === undefined ? shown : filled.filter(({ name }) => name === wanted);
  const [only, ...more] = named;
  if (only !== undefined && more.length === 0) return only;
  const names = filled.map(({ name }) => name).join(", ");
  if (filled.length === 0) throw usageError("The workbook is empty.", "Fill a sheet.");
  throw wanted === undefined
    ? usageError(
        "The workbook has several sheets, or hidden ones only.",
        `Say which with --sheet: ${names}.`,
      )
    : usageError(`The workbook has no sheet ${wanted} with cells.`, `It has ${names}.`);
}

/** The rows that have a formula, perhaps without a value. */
const rowsWithFormulas = ({ cells }: Sheet): ReadonlySet<number> =>
  new Set(
    [...(cells ?? [])].flatMap(([place, { formula }]) =>
      formula === undefined ? [] : Number(place.split(",")[0]),
    ),
  );

const isFilled = (value: unknown): boolean =>
  value !== null && value !== undefined && (typeof value !== "string" || value.trim() !== "");
const isEmpty = (row: readonly unknown[]): boolean => !row.some(isFilled);

/** The first line of Entra's bulk templates. */
const isVersion = ([first]: readonly unknown[]): boolean =>
  typeof first === "string" && /^version:v\d/i.test(first);

function textAt(sheet: Sheet, row: number, column: number, note: (text: string) => void): string {
  const value = sheet.rows[row]?.[column] ?? null;
  const found = cellText(value, sheet.cells?.get(`${row},${column}`));
  if ("broken" in found) throw refused(sheet, row, column, found.broken);
  if (found.isCut) {
    note(
      `Cell ${cellName(row, column)} is a number of more than 15 digits, of which a spreadsheet keeps 15. Check it.`,
    );
  }
  return found.text;
}

const refused = ({ name }: Sheet, row: number, column: number, what: string): CommandError =>
  usageError(
    `Cell ${cellName(row, column)} of sheet ${name} ${what}.`,
    "Correct it in the workbook, and save it there.",
  );

/** `B7` */
function cellName(row: number, column: number): string {
  let letters = "";
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
  }
  return `${letters}${row + 1}`;
}
