import type { Operation } from "../../catalogue/operation.ts";
import type { PlannedWrite, Properties } from "../../catalogue/row.ts";
import { isEdge, isOnlyEdge } from "../../catalogue/target.ts";

/** What a row is expected to find when it is written, and when that was read. */
export interface Expected {
  /** The values that the write replaces; absent if nobody could know them yet. */
  readonly before: Properties | undefined;
  /** The user principal name by which the row names its user. */
  readonly name: string | undefined;
  readonly lookedAt: string;
  /**
   * `same`: the row is written only if it finds these values. `any`: whatever it finds, because work that
   * was known to come first may have changed it. `lost`: what was read is gone or was altered, so that
   * nobody can tell.
   */
  readonly finds: "same" | "any" | "lost";
  /** The last that was noted of the row says this, and not what it was held for. */
  readonly isNoted: boolean;
}

/** By row. A plan of an earlier release expects nothing. */
export type Expectations = Map<number, Expected>;

/**
 * Whether rows of this kind are looked at before they are written: those that replace values of an object, or
 * its only edge of a type, such as the manager. A membership is written whatever is there, and what the batch
 * itself has created has no values to keep.
 */
export const isLookedAt = (operation: Operation, write: PlannedWrite): boolean =>
  (write.target.kind === "user" || write.target.kind === "object" || isOnlyEdge(write.target)) &&
  (isEdge(write.target) ? write.holderFromRow : write.idFromRow) === undefined &&
  operation.touched(write, undefined).before === undefined;
