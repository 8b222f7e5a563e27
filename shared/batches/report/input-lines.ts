import { noVerdicts, type Verdict, type VerdictCounts } from "../../catalogue/row.ts";
import type { BatchManifest } from "../../records/manifest.ts";
import type { PartPlace } from "../../records/shard.ts";
import { OPERATION } from "../input/columns.ts";
import type { Ending, ReportRow } from "./report-row.ts";

/** The verdicts of parts, the worst first: the first that a part has is that of its row. */
const WORST_FIRST: readonly Verdict[] = [
  "failed",
  "held",
  "pending",
  "skipped",
  "done",
  "unchanged",
];

/** So many reasons are kept; rows after them say where theirs stands. */
const MOST_REASONS = 10_000;

/** A part, as far as it decides the verdict of its row. */
interface EndedPart extends Ending {
  readonly row: number;
  readonly operation: string;
  readonly part?: PartPlace | undefined;
}

/** The rows of an input that was expanded, by the verdicts of their parts. */
export interface InputLines {
  /** The line above the parts of a row. */
  lineOf(row: number, cells: ReportRow["cells"]): ReportRow;
  /** The rows that were sent by verdict. */
  counts(): VerdictCounts;
}

/** Notes all parts first: 10 bytes a row that was sent, and a bounded number of reasons. */
export function createInputLines(manifest: BatchManifest): InputLines & {
  add(part: EndedPart): void;
} {
  const worst = new Uint8Array(manifest.rows + 1).fill(WORST_FIRST.length);
  const parts = new Uint32Array(manifest.rows + 1);
  const alike = new Uint32Array(manifest.rows + 1);
  const reasons = new Map<number, Pick<ReportRow, "reason" | "fix" | "objectId">>();
  const verdictOf = (row: number): Verdict => WORST_FIRST[worst[row] ?? 0] ?? "pending";
  return {
    add: (ended) => {
      const { part, verdict } = ended;
      if (part === undefined || part.of > manifest.rows) return;
      parts[part.of]! += 1;
      const rank = WORST_FIRST.indexOf(verdict);
      if (rank > worst[part.of]!) return;
      if (rank === worst[part.of]) {
        alike[part.of]! += 1;
        return;
      }
      worst[part.of] = rank;
      alike[part.of] = 1;
      reasons.delete(part.of);
      if (reasons.size < MOST_REASONS) reasons.set(part.of, whyOf(ended));
    },
    lineOf: (row, cells) => {
      const verdict = verdictOf(row);
      const { reason, ...why } = reasons.get(row) ?? {};
      const count = parts[row] ?? 0;
      const said = verdict === "done" || verdict === "unchanged" ? undefined : reason;
      const some = `${alike[row]} of ${count} parts ${verdict}`;
      const operation = manifest.operation ?? textOf(cells[OPERATION]);
      return {
        row,
        operation,
        cells,
        verdict,
        ...(said !== undefined && { reason: count === 1 ? said : `${some}; ${said}` }),
        ...(verdict !== "done" && verdict !== "unchanged" && { fix: why.fix }),
        ...(why.objectId !== undefined && { objectId: why.objectId }),
        parts: count,
      };
    },
    counts: () => {
      const counts = noVerdicts();
      for (let row = 1; row <= manifest.rows; row++) counts[verdictOf(row)] += 1;
      return counts;
    },
  };
}

const whyOf = ({ part, operation, reason, fix, objectId }: EndedPart) => ({
  reason: `part ${part?.at ?? 1} (${operation})${reason === undefined ? "." : `: ${reason}`}`,
  fix,
  objectId,
});

const textOf = (cell: unknown): string => (typeof cell === "string" ? cell.trim() : "");
