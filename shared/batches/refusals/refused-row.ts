import type { PlannedWrite, Receipt } from "../../catalogue/row.ts";
import { streamShard } from "../../records/shard.ts";
import type { Blobs } from "../../storage/types.ts";
import type { BatchPorts } from "../ports.ts";

/** What finds the causes. */
export type RefusalPorts = Pick<BatchPorts, "blobs" | "catalogue" | "graphFor" | "rolesFor">;

/** A receipt that says why the row failed. */
export type Failed = Extract<Receipt, { readonly verdict: "failed" | "held" | "skipped" }>;

/** A row that Graph refused, with what it would have written. */
export interface RefusedRow {
  readonly row: number;
  readonly operation: string;
  readonly receipt: Failed;
  readonly write: PlannedWrite;
}

/** What a person is told instead, by row. Graph's own words are added. */
export type Told = ReadonlyMap<number, { readonly why: string; readonly fix: string }>;

/** So many objects are looked at for one kind of refusal; rows of others keep the general explanation. */
export const MOST_OBJECTS = 1_000;

/** Graph's own words, which stand at the end of the reason. */
export const saidBy = ({ reason }: Failed): string => {
  const at = reason.lastIndexOf("(Graph:");
  return at < 0 ? "" : reason.slice(at);
};

/** The rows of a shard that Graph refused, if there are any. */
export async function refusedIn(
  batches: Blobs,
  folder: string,
  shard: number,
  receipts: ReadonlyMap<number, Receipt>,
): Promise<readonly RefusedRow[]> {
  const refused = new Map<number, Failed>();
  for (const [row, receipt] of receipts) {
    if (receipt.verdict === "failed" && saidBy(receipt) !== "") refused.set(row, receipt);
  }
  if (refused.size === 0) return [];
  const rows: RefusedRow[] = [];
  for await (const piece of streamShard(batches, folder, shard)) {
    for (const { row, operation, write } of piece) {
      const receipt = refused.get(row);
      if (receipt && write) rows.push({ row, operation, receipt, write });
    }
  }
  return rows;
}
