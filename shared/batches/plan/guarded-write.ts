import { allGuardedKinds, type GuardedCounts } from "../../catalogue/guarded.ts";
import type { Decision, Found } from "../../catalogue/operation.ts";
import type { GoodRow } from "./row-to-plan.ts";

/**
 * Adds to a write what guards count of it, if they may count anything. `known` is what the row names as far
 * as its present state is known: it lacks what another row or batch may still change, and the most that
 * the row can change is counted of that.
 */
export function withCounts(
  row: GoodRow,
  decision: Decision,
  known: () => Readonly<Record<string, Found>>,
): Decision {
  if (!("write" in decision) || decision.write.guarded || isNothing(row.most)) return decision;
  const guarded = row.operation.guarded(row.payload, known());
  return { write: { ...decision.write, guarded } };
}

const isNothing = (counts: GuardedCounts): boolean =>
  allGuardedKinds.every((kind) => (counts[kind] ?? 0) === 0);
