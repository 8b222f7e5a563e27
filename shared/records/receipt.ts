import type { Settled } from "../catalogue/row.ts";

/** A row that has its verdict. */
export type SettledRow = Settled & { readonly row: number };

/** What became of one row in one post. */
export type Receipt =
  | SettledRow
  /** Graph did not do it; it is sent again, not before `until`. */
  | {
      readonly row: number;
      readonly retry: string;
      readonly throttled: boolean;
      readonly until?: string | undefined;
    }
  /** It never left: the intent stands for nothing and is no attempt. */
  | { readonly row: number; readonly unsent: string }
  /** A look at the directory shows that it was not done, so far; it is sent again, not before `until`. */
  | { readonly row: number; readonly absent: string; readonly until: string }
  /**
   * It may have been done; it is looked at, not before `until`. `answered`: Graph answered, so that
   * nothing of it is under way any more.
   */
  | {
      readonly row: number;
      readonly doubt: string;
      readonly answered: boolean;
      readonly until?: string | undefined;
    };

/**
 * The settled rows of a shard by row, out of its journal. Rows that the plan settled need not be in
 * it; a row to be written that is absent is `pending`.
 */
export type Outcomes = (shard: number) => Promise<ReadonlyMap<number, Settled>>;
