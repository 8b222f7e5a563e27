import { noVerdicts, type Verdict, type VerdictCounts } from "../../catalogue/row.ts";
import type { ReportRow } from "./report-rows.ts";
import { sumOf } from "./status.ts";

/** The most rows and the most different reasons that the page shows. */
const MOST_ROWS = 2_000;
const MOST_REASONS = 40;

/** The verdicts, those that need attention first. */
const ORDER: readonly Verdict[] = ["failed", "held", "skipped", "pending", "unchanged", "done"];

/** One reason and how many rows have it; numbers of other rows in it are replaced by "…". */
interface CommonReason {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly fix?: string | undefined;
  readonly rows: number;
  /** The first row that has it. */
  readonly first: number;
}

/** The verdicts of one operation's rows. */
interface OperationCounts {
  readonly name: string;
  readonly rows: number;
  readonly verdicts: VerdictCounts;
}

/** What the page shows of the rows. */
export interface Picked {
  /** Those that need attention first, then in the order of the input. */
  readonly rows: readonly ReportRow[];
  /** Those that need attention first, then the most frequent first. */
  readonly reasons: readonly CommonReason[];
  /** In the order of their first row; rows with an unknown operation have the name "". */
  readonly operations: readonly OperationCounts[];
}

/** Collects from all rows what the page shows, and keeps no more than that. */
export function createPicks(most = MOST_ROWS): { add(row: ReportRow): void; value(): Picked } {
  const byVerdict = new Map<Verdict, ReportRow[]>(ORDER.map((verdict) => [verdict, []]));
  const reasons = new Map<string, CommonReason>();
  const operations = new Map<string, VerdictCounts>();
  return {
    add: (row) => {
      const rows = byVerdict.get(row.verdict);
      if (rows !== undefined && rows.length < most) rows.push(row);
      const { verdict, reason } = row;
      const counts = operations.get(row.operation) ?? noVerdicts();
      counts[verdict] += 1;
      operations.set(row.operation, counts);
      if (reason === undefined || verdict === "done" || verdict === "unchanged") return;
      const open = reason.replace(/\b([Rr]ow) \d+/g, "$1 …");
      const key = `${verdict} ${open}`;
      const known = reasons.get(key);
      if (known) {
        reasons.set(key, { ...known, reason: open, fix: opened(known.fix), rows: known.rows + 1 });
      } else if (reasons.size < MOST_REASONS) {
        reasons.set(key, { verdict, reason, fix: row.fix, rows: 1, first: row.row });
      }
    },
    value: () => ({
      operations: [...operations].map(([name, verdicts]) => ({
        name,
        rows: sumOf(verdicts),
        verdicts,
      })),
      rows: ORDER.flatMap((verdict) => byVerdict.get(verdict) ?? []).slice(0, most),
      reasons: [...reasons.values()].toSorted(
        (a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict) || b.rows - a.rows,
      ),
    }),
  };
}

const opened = (fix: string | undefined): string | undefined =>
  fix?.replace(/\b(row) \d+/gi, "$1 …");
