import { badRequest } from "../http/graph-error.ts";
import type { Call } from "../resources/call.ts";
import type { Entity } from "../store/entity.ts";
import { isGuid } from "../store/ids.ts";
import { activeSkus, setStates, statesOf, type AssignmentState } from "./assignment-states.ts";
import { violationOf } from "./plan-rules.ts";
import type { Sku } from "./skus.ts";

/** The changes that the body of assignLicense requests. */
export interface LicenseChange {
  readonly add: readonly { readonly sku: Sku; readonly disabledPlans: readonly string[] }[];
  readonly remove: readonly string[];
}

/** @throws GraphError 400 for what is no GUID (seen in clients that assign licenses) */
function guidIn(value: unknown): string {
  const text = String(value);
  if (!isGuid(text))
    throw badRequest(`Cannot convert the literal '${text}' to the expected type 'Edm.Guid'.`);
  return text.toLowerCase();
}

/** @throws GraphError 400 if a parameter is missing, or the tenant lacks the product or it the plan. */
export function licenseChange(call: Call): LicenseChange {
  const { body, tenant } = call;
  const missing = ["addLicenses", "removeLicenses"].filter((name) => !Array.isArray(body[name]));
  if (missing.length > 0) {
    throw badRequest(
      `One or more parameters of the operation 'assignLicense' are missing from the request payload. The missing parameters are: ${missing.join(", ")}.`,
    );
  }
  const skuOf = (id: unknown): Sku => {
    const wanted = guidIn(id);
    const sku = tenant.skus.find((one) => one.skuId === wanted);
    if (!sku) throw badRequest(`License ${wanted} does not correspond to a valid company License.`);
    return sku;
  };
  const add = (body["addLicenses"] as readonly Readonly<Record<string, unknown>>[]).map((entry) => {
    const sku = skuOf(entry["skuId"]);
    const disabledPlans = ((entry["disabledPlans"] as readonly unknown[] | undefined) ?? []).map(
      guidIn,
    );
    if (disabledPlans.some((plan) => !sku.servicePlans.some((one) => one.servicePlanId === plan))) {
      throw badRequest(
        "License assignment failed because a disabled service plan is not part of the license.",
      );
    }
    return { sku, disabledPlans };
  });
  const remove = (body["removeLicenses"] as readonly string[]).map((id) => skuOf(id).skuId);
  if (add.some((entry) => remove.includes(entry.sku.skuId))) {
    throw badRequest("A license cannot be both added and removed in the same request.");
  }
  return { add, remove };
}

/**
 * Changes a user's directly assigned licenses. Adding one again replaces its disabled plans.
 * @throws GraphError 400: no usage location, no seats, removing a license that is not assigned directly, or
 * plans that exclude or need each other
 */
export function assignToUser(call: Call, user: Entity, change: LicenseChange): void {
  const { tenant } = call;
  const location = tenant.directory.seen(user).values["usageLocation"];
  if (change.add.length > 0 && typeof location !== "string") {
    throw badRequest("License assignment cannot be done for user with invalid usage location.");
  }
  const states = statesOf(user.values);
  const held = activeSkus(states);
  for (const skuId of change.remove) {
    const ways = states.filter((state) => state.skuId === skuId);
    if (ways.length === 0) throw badRequest("User does not have a corresponding license.");
    if (ways.every((state) => state.assignedByGroup !== null)) {
      throw badRequest(
        "User license is inherited from a group membership and it cannot be removed directly from the user.",
      );
    }
  }
  for (const { sku } of change.add) {
    if (!held.has(sku.skuId) && sku.consumed >= sku.enabled) {
      throw badRequest(`Subscription with SKU ${sku.skuId} does not have any available licenses.`);
    }
  }
  const replaced = new Set([...change.remove, ...change.add.map((entry) => entry.sku.skuId)]);
  const after = [
    ...states.filter((state) => state.assignedByGroup !== null || !replaced.has(state.skuId)),
    ...change.add.map((entry): AssignmentState => ({
      skuId: entry.sku.skuId,
      disabledPlans: entry.disabledPlans,
      assignedByGroup: null,
      state: "Active",
      error: "None",
      lastUpdatedDateTime: tenant.nowText(),
    })),
  ];
  const violation = violationOf(tenant, after);
  if (violation) throw badRequest(violation.message);
  setStates(tenant, user, after);
}
