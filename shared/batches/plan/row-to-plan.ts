import type { GuardedCounts } from "../../catalogue/guarded.ts";
import type { Lookup, Operation } from "../../catalogue/operation.ts";
import type { Payload } from "../../catalogue/payload.ts";
import type { CompiledRow } from "../input/compile-row.ts";

/** A row that keeps the rules of its operation. */
export interface GoodRow {
  readonly row: number;
  readonly name: string;
  readonly operation: Operation;
  readonly payload: Payload;
  /** What must be read before it is decided, by role. */
  readonly lookups: Readonly<Record<string, Lookup>>;
  /** The most that guards can count of it. */
  readonly most: GuardedCounts;
  /** The stage that the row names. */
  readonly stage?: number | undefined;
}

/** A row with what planning asks of its operation many times, so that it is made only once. */
export type RowToPlan = Extract<CompiledRow, { invalid: unknown }> | GoodRow;

/** Asks a row's operation what the row names and what guards count of it. */
export function toPlan(compiled: CompiledRow): RowToPlan {
  if ("invalid" in compiled) return compiled;
  const { row, name, operation, payload, stage } = compiled;
  const lookups = operation.lookups(payload);
  return { row, name, operation, payload, lookups, most: operation.guarded(payload), stage };
}

/** The columns that name what the row changes: whom it names besides, such as a manager, is a value of it. */
export const rolesOf = ({ operation, lookups }: GoodRow): readonly string[] =>
  [operation.target].flat().includes("user") ? ["user"] : Object.keys(lookups);
