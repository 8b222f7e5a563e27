import { checkResource, toResource } from "../token/scope.ts";
import { checkTenant } from "../token/tenant.ts";
import type { TokenSlot } from "./token-slot.ts";

/**
 * Returns a function that finds the slot of a tenant and resource, and opens it at first use.
 *
 * The returned function throws OperatorError TENANT_NOT_ALLOWED, SCOPE_INVALID, RESOURCE_NOT_ALLOWED.
 * @throws OperatorError SCOPE_INVALID if an allowed resource is not valid.
 */
export function createTokenSlots(options: {
  readonly allowedTenants: readonly string[];
  readonly allowedResources: readonly string[];
  readonly open: (tenant: string, resource: string) => TokenSlot;
}): (tenant: string, resource: string) => TokenSlot {
  const tenants = new Set(options.allowedTenants.map((tenant) => tenant.toLowerCase()));
  const resources = new Set(options.allowedResources.map(toResource));
  const slots = new Map<string, TokenSlot>();

  return (tenant, resource) => {
    // Only names that passed the checks are in the map, so a hit needs no check.
    const hit = slots.get(`${tenant} ${resource}`);
    if (hit) return hit;
    const checkedTenant = checkTenant(tenant, tenants);
    const checkedResource = toResource(resource);
    checkResource(checkedResource, resources);
    const name = `${checkedTenant} ${checkedResource}`;
    const slot = slots.get(name) ?? options.open(checkedTenant, checkedResource);
    slots.set(name, slot);
    return slot;
  };
}
