import type { ReportRow } from "./report-row.ts";
import type { ReportSummary } from "./report-summary.ts";

/** report.json up to its first row. */
export function jsonHead(summary: ReportSummary): string {
  const { reason, fix, ...facts } = summary;
  const head = JSON.stringify({ version: 1, ...facts, reason, fix }, undefined, 2);
  return `${head.slice(0, -2)},\n  "rows": [`;
}

/** The rows of report.json, each on a line of its own; the parts of a row stand in it. */
export interface JsonRows {
  /** The text that adds a row. */
  add(row: ReportRow): string;
  /** The text that ends the last row. */
  end(): string;
}

export function createJsonRows(): JsonRows {
  let isFirst = true;
  /** A row is open, of which the parts are written; it has `count` so far. */
  let isOpen = false;
  let count = 0;
  return {
    add: (row) => {
      const text = textOf(row);
      const before = isFirst ? "" : ",";
      isFirst = false;
      if (row.parts === undefined) {
        if (!isOpen) return `${before}\n    ${text}`;
        count += 1;
        return `${count === 1 ? "" : ","}\n      ${text}`;
      }
      const ended = isOpen ? "]}" : "";
      isOpen = true;
      count = 0;
      return `${ended}${before}\n    ${text.slice(0, -1)},"parts":[`;
    },
    end: () => (isOpen ? "]}" : ""),
  };
}

function textOf({ row, operation, cells, part, parts, ...ending }: ReportRow): string {
  if (parts !== undefined) {
    return JSON.stringify({ inputRow: row, operation, input: cells, ...ending });
  }
  const place = part && { inputRow: part.of, part: part.at };
  return JSON.stringify({ row, ...place, operation, input: cells, ...ending });
}

/** The end of report.json; `missing` says what the reports lack. */
export const jsonTail = (missing: readonly string[]): string =>
  missing.length === 0 ? "\n  ]\n}\n" : `\n  ],\n  "missing": ${JSON.stringify(missing)}\n}\n`;
