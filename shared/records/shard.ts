import type { PlannedWrite, Settled } from "../catalogue/row.ts";
import type { Blobs } from "../storage/types.ts";
import { shardBlob, shardsPrefix } from "./paths.ts";
import { readWrite, storedFormOf } from "./stored-write.ts";

/** Rows a shard covers; the last one may be shorter. */
export const ROWS_PER_SHARD = 1000;

/** One line of `shards/NNNNN.jsonl`: a row as planned. It has a `verdict` or a `write`, never both. */
export type PlannedRow = {
  /** 1 for the first row after the header. */
  readonly row: number;
  readonly operation: string;
} & (
  | { readonly write: PlannedWrite; readonly verdict?: undefined }
  | ({ readonly write?: undefined } & Settled)
);

/** A shard as it lies in its blob: one planned row a line, in the order of the input. */
export const shardText = (rows: readonly PlannedRow[]): string =>
  rows.map((row) => `${JSON.stringify(storedRow(row))}\n`).join("");

const storedRow = (row: PlannedRow): object =>
  row.write ? { ...row, write: storedFormOf(row.write) } : row;

/**
 * The planned rows of a shard.
 * @throws TypeError where there is no such shard or a line of it is not ours.
 */
export async function readShard(
  batches: Blobs,
  folder: string,
  shard: number,
): Promise<PlannedRow[]> {
  const blob = await batches.read(shardBlob(folder, shard));
  if (blob === undefined) throw new TypeError(`shard ${shard} of the batch is missing`);
  const lines = blob.bytes.toString("utf8").split("\n");
  if (lines.pop() !== "") throw new TypeError(`shard ${shard} of the batch is cut short`);
  return lines.map(toPlannedRow);
}

/** The number of shards that are written, which are the first ones. */
export async function countShards(batches: Blobs, folder: string): Promise<number> {
  let shards = 0;
  for await (const { path } of batches.list(shardsPrefix(folder))) {
    if (path === shardBlob(folder, shards + 1)) shards += 1;
  }
  return shards;
}

/** A line of a shard. Its write is parsed here and nowhere else; a verdict is not checked further. */
function toPlannedRow(line: string): PlannedRow {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own lines, in an immutable blob
  const row = JSON.parse(line) as PlannedRow;
  if (typeof row.row !== "number") throw new TypeError("a shard holds a line that is no row");
  if (row.write === undefined) return row;
  const write = readWrite(row.write);
  if (write === undefined) throw new TypeError("a shard holds a write that is damaged");
  return { ...row, write };
}
