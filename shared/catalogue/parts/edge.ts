import type { GraphAnswer } from "../../core/graph-request.ts";
import type { ObjectId } from "../../core/object-id.ts";
import { recordOf } from "../../core/record.ts";
import { listedIds } from "../../core/sets/listed-ids.ts";
import type { DoneRow, Inverse } from "../inverse.ts";
import { final } from "../judge.ts";
import { type EdgeType, edgeTypes } from "../kinds/target-types.ts";
import type { Attempt, Found, Outcome } from "../operation.ts";
import { causeOf } from "../refusals/refusals.ts";
import type { FinalVerdict, PendingWrite, PlannedWrite, ReadyWrite } from "../row.ts";
import { type PendingTargets, type Targets, edgeKey, holderOf, subjectOf } from "../target.ts";
import type { Touched } from "../touched.ts";

/** An object that is there, or that an earlier row creates. */
export type End =
  | { readonly state: "found"; readonly id: ObjectId }
  | Extract<Found, { state: "coming" }>;

/**
 * The write of an edge. It waits for writes to the objects at its ends, and they wait for it.
 * `oneAtATime`: edges of this type change their holder one after the other, in the order of the rows.
 */
export function edgeWrite(
  type: EdgeType,
  holder: End,
  object: End,
  { oneAtATime = false } = {},
): ReadyWrite<Targets["edge"]> | PendingWrite<PendingTargets["edge"]> {
  const ends = [holder, object].map(endOf);
  const named = [holder, object].flatMap((end) =>
    end.state === "found" ? [`object:${end.id}`] : [],
  );
  const turn = oneAtATime ? [`edge:${type}:of:${endOf(holder)}`] : [];
  if (holder.state === "found" && object.state === "found") {
    const target = { kind: "edge", type, holder: holder.id, object: object.id } as const;
    return { target, keys: [edgeKey(target) ?? "", ...turn, ...named] };
  }
  const target = {
    kind: "pending-edge" as const,
    type,
    ...(holder.state === "found" && { holder: holder.id }),
    ...(object.state === "found" && { object: object.id }),
  };
  const keys = [`edge:${type}:${ends.join("/")}`, ...turn, ...named];
  if (object.state === "coming") {
    const idFromRow = { row: object.row, role: "object" as const };
    return {
      target,
      keys,
      idFromRow,
      ...(holder.state === "coming" && { holderFromRow: holder.row }),
    };
  }
  if (holder.state !== "coming") throw new TypeError("both ends of the edge are known");
  return { target, keys, holderFromRow: holder.row };
}

const endOf = (end: End): string =>
  end.state === "found" ? end.id : (end.key ?? `created:${end.row}`);

/** Undoes a row that made or ended an edge: it was not so before, so no value before is needed. */
export const edgeBack =
  (type: EdgeType, operation: string) =>
  ({ holder, object }: DoneRow): Inverse => {
    const columns = edgeTypes[type];
    return {
      operation,
      cells: { [columns.holder.column]: holder, [columns.object.column]: object },
    };
  };

/** Whether the answer to a read of one edge lists its object; `undefined` if it does not say. */
export function isListed(answer: GraphAnswer): boolean | undefined {
  const { value } = recordOf(answer.body);
  if (answer.status !== 200 || !Array.isArray(value)) return undefined;
  if (value.length > 0) return true;
  return listedIds(answer).kind === "complete" ? false : undefined;
}

/** Whether the edge was there, if the plan saw it, and whether it will be; `called`: what people call it. */
export const touchedEdge = (
  called: string,
  was: PlannedWrite["was"],
  after: "present" | "absent",
): Touched => ({ ...(was && { before: { [called]: was } }), after: { [called]: after } });

type EdgeAttempt = Attempt<"membership"> | Attempt<"edge">;

/** What it means that Graph refuses to add an edge, if it is there already; `undefined` if it is another answer. */
export const judgeAdded = (
  called: string,
  answer: GraphAnswer,
  attempt: EdgeAttempt,
): Outcome | undefined =>
  causeOf(answer)?.name === "already-there"
    ? final(edgeInPlace(called, attempt, "present"))
    : undefined;

/** What it means that Graph refuses to remove an edge, if it or its object is not there; not so if its holder is not. */
export function judgeRemoved(
  called: string,
  answer: GraphAnswer,
  attempt: EdgeAttempt,
): Outcome | undefined {
  const holder = holderOf(attempt.write.target) ?? "";
  const isAbsent =
    (answer.status === 404 && !(answer.error?.message ?? "").includes(holder)) ||
    causeOf(answer)?.name === "not-there";
  return isAbsent ? final(edgeInPlace(called, attempt, "absent")) : undefined;
}

/** The verdict if the edge is already as the row asks: a send whose answer was lost may be the reason. */
export function edgeInPlace(
  called: string,
  { doubted, write }: EdgeAttempt,
  before: "present" | "absent",
): FinalVerdict {
  const objectId = subjectOf(write.target) ?? "";
  return doubted && write.was !== before
    ? {
        verdict: "done",
        reason: "An earlier answer was lost; the change is in place.",
        objectId,
      }
    : { verdict: "unchanged", reason: `The ${called} was already as the row asks.`, objectId };
}
