import { type ReadyWrite, type Receipt, isPending } from "../../catalogue/row.ts";
import type { RowHistory } from "../../records/history/row-history.ts";
import type { OpenRow } from "../schedule/open-row.ts";

/** A row that went first, and was done: it is read back before the others of its kind go. */
export interface CanaryRow {
  readonly row: number;
  readonly operation: string;
  readonly write: ReadyWrite;
  readonly history: RowHistory;
}

/**
 * The first rows of a batch, some of each operation: they go alone, are read back, and only then the others
 * of their operation follow. A runner that takes over begins anew with the next rows. Pure.
 */
export interface Canary {
  /** Whether a row may go: it is one of the first, or those of its operation were read back. */
  mayGo(row: Pick<OpenRow, "row" | "operation">): boolean;
  /** A row got its verdict. */
  ended(row: Pick<OpenRow, "row" | "operation" | "write">, history: RowHistory): void;
  /** The rows of one operation that wait to be read back; each operation is offered until it is settled. */
  due(): { readonly operation: string; readonly rows: readonly CanaryRow[] } | undefined;
  /** The rows of an operation are in the directory as they were written. */
  passed(operation: string): void;
  /** They are not, for this reason, in a whole sentence. */
  failed(operation: string, reason: string): void;
  trouble(): string | undefined;
}

/** One operation's first rows. */
interface First {
  readonly chosen: Set<number>;
  readonly done: CanaryRow[];
  ended: number;
  unexplained: number;
  isOver: boolean;
}

/** At most this share of the first rows of an operation may fail without an explanation. */
const MOST_UNEXPLAINED = 0.25;

/** `rows` go first, shared among the batch's operations; 0 for no canary. */
export function createCanary(
  rows: number,
  operations: Readonly<Record<string, { readonly writes: number }>>,
): Canary {
  const kinds = Object.values(operations).filter(({ writes }) => writes > 0).length;
  const most = Math.ceil(rows / Math.max(1, kinds));
  const firsts = new Map<string, First>();
  const troubles: string[] = [];
  const firstOf = (operation: string): First => {
    const known = firsts.get(operation);
    if (known) return known;
    const first = { chosen: new Set<number>(), done: [], ended: 0, unexplained: 0, isOver: false };
    firsts.set(operation, first);
    return first;
  };
  return {
    mayGo: ({ row, operation }) => {
      if (most === 0) return true;
      const first = firstOf(operation);
      if (first.chosen.has(row)) return true;
      if (troubles.length > 0) return false;
      if (first.isOver) return true;
      if (first.chosen.size >= most) return false;
      first.chosen.add(row);
      return true;
    },
    ended: ({ row, operation, write }, history) => {
      const first = firsts.get(operation);
      if (first === undefined || first.isOver || !first.chosen.has(row)) return;
      first.ended += 1;
      if (isUnexplained(history.receipt)) first.unexplained += 1;
      if (history.receipt?.verdict === "done" && !isPending(write)) {
        first.done.push({ row, operation, write, history });
      }
    },
    due: () => {
      for (const [operation, first] of firsts) {
        if (first.isOver || first.chosen.size < most || first.ended < first.chosen.size) continue;
        return { operation, rows: first.done };
      }
      return undefined;
    },
    passed: (operation) => {
      const first = firstOf(operation);
      const { unexplained, chosen } = first;
      if (unexplained > chosen.size * MOST_UNEXPLAINED) {
        troubles.push(`${unexplained} of the first ${chosen.size} rows of ${operation} failed.`);
      }
      first.isOver = true;
    },
    failed: (operation, reason) => {
      firstOf(operation).isOver = true;
      troubles.push(reason);
    },
    trouble: () => troubles[0],
  };
}

const isUnexplained = (receipt: Receipt | undefined): boolean =>
  receipt?.verdict === "failed" && receipt.cause !== undefined;
