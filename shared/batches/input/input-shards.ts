import { limits } from "../../core/limits.ts";
import { batchDamaged } from "../../records/damaged.ts";
import type { InputFormat } from "../../records/manifest.ts";
import { inputBlob } from "../../records/paths.ts";
import { ROWS_PER_SHARD } from "../../records/shard.ts";
import type { Blobs } from "../../storage/types.ts";
import type { InputRow } from "../formats/input-row.ts";
import { readInput } from "../formats/read-input.ts";

/**
 * A row of an input that this program made: those of an undo have values before and after. What others
 * sent was measured when it was accepted.
 */
export const MADE_ROW_BYTES = 4 * limits.rowBytes;

/**
 * The rows of a batch's own input, in pieces, with bounded memory.
 * @throws OperatorError BATCH_DAMAGED if it is missing or unreadable, because it was checked before it was
 * copied.
 */
export async function* inputRows(
  batches: Blobs,
  folder: string,
  format: InputFormat,
): AsyncGenerator<readonly InputRow[], undefined> {
  const path = inputBlob(folder);
  const input = await batches.stream(path);
  if (input === undefined) throw batchDamaged(path, "is missing");
  for await (const { rows, fault } of readInput(input.body, format, MADE_ROW_BYTES)) {
    if (fault) throw batchDamaged(path, "is not what was checked");
    if (rows.length > 0) yield rows;
  }
  return undefined;
}

/**
 * The rows of a batch's own input, one shard at a time.
 * @throws as `inputRows`
 */
export async function* inputShards(
  batches: Blobs,
  folder: string,
  format: InputFormat,
): AsyncGenerator<readonly InputRow[]> {
  let shard: InputRow[] = [];
  for await (const rows of inputRows(batches, folder, format)) {
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
