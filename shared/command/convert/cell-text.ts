import type { Cell, CellValue } from "hucre/xlsx";

/** A number format that only adds zeros at the beginning, such as 00000. */
const ZEROS = /^0{2,}$/;

/** A spreadsheet keeps so many digits of a number, and writes zeros for the others. */
const DIGITS_KEPT = 15;

/** A cell as text, or what is wrong with it. */
export type CellText =
  | { readonly text: string; readonly isCut?: boolean }
  | { readonly broken: string };

/**
 * A cell of a workbook as CSV has it, without loss: a number as it is kept, with the zeros that its format
 * shows at the beginning; a date as 2026-11-21, with a time as an instant in UTC; a formula as the value that
 * was computed last.
 */
export function cellText(value: CellValue, cell: Cell | undefined): CellText {
  const isFormula = cell?.formula !== undefined;
  if (cell?.type === "error") return { broken: "holds an error" };
  if (value === null) {
    return isFormula ? { broken: "holds a formula that was never computed" } : { text: "" };
  }
  if (typeof value === "string") return { text: value };
  if (typeof value === "boolean") return { text: String(value) };
  if (value instanceof Date) return dateText(value);
  if (typeof value === "number") return numberText(value, cell?.style?.numFmt);
  return { broken: "holds something that is neither text nor number nor date" };
}

function dateText(date: Date): CellText {
  if (Number.isNaN(date.getTime())) return { broken: "holds a date that is not in the calendar" };
  const text = date.toISOString();
  return { text: text.endsWith("T00:00:00.000Z") ? text.slice(0, 10) : text.replace(".000Z", "Z") };
}

function numberText(value: number, format: string | undefined): CellText {
  if (!Number.isFinite(value)) return { broken: "holds no number" };
  if (!Number.isInteger(value)) return { text: plain(value) };
  const digits = BigInt(Math.abs(value)).toString();
  const padded =
    format !== undefined && ZEROS.test(format) ? digits.padStart(format.length, "0") : digits;
  const isCut = digits.length > DIGITS_KEPT && digits.endsWith("0");
  return { text: `${value < 0 ? "-" : ""}${padded}`, ...(isCut && { isCut }) };
}

/** A fraction without an exponent. */
function plain(value: number): string {
  const text = String(value);
  const [, mantissa = "", exponent] = /^(.+)e-(\d+)$/.exec(text) ?? [];
  if (exponent === undefined) return text;
  const digits = mantissa.replace(/[-.]/g, "");
  return `${value < 0 ? "-" : ""}0.${"0".repeat(Number(exponent) - 1)}${digits}`;
}
