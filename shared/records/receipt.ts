import { type Properties, type Receipt, isFinalVerdict } from "../catalogue/row.ts";

/** A row that has its final verdict. A journal keeps it flat: `{"row": 1, "verdict": "done", …}`. */
export interface RowReceipt {
  readonly kind: "final";
  readonly row: number;
  readonly receipt: Receipt;
}

/**
 * What became of a row in one post, or what a look at the directory showed. A journal keeps the reason
 * under a name of its own for each kind: `{"row": 1, "retry": "…", "throttled": true, "until": "…"}`.
 */
export type RowOutcome =
  | RowReceipt
  | ({ readonly row: number; readonly reason: string } & (
      | /** Graph did not make the change; the row is sent again, not before `until`. */ {
          readonly kind: "again";
          readonly throttled: boolean;
          readonly until?: string | undefined;
        }
      | /** The post never left: the intent does not count, and it was no attempt. */ {
          readonly kind: "unsent";
        }
      | /** A look shows that the change is not made so far; the row is sent again, not before `until`. */ {
          readonly kind: "absent";
          readonly until: string;
        }
      | /**
         * The change may have been made; the directory is looked at, not before `until`. `answered`: Graph
         * answered, so that nothing of it is under way any more.
         */ {
          readonly kind: "doubt";
          readonly answered: boolean;
          /** Graph refused what was sent last: if the change is there, an earlier send made it. */
          readonly refused?: boolean | undefined;
          readonly until?: string | undefined;
        }
    ));

/** An outcome as a journal keeps it. */
export function storedOutcome(outcome: RowOutcome): object {
  const { row } = outcome;
  if (outcome.kind === "final") return { row, ...outcome.receipt };
  const { reason } = outcome;
  switch (outcome.kind) {
    case "again":
      return { row, retry: reason, throttled: outcome.throttled, until: outcome.until };
    case "unsent":
      return { row, unsent: reason };
    case "absent":
      return { row, absent: reason, until: outcome.until };
    case "doubt":
      return {
        row,
        doubt: reason,
        answered: outcome.answered,
        ...(outcome.refused && { refused: true }),
        until: outcome.until,
      };
  }
}

/** An outcome out of a journal; `undefined` if it is damaged. */
export function readOutcome(stored: Properties): RowOutcome | undefined {
  if (Object.hasOwn(stored, "verdict")) return readReceipt(stored);
  const { row, retry, unsent, absent, doubt, throttled, answered, until } = stored;
  if (typeof row !== "number") return undefined;
  if (until !== undefined && typeof until !== "string") return undefined;
  if (typeof unsent === "string") return { kind: "unsent", row, reason: unsent };
  if (typeof absent === "string") {
    return until === undefined ? undefined : { kind: "absent", row, reason: absent, until };
  }
  if (typeof doubt === "string" && typeof answered === "boolean") {
    const refused = stored["refused"] === true ? { refused: true } : {};
    return { kind: "doubt", row, reason: doubt, answered, ...refused, until };
  }
  if (typeof retry === "string" && typeof throttled === "boolean") {
    return { kind: "again", row, reason: retry, throttled, until };
  }
  return undefined;
}

/** A receipt out of a journal; `undefined` if it is damaged. */
export function readReceipt({ row, ...receipt }: Properties): RowReceipt | undefined {
  if (typeof row !== "number" || !isFinalVerdict(receipt)) return undefined;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own record, whose verdict was checked
  return { kind: "final", row, receipt: receipt as unknown as Receipt };
}

/**
 * The receipts of a shard by row, out of its journal. Rows that have their verdict from the plan need
 * not be in it; a row to be written that is absent is `pending`.
 */
export type Receipts = (shard: number) => Promise<ReadonlyMap<number, Receipt>>;
