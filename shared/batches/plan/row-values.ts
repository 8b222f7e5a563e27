import type { Lookup } from "../../catalogue/operation.ts";
import { creatorsOf } from "../../catalogue/row.ts";
import { changedColumn } from "../../catalogue/target.ts";
import { isGuid } from "../../core/object-id.ts";
import type { RowValues } from "../../records/approval/before.ts";
import type { PlannedRow } from "../../records/shard.ts";
import type { LookedUp } from "./lookups/lookups.ts";
import type { RowToPlan } from "./row-to-plan.ts";

/**
 * What a planned write changes, as it is and as it will be. What an earlier row of the batch may change
 * first is not known yet. `mayChange`: unfinished work of other batches may still change it.
 */
export function valuesOf(
  compiled: RowToPlan,
  { row, write }: PlannedRow,
  lookedUp: (lookup: Lookup) => LookedUp,
  mayChange: boolean,
): RowValues | undefined {
  if (write === undefined || "invalid" in compiled) return undefined;
  const { operation, lookups } = compiled;
  const changed = lookups[changedColumn(write.target)];
  const isOwnTurn = write.after === undefined && creatorsOf(write).length === 0;
  const found = changed && isOwnTurn ? lookedUp(changed) : undefined;
  const present = found?.state === "found" ? found.object : undefined;
  const isNamed = present !== undefined && write.target.kind === "user";
  return {
    row,
    ...operation.touched(write, present),
    ...(isNamed && changed && !isGuid(changed.ref) && { name: changed.ref }),
    ...(mayChange && { mayChange }),
  };
}
