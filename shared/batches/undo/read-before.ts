import type { Properties } from "../../catalogue/row.ts";
import { OperatorError } from "../../core/errors.ts";
import { readBefore as readKept } from "../../records/approval/before.ts";
import type { Blobs } from "../../storage/types.ts";

/** What the rows of a shard replaced, as far as that is kept. */
export interface KeptBefore {
  /** The values before the row's write; `undefined` if they are not known. */
  of(row: number): Properties | undefined;
  /** Why none of them may be used, if that is so. */
  readonly why?: { readonly what: string; readonly fix: string } | undefined;
}

/**
 * The values from before the writes of a shard. If they are gone, or are not what was written, no row gets
 * any: only rows whose inverse does not need them are then undone.
 *
 * @throws OperatorError STORAGE_UNAVAILABLE
 */
export async function readBefore(
  batches: Blobs,
  folder: string,
  shard: number,
): Promise<KeptBefore> {
  try {
    const kept = await readKept(batches, folder, shard);
    return { of: (row) => kept.get(row)?.before };
  } catch (error) {
    if (!(error instanceof OperatorError) || error.code !== "BATCH_DAMAGED") throw error;
    return { of: () => undefined, why: { what: error.what, fix: error.fix } };
  }
}
