import { type ObjectId, isGuid, toObjectId } from "../../core/object-id.ts";
import type { Plan } from "../../records/plan.ts";
import type { Blobs } from "../../storage/types.ts";
import { type RowEnd, readRowEnds } from "./row-ends.ts";

/**
 * The ids of what rows created, for later rows that name it as their group or as what holds another edge: the
 * receipts of those have the id of the member only.
 */
export interface CreatedHolders {
  /** Makes the ids known that these rows need. @throws OperatorError BATCH_DAMAGED */
  load(ends: readonly RowEnd[]): Promise<void>;
  of(row: number): ObjectId | undefined;
}

export function createCreatedHolders(batches: Blobs, folder: string, plan: Plan): CreatedHolders {
  const ids = new Map<number, ObjectId | undefined>();
  return {
    load: async (ends) => {
      for (const { planned } of ends) {
        const row = planned.write?.holderFromRow;
        if (row === undefined || ids.has(row)) continue;
        const shard = Math.ceil(row / plan.rowsPerShard);
        for (const end of await readRowEnds(batches, folder, plan, shard)) {
          if (end.planned.row === row) ids.set(row, idOf(end));
        }
      }
    },
    of: (row) => ids.get(row),
  };
}

function idOf({ verdict, receipt }: RowEnd): ObjectId | undefined {
  const id = verdict === "done" || verdict === "unchanged" ? receipt?.objectId : undefined;
  return id !== undefined && isGuid(id) ? toObjectId(id) : undefined;
}
