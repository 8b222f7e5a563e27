import type { Tenant } from "../app/tenant.ts";
import type { AssignmentState } from "./assignment-states.ts";
import { EXCLUSIVE, NEEDED } from "./skus.ts";

/** Why a user cannot have these assignments at the same time. */
export interface Violation {
  readonly error: "MutuallyExclusiveViolation" | "DependencyViolation";
  readonly message: string;
}

/** The plans that the successful ones of these assignments enable. */
function enabledPlans(tenant: Tenant, states: readonly AssignmentState[]): ReadonlySet<string> {
  const active = states.filter((each) => each.state === "Active");
  return new Set(
    active.flatMap(({ skuId, disabledPlans }) =>
      (tenant.skus.find((sku) => sku.skuId === skuId)?.servicePlans ?? [])
        .map((plan) => plan.servicePlanId)
        .filter((id) => !disabledPlans.includes(id)),
    ),
  );
}

/** Whether the plans of these assignments exclude or lack each other (licensing-groups-resolve-problems). */
export function violationOf(
  tenant: Tenant,
  states: readonly AssignmentState[],
): Violation | undefined {
  const plans = enabledPlans(tenant, states);
  for (const one of EXCLUSIVE) {
    const both = one.filter((plan) => plans.has(plan));
    if (both.length > 1) {
      return {
        error: "MutuallyExclusiveViolation",
        message: `License assignment failed because service plans ${both.join(",")} are mutually exclusive`,
      };
    }
  }
  for (const [plan, needs] of Object.entries(NEEDED)) {
    if (!plans.has(plan) || needs.some((need) => plans.has(need))) continue;
    return {
      error: "DependencyViolation",
      message: `License assignment failed because service plan ${plan} depends on the service plan(s) ${needs.join(",")}`,
    };
  }
  return undefined;
}
