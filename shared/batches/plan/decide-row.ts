import { isListKind } from "../../catalogue/kinds/lookup-kinds.ts";
import type { Decision, Found } from "../../catalogue/operation.ts";
import { subjectOf } from "../../catalogue/target.ts";
import { unknowable } from "../../catalogue/unknowable.ts";
import type { ObjectId } from "../../core/object-id.ts";
import type { GoodRow } from "./row-to-plan.ts";
import { plansDisabled } from "./row-verdicts.ts";
import { isKeyTouched, isTouched } from "./traces/duplicates.ts";
import { disablerOf, partKey } from "./traces/own-parts.ts";
import type { RowTraces } from "./traces/row-traces.ts";

/**
 * What the operation decides. If an earlier row sets properties of the same user, the user's present
 * state is not what this row will find, so the row is not dropped as already in place.
 */
export function decide(
  row: GoodRow,
  found: Readonly<Record<string, Found>>,
  traces: RowTraces,
): Decision {
  const { ownKey } = row.operation;
  if (ownKey) {
    const decision = decideOwn(row, found, traces, ownKey);
    const disabled = "write" in decision ? disablerOf(row, decision.write, traces) : undefined;
    return disabled ? plansDisabled(disabled.license, disabled.by) : decision;
  }
  const first = row.operation.decide(row.payload, found);
  if ("final" in first && first.final.verdict === "failed") return first;
  const blurred: Record<string, Found> = {};
  for (const [role, one] of Object.entries(found)) {
    if (one.state !== "found" || !isTouched(one.id, traces)) continue;
    blurred[role] = { ...one, object: unknowable };
  }
  if (Object.keys(blurred).length === 0) return first;
  const second = row.operation.decide(row.payload, { ...found, ...blurred });
  return "write" in second ? second : first;
}

/**
 * What an operation decides whose rows find what rows of its own key leave, and nobody else: the present state
 * is no guide only if such a row comes first. Seats are counted by the present state all the same.
 */
function decideOwn(
  { operation, payload }: GoodRow,
  found: Readonly<Record<string, Found>>,
  traces: RowTraces,
  ownKey: (id: ObjectId) => string,
): Decision {
  const known: Record<string, Found> = { ...found };
  const blurred: Record<string, Found> = { ...found };
  let isBlurred = false;
  for (const [role, one] of Object.entries(found)) {
    if (one.state !== "found" || !isTouched(one.id, traces)) continue;
    known[role] = { ...one, isChanged: true };
    if (!isKeyTouched(ownKey(one.id), traces)) continue;
    blurred[role] = { ...one, object: unknowable, isChanged: true };
    isBlurred = true;
  }
  const first = operation.decide(payload, known);
  if (!isBlurred) return first;
  const second = operation.decide(payload, blurred);
  if (!("write" in second) || isFailed(first)) return second;
  const { set: own = {}, seats } = "write" in first ? first.write : {};
  const id = subjectOf(second.write.target);
  // What is in place and set by no earlier row stays as it is: sent again it would lose what the row leaves open.
  const set = Object.entries(second.write.set ?? {}).filter(
    ([name, value]) =>
      value === null ||
      Object.hasOwn(own, name) ||
      id === undefined ||
      isKeyTouched(partKey(ownKey(id), name), traces),
  );
  if (set.length === 0) return first;
  return { write: { ...second.write, set: Object.fromEntries(set), ...(seats && { seats }) } };
}

const isFailed = (decision: Decision): boolean =>
  "final" in decision && decision.final.verdict === "failed";

/** A row whose change is in place, as a write that the runner looks at before it sends it. */
export function keptOpen(
  { operation, payload, lookups }: GoodRow,
  found: Readonly<Record<string, Found>>,
): Decision | undefined {
  const decision = operation.decide(payload, found);
  if (!("final" in decision) || decision.final.verdict !== "unchanged") return undefined;
  const { reason, objectId } = decision.final;
  const states = Object.entries(found).filter(([role]) => !isListKind(lookups[role]?.kind ?? ""));
  const lists = Object.entries(found).filter(([role]) => isListKind(lookups[role]?.kind ?? ""));
  const blurred = states.map(([role, one]) => [
    role,
    one.state === "found" ? { ...one, object: unknowable } : one,
  ]);
  const missing = states.map(([role]) => [role, { state: "missing" }]);
  for (const state of [blurred, missing]) {
    const open = operation.decide(payload, Object.fromEntries([...state, ...lists]));
    if (!("write" in open)) continue;
    const { write } = open;
    // A create names no object: without this key it would not wait for an earlier batch's delete of the user.
    const keys = [...new Set([...write.keys, `object:${objectId}`])];
    return { write: { ...write, keys, foundInPlace: { reason, objectId } } };
  }
  return undefined;
}
