import type { Properties, Receipt, Verdict } from "../../catalogue/row.ts";
import type { PartPlace } from "../../records/shard.ts";

/** The verdict of a row with its proof; `pending` if it has none yet. */
export type Ending = Omit<Receipt, "verdict"> & { readonly verdict: Verdict };

/** A row of a report: its cells as they were sent, and its verdict. */
export interface ReportRow extends Ending {
  readonly row: number;
  readonly operation: string;
  readonly cells: Readonly<Record<string, unknown>>;
  /** What the row changes, as it was and as it is since, or would be; absent if nothing is written. */
  readonly before?: Properties | undefined;
  readonly after?: Properties | undefined;
  /** Of a part: where it belongs. */
  readonly part?: PartPlace | undefined;
  /** Of a row that was sent and has parts: how many. `row` is then its number in the input, and its parts follow. */
  readonly parts?: number | undefined;
}
