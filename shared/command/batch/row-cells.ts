import { ABOUT } from "../../batches/report/report-picks.ts";
import type { Cells } from "../terminal/table.ts";
import type { KnownRow } from "./rows.ts";

/** A row as a table shows it: whom it is about, what became of it, and what to do. */
export function rowCells(row: KnownRow): Cells {
  const about = ABOUT.flatMap((name) => {
    const cell = row.cells[name];
    return typeof cell === "string" && cell !== "" ? [cell] : [];
  });
  const { verdict, reason, fix, objectId, requestId, finishedAt } = row;
  return {
    row: row.row,
    operation: row.operation,
    about: about.slice(0, 2).join(" "),
    verdict,
    reason,
    fix,
    objectId,
    requestId,
    finishedAt: finishedAt?.slice(0, 19),
  };
}
