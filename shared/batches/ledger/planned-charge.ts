import { isGuardedKind } from "../../catalogue/guarded.ts";
import type { Plan, PlannedCharge } from "../../records/plan.ts";

/** What a plan charges. A plan of a release that counted deletes and disables only has them in its findings. */
export function chargeIn({ charge, guards }: Pick<Plan, "charge" | "guards">): PlannedCharge {
  if (charge !== undefined) return charge;
  const counts = guards.flatMap(({ guard, count }) =>
    isGuardedKind(guard) ? [[guard, count]] : [],
  );
  return { counts: Object.fromEntries(counts), groups: { byGroup: {}, others: 0 } };
}
