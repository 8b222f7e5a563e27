import type { PlannedWrite } from "../../../catalogue/row.ts";
import { holderOf, subjectOf } from "../../../catalogue/target.ts";

/**
 * The groups of which rows change memberships. Such rows have no key of their group, because a large batch
 * changes many members of few groups, and they need not wait for each other; so this keeps their order with
 * the rows that delete the group.
 */
export interface Holders {
  /**
   * Notes the next row. If it deletes a group, answers the last row before it that changes a membership of
   * that group: it comes after all rows up to that one.
   */
  next(row: number, write: PlannedWrite, deletes: boolean): number | undefined;
}

/** No row is known yet. */
export function createHolders(): Holders {
  const last = new Map<string, number>();
  return {
    next: (row, write, deletes) => {
      const group = groupKey(write);
      if (group !== undefined) last.set(group, row);
      if (!deletes || last.size === 0) return undefined;
      const id = subjectOf(write.target);
      return last.get(id === undefined ? `created:${write.idFromRow?.row ?? 0}` : `object:${id}`);
    },
  };
}

/** The key of the group of a membership; `undefined` if the write changes none. */
export function groupKey({ target, holderFromRow }: PlannedWrite): string | undefined {
  if (target.kind !== "membership" && target.kind !== "pending-membership") return undefined;
  const id = holderOf(target);
  return id === undefined ? `created:${holderFromRow ?? 0}` : `object:${id}`;
}
