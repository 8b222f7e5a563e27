import { csvLine } from "../formats/csv.ts";
import { OPERATION } from "../input/columns.ts";
import { INPUT_ROW, NEEDS, PART, SETTLED } from "../input/part-columns.ts";
import type { ReportRow } from "./report-row.ts";
import { cellText } from "./report-words.ts";

/** The columns that a report adds to the input's own (docs/messages.md: what comes back). */
const OWN = [
  "verdict",
  "reason",
  "fix",
  "objectId",
  "requestId",
  "status",
  "attempts",
  "finishedAt",
  "before",
  "after",
] as const;

/** The columns of an input that was expanded: its own, then those that only its parts have. */
export function columnsWithParts(own: readonly string[], ofParts: readonly string[]): string[] {
  const inner: readonly string[] = [NEEDS, SETTLED];
  const all = new Set([INPUT_ROW, PART, ...own, OPERATION, ...ofParts]);
  return [...all].filter((name) => !inner.includes(name));
}

/** The columns of a report: the input's own, and whether it has one of sealed passwords. */
export interface ReportColumns {
  readonly columns: readonly string[];
  readonly hasPasswords?: boolean | undefined;
}

const ownOf = ({ hasPasswords }: ReportColumns): readonly (keyof ReportRow)[] =>
  hasPasswords ? [...OWN, "sealedPassword"] : OWN;

/** The header of report.csv. */
export const csvHeader = (report: ReportColumns): string =>
  csvLine([...report.columns.map(harmless), ...ownOf(report)]);

/**
 * What a spreadsheet takes for a formula (OWASP, CSV Injection), full-width forms included; a plain number is
 * none.
 */
const FORMULA = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;
const NUMBER = /^[+-]?\d+(?:[.,]\d+)?$/;

/** The text with an apostrophe before it if a spreadsheet would run it. Only report.csv is changed so. */
const harmless = (text: string): string =>
  FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;

/** One row of report.csv: its own cells as they were sent, then its verdict. */
export const csvRow = (report: ReportColumns, row: ReportRow): string =>
  csvLine([
    ...report.columns.map((name) => harmless(cellText(cellOf(row, name)))),
    ...ownOf(report).map((name) => harmless(cellText(row[name]))),
  ]);

/** A row that was sent has its number in the column in which its parts have it. */
function cellOf({ row, cells, operation, parts }: ReportRow, name: string): unknown {
  if (parts === undefined) return cells[name];
  if (name === INPUT_ROW) return row;
  return name === OPERATION ? operation : cells[name];
}
