import { limits } from "../../core/limits.ts";
import { batchDamaged } from "../../records/damaged.ts";
import type { BatchManifest, InputFormat } from "../../records/manifest.ts";
import { expandedBlob, expandedPrefix, inputBlob } from "../../records/paths.ts";
import { ROWS_PER_SHARD } from "../../records/shard.ts";
import type { Blobs } from "../../storage/types.ts";
import type { InputRow } from "../formats/input-row.ts";
import { readInput } from "../formats/read-input.ts";

/**
 * A row of an input that this program made: those of an undo have values before and after. What others
 * sent was measured when it was accepted.
 */
export const MADE_ROW_BYTES = 4 * limits.rowBytes;

/** What says how the rows of a batch are stored. */
export type Stored = Pick<BatchManifest, "format" | "expands">;

/**
 * The rows that are planned, in pieces, with bounded memory: those of the batch's input or, if it was
 * expanded, their parts.
 * @throws OperatorError BATCH_DAMAGED if they are missing or unreadable, because they were checked before
 * they were stored.
 */
export async function* inputRows(
  batches: Blobs,
  folder: string,
  { format, expands }: Stored,
): AsyncGenerator<readonly InputRow[], undefined> {
  if (!expands) return yield* sentRows(batches, folder, format);
  const pieces = await countPieces(batches, folder);
  let before = 0;
  for (let piece = 1; piece <= pieces; piece++) {
    let last = before;
    for await (const rows of storedRows(batches, expandedBlob(folder, piece), "jsonl")) {
      yield rows.map((row) => ({ ...row, row: before + row.row }));
      last = before + rows.at(-1)!.row;
    }
    before = last;
  }
  return undefined;
}

/** The rows as they were sent, in pieces, with bounded memory. @throws as `inputRows` */
export const sentRows = (
  batches: Blobs,
  folder: string,
  format: InputFormat,
): AsyncGenerator<readonly InputRow[], undefined> => storedRows(batches, inputBlob(folder), format);

/** The number of pieces of the expanded input that are written, which are the first ones. */
export async function countPieces(batches: Blobs, folder: string): Promise<number> {
  let pieces = 0;
  for await (const { path } of batches.list(expandedPrefix(folder))) {
    if (path === expandedBlob(folder, pieces + 1)) pieces += 1;
  }
  return pieces;
}

async function* storedRows(
  batches: Blobs,
  path: string,
  format: InputFormat,
): AsyncGenerator<readonly InputRow[], undefined> {
  const input = await batches.stream(path);
  if (input === undefined) throw batchDamaged(path, "is missing");
  for await (const { rows, fault } of readInput(input.body, format, MADE_ROW_BYTES)) {
    if (fault) throw batchDamaged(path, "is not what was checked");
    if (rows.length > 0) yield rows;
  }
  return undefined;
}

/**
 * The rows that are planned, one shard at a time.
 * @throws as `inputRows`
 */
export async function* inputShards(
  batches: Blobs,
  folder: string,
  stored: Stored,
): AsyncGenerator<readonly InputRow[]> {
  let shard: InputRow[] = [];
  for await (const rows of inputRows(batches, folder, stored)) {
    for (const row of rows) {
      shard.push(row);
      if (shard.length === ROWS_PER_SHARD) {
        yield shard;
        shard = [];
      }
    }
  }
  if (shard.length > 0) yield shard;
}
