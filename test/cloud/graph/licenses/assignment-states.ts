import type { Tenant } from "../app/tenant.ts";
import type { Entity, Values } from "../store/entity.ts";

/** One assignment by which a user has, or should have, a product (resources/licenseAssignmentState). */
export interface AssignmentState extends Values {
  readonly skuId: string;
  readonly disabledPlans: readonly string[];
  /** The group it is inherited from; null if it is assigned to the user directly. */
  readonly assignedByGroup: string | null;
  readonly state: "Active" | "Error";
  readonly error: "None" | "CountViolation" | "MutuallyExclusiveViolation" | "DependencyViolation";
  readonly lastUpdatedDateTime: string;
}

export const statesOf = (user: Values): readonly AssignmentState[] =>
  (user["licenseAssignmentStates"] as readonly AssignmentState[] | undefined) ?? [];

/** The products a user has: those whose assignment succeeded. */
export const activeSkus = (states: readonly AssignmentState[]): ReadonlySet<string> =>
  new Set(states.filter((state) => state.state === "Active").map((state) => state.skuId));

/** The value of `assignedLicenses`: each product once; a plan is disabled only if every assignment says so. */
function assignedLicenses(states: readonly AssignmentState[]): readonly Values[] {
  return [...activeSkus(states)].map((skuId) => {
    const ways = states.filter((state) => state.skuId === skuId && state.state === "Active");
    const [first, ...others] = ways;
    return {
      disabledPlans: (first?.disabledPlans ?? []).filter((plan) =>
        others.every((way) => way.disabledPlans.includes(plan)),
      ),
      skuId,
    };
  });
}

/** Sets a user's states and updates the used seats. */
export function setStates(tenant: Tenant, user: Entity, states: readonly AssignmentState[]): void {
  const before = activeSkus(statesOf(user.values));
  const after = activeSkus(states);
  for (const skuId of before) if (!after.has(skuId)) book(tenant, skuId, -1);
  for (const skuId of after) if (!before.has(skuId)) book(tenant, skuId, 1);
  const licenses = assignedLicenses(states);
  tenant.directory.update(user, {
    licenseAssignmentStates: states,
    assignedLicenses: licenses,
    assignedPlans: plansOf(tenant, licenses),
  });
}

/** Updates the seats a user occupies: freed by a delete, occupied again by a restore. */
export function bookSeats(tenant: Tenant, user: Entity, by: 1 | -1): void {
  for (const skuId of activeSkus(statesOf(user.values))) book(tenant, skuId, by);
}

function book(tenant: Tenant, skuId: string, by: number): void {
  const sku = tenant.skus.find((one) => one.skuId === skuId);
  if (sku) sku.consumed += by;
}

function plansOf(tenant: Tenant, licenses: readonly Values[]): readonly Values[] {
  return licenses.flatMap((license) => {
    const disabled = license["disabledPlans"] as readonly string[];
    const sku = tenant.skus.find((one) => one.skuId === license["skuId"]);
    return (sku?.servicePlans ?? [])
      .filter((plan) => !disabled.includes(plan.servicePlanId))
      .map((plan) => ({
        assignedDateTime: tenant.nowText(),
        capabilityStatus: "Enabled",
        service: plan.servicePlanName.split("_")[0] ?? "",
        servicePlanId: plan.servicePlanId,
      }));
  });
}
