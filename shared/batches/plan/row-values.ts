import type { Lookup } from "../../catalogue/operation.ts";
import { isGuid } from "../../core/object-id.ts";
import type { RowValues } from "../../records/approval/before.ts";
import type { PlannedRow } from "../../records/shard.ts";
import type { LookedUp } from "./lookups.ts";
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
  const { user } = lookups;
  const isOwnTurn = write.after === undefined && write.idFromRow === undefined;
  const found = user && isOwnTurn ? lookedUp(user) : undefined;
  const present = found?.state === "found" ? found.object : undefined;
  const isNamed = present !== undefined && write.target.kind === "user";
  return {
    row,
    ...operation.touched(write, present),
    ...(isNamed && user && !isGuid(user.ref) && { name: user.ref }),
    ...(mayChange && { mayChange }),
  };
}
