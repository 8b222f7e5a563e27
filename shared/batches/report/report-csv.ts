import { csvLine } from "../input/csv.ts";
import type { ReportRow } from "./report-rows.ts";
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
] as const;

/** The header of report.csv. */
export const csvHeader = (columns: readonly string[]): string => csvLine([...columns, ...OWN]);

/** One row of report.csv: its own cells as they were sent, then its verdict. */
export const csvRow = (columns: readonly string[], row: ReportRow): string =>
  csvLine([
    ...columns.map((name) => cellText(row.cells[name])),
    ...OWN.map((name) => cellText(row[name])),
  ]);
