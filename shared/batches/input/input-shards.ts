import { batchDamaged } from "../../records/damaged.ts";
import type { InputFormat } from "../../records/manifest.ts";
import { inputBlob } from "../../records/paths.ts";
import { ROWS_PER_SHARD } from "../../records/shard.ts";
import type { Blobs } from "../../storage/types.ts";
import type { InputRow } from "./input-row.ts";
import { readInput } from "./read-input.ts";

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
  for await (const { rows, fault } of readInput(input.body, format)) {
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
