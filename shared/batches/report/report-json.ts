import type { ReportRow } from "./report-rows.ts";
import type { ReportSummary } from "./report-summary.ts";

/** report.json up to its first row. */
export function jsonHead(summary: ReportSummary): string {
  const { reason, fix, ...facts } = summary;
  const head = JSON.stringify({ version: 1, ...facts, reason, fix }, undefined, 2);
  return `${head.slice(0, -2)},\n  "rows": [`;
}

/** One row of report.json, on a line of its own; `isFirst` for the first row of the report. */
export const jsonRow = (
  { row, operation, cells, ...ending }: ReportRow,
  isFirst: boolean,
): string =>
  `${isFirst ? "" : ","}\n    ${JSON.stringify({ row, operation, input: cells, ...ending })}`;

/** The end of report.json; `missing` says what the reports lack. */
export const jsonTail = (missing: readonly string[]): string =>
  missing.length === 0 ? "\n  ]\n}\n" : `\n  ],\n  "missing": ${JSON.stringify(missing)}\n}\n`;
