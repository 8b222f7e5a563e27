import { type PlannedWrite, completeWrite, isPending } from "../../catalogue/row.ts";
import type { ObjectId } from "../../core/object-id.ts";

/** What to do with a row whose object an earlier row of the batch creates. */
export type Dependence =
  | { readonly kind: "wait" }
  | { readonly kind: "write"; readonly write: PlannedWrite }
  /** The earlier row ended without an object. */
  | { readonly kind: "orphan"; readonly row: number };

/** Puts the created user's id into a write that was planned before the user existed. */
export function resolveId(
  write: PlannedWrite,
  creator: { readonly isFinal: boolean; readonly objectId: ObjectId | undefined },
): Dependence {
  if (!isPending(write)) return { kind: "write", write };
  if (!creator.isFinal) return { kind: "wait" };
  const { objectId } = creator;
  if (objectId === undefined) return { kind: "orphan", row: write.idFromRow.row };
  return { kind: "write", write: completeWrite(write, objectId) };
}
