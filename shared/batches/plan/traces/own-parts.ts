import type { Operation } from "../../../catalogue/operation.ts";
import type { PlannedWrite } from "../../../catalogue/row.ts";
import { subjectOf } from "../../../catalogue/target.ts";
import { isRecord } from "../../../core/record.ts";
import type { Footprint } from "./duplicates.ts";
import type { RowTraces } from "./row-traces.ts";

interface Row {
  readonly operation: Pick<Operation, "ownKey">;
}
type Write = Pick<PlannedWrite, "target" | "set" | "keys">;

/** The key of one of the values that rows with a key of their own set. */
export const partKey = (key: string, name: string): string => `${key}/${name}`;

/** Whose values a write sets: the object's own key, or that of a user whom the batch creates. */
function ownerOf({ operation: { ownKey } }: Row, { target, keys }: Write): string | undefined {
  const id = subjectOf(target);
  return id === undefined ? keys[0] : ownKey?.(id);
}

/** The key of the rows that disable plans of a license, and of those after which none of them is disabled. */
const disablesKey = (part: string): string => `${part}/disables`;
const enablesKey = (part: string): string => `${part}/enables`;

/** Adds the keys of what a row sets whose operation has a key of its own, for later rows of the batch. */
export function withOwnParts(row: Row, write: Write, footprint: Footprint): Footprint {
  if (row.operation.ownKey === undefined) return footprint;
  const owner = ownerOf(row, write);
  if (owner === undefined) return footprint;
  const parts = Object.entries(write.set ?? {}).flatMap(([name, value]) => {
    const part = partKey(owner, name);
    const plans = plansIn(value);
    return [part, plans !== undefined && plans.length > 0 ? disablesKey(part) : enablesKey(part)];
  });
  return { ...footprint, aliases: [...(footprint.aliases ?? []), ...parts] };
}

/**
 * The earlier row that disables plans of a license which this row assigns without a word about plans, so that
 * Graph would enable them again.
 */
export function disablerOf(
  row: Row,
  write: Write,
  traces: RowTraces,
): { readonly license: string; readonly by: number } | undefined {
  const owner = ownerOf(row, write);
  if (owner === undefined) return undefined;
  for (const [license, value] of Object.entries(write.set ?? {})) {
    if (value === null || plansIn(value) !== undefined) continue;
    const part = partKey(owner, license);
    const by = latestOf(disablesKey(part), traces);
    if (by > latestOf(enablesKey(part), traces)) return { license, by };
  }
  return undefined;
}

/** The plans that a value disables; `undefined` if it says nothing of them. */
function plansIn(value: unknown): readonly unknown[] | undefined {
  const plans = isRecord(value) ? value["disabledPlans"] : undefined;
  return Array.isArray(plans) ? plans : undefined;
}

/** The last of the rows with this key, 0 for none. */
function latestOf(key: string, traces: RowTraces): number {
  for (const { row } of traces.of(key)) return row;
  return 0;
}
