import { type PlannedWrite, completeWrite, creatorsOf, isPending } from "../../catalogue/row.ts";
import type { ObjectId } from "../../core/object-id.ts";

/** What is known of an earlier row that creates an object. */
export interface Creator {
  readonly isFinal: boolean;
  readonly objectId: ObjectId | undefined;
}

/** What to do with a row whose object an earlier row of the batch creates. */
export type Dependence =
  /** For this earlier row. */
  | { readonly kind: "wait"; readonly row: number }
  | { readonly kind: "write"; readonly write: PlannedWrite }
  /** The earlier row ended without an object. */
  | { readonly kind: "orphan"; readonly row: number };

/** Puts the ids of created objects into a write that was planned before the objects existed. */
export function resolveId(write: PlannedWrite, creatorOf: (row: number) => Creator): Dependence {
  if (!isPending(write)) return { kind: "write", write };
  for (const row of creatorsOf(write)) {
    const { isFinal, objectId } = creatorOf(row);
    if (isFinal && objectId === undefined) return { kind: "orphan", row };
  }
  for (const row of creatorsOf(write)) if (!creatorOf(row).isFinal) return { kind: "wait", row };
  const { idFromRow, holderFromRow } = write;
  const subject = idFromRow && creatorOf(idFromRow.row).objectId;
  const holder = holderFromRow === undefined ? undefined : creatorOf(holderFromRow).objectId;
  return { kind: "write", write: completeWrite(write, { subject, holder }) };
}
