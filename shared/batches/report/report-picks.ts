import {
  noVerdicts,
  type Proof,
  type Properties,
  type Verdict,
  type VerdictCounts,
} from "../../catalogue/row.ts";
import { OPERATION } from "../input/columns.ts";
import type { ReportRow } from "./report-row.ts";
import { cellText } from "./report-words.ts";
import { sumOf } from "./status.ts";

/** The most rows and the most different reasons that the page shows. */
const MOST_ROWS = 2_000;
const MOST_REASONS = 40;
/** The rows of one verdict have at most so many characters together; the page shows fewer rows then. */
const MOST_CHARACTERS = 2_000_000;
/** A text of the page has at most so many characters: a cell, and a reason or a fix. */
const LONGEST_CELL = 200;
const MOST_PROPERTIES = 20;
const LONGEST_REASON = 1_500;

/** The columns that name the objects of a row, in the order in which they are shown. */
export const ABOUT = ["user", "userPrincipalName", "member", "group", "displayName"] as const;

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
  /** The rows that were sent, by verdict, if they have parts. */
  readonly sent?: VerdictCounts | undefined;
  /** Those that need attention first, then in the order of the input. */
  readonly rows: readonly ReportRow[];
  /** Those that need attention first, then the most frequent first. */
  readonly reasons: readonly CommonReason[];
  /** In the order of their first row; rows with an unknown operation have the name "". */
  readonly operations: readonly OperationCounts[];
  /** Rows changed in each second since the epoch. */
  readonly changes: WriteCounts["bySecond"];
}

/** Collects from all rows what the page shows, and keeps no more than that. */
export interface Picks {
  add(row: ReportRow): void;
  value(): Picked;
}

export function createPicks(most = MOST_ROWS): Picks {
  const byVerdict = new Map<Verdict, Bucket>(
    ORDER.map((verdict) => [verdict, { rows: [], characters: 0 }]),
  );
  const reasons = new Map<string, CommonReason>();
  const operations = new Map<string, VerdictCounts>();
  const changes = countWrites();
  /** Parts stand below their row, wherever their own verdicts belong. */
  let above: Verdict | undefined;
  let sent: VerdictCounts | undefined;
  return {
    add: (row) => {
      const { verdict } = row;
      if (row.parts !== undefined) {
        above = verdict;
        sent ??= noVerdicts();
        sent[verdict] += 1;
      }
      const bucket = byVerdict.get(above ?? verdict);
      if (bucket) put(row, bucket, most);
      if (row.parts !== undefined) return;
      changes.add(row);
      const reason = row.reason && shortened(row.reason, LONGEST_REASON);
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
        reasons.set(key, {
          verdict,
          reason,
          fix: row.fix && shortened(row.fix, LONGEST_REASON),
          rows: 1,
          first: row.row,
        });
      }
    },
    value: () => ({
      sent,
      changes: changes.bySecond,
      operations: [...operations].map(([name, verdicts]) => ({
        name,
        rows: sumOf(verdicts),
        verdicts,
      })),
      rows: ORDER.flatMap((verdict) => byVerdict.get(verdict)?.rows ?? []).slice(0, most),
      reasons: [...reasons.values()].toSorted(
        (a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict) || b.rows - a.rows,
      ),
    }),
  };
}

const opened = (fix: string | undefined): string | undefined =>
  fix?.replace(/\b(row) \d+/gi, "$1 …");

/** The rows of one verdict that the page may show. */
interface Bucket {
  readonly rows: ReportRow[];
  characters: number;
}

function put(row: ReportRow, bucket: Bucket, most: number): void {
  if (bucket.rows.length >= most || bucket.characters >= MOST_CHARACTERS) return;
  const short = shortRow(row);
  bucket.rows.push(short);
  bucket.characters += JSON.stringify(short).length;
}

/** The row with no more of it than the page shows. */
function shortRow(row: ReportRow): ReportRow {
  const shown = [...ABOUT, OPERATION].flatMap((name): [string, string][] => {
    const text = cellText(row.cells[name]);
    return text === "" ? [] : [[name, shortened(text, LONGEST_CELL)]];
  });
  return {
    ...row,
    cells: Object.fromEntries(shown),
    before: row.before && shortValues(row.before),
    after: row.after && shortValues(row.after),
    reason: row.reason && shortened(row.reason, LONGEST_REASON),
    fix: row.fix && shortened(row.fix, LONGEST_REASON),
  };
}

/** The first properties, each no longer than the page shows. */
const shortValues = (values: Properties): Properties =>
  Object.fromEntries(
    Object.entries(values)
      .slice(0, MOST_PROPERTIES)
      .map(([name, value]) => [
        name,
        value === null ? null : shortened(cellText(value), LONGEST_CELL),
      ]),
  );

const shortened = (text: string, longest: number): string =>
  text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;

/** Counts the rows that were changed in each second of a batch. */
interface WriteCounts {
  add(row: Proof & { readonly verdict: Verdict }): void;
  /** By second since the epoch. */
  readonly bySecond: ReadonlyMap<number, number>;
}

/** Begins to count; a batch of a day has 86,400 seconds. */
function countWrites(): WriteCounts {
  const bySecond = new Map<number, number>();
  return {
    bySecond,
    add: ({ verdict, attempts = 0, finishedAt }) => {
      if (verdict !== "done" || attempts === 0 || finishedAt === undefined) return;
      const second = Math.floor(Date.parse(finishedAt) / 1000);
      bySecond.set(second, (bySecond.get(second) ?? 0) + 1);
    },
  };
}
