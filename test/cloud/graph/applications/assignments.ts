import { timeText, type Tenant } from "../app/tenant.ts";
import { resourceNameOf, type Entity, type Values } from "../store/entity.ts";
import { compactId } from "../store/ids.ts";
import { principalOf } from "./registry-link.ts";

const nameOf = (entity: Entity | undefined): unknown => entity?.values["displayName"] ?? null;

/** An assignment as Graph prints it. */
export const shownAssignment = (
  tenant: Tenant,
  one: { id: string; appRoleId: string; createdMs: number; resourceId: string },
  principal: Entity,
): Values => ({
  id: compactId(principal.id, one.id),
  deletedDateTime: null,
  appRoleId: one.appRoleId,
  createdDateTime: timeText(one.createdMs),
  principalDisplayName: nameOf(principal),
  principalId: principal.id,
  principalType: resourceNameOf(principal.kind),
  resourceDisplayName: nameOf(tenant.directory.get(one.resourceId)),
  resourceId: one.resourceId.toLowerCase(),
});

/** The principal's assignments, from the registry and from the tenant. */
export function assignmentsOf(tenant: Tenant, principal: Entity): readonly Values[] {
  if (principal.kind === "servicePrincipal") {
    return (principalOf(tenant, principal)?.assignments ?? []).map((one) =>
      shownAssignment(tenant, one, principal),
    );
  }
  return [...tenant.assignments.values()].filter((one) => one["principalId"] === principal.id);
}

/** The assignments of this resource's roles. */
export function assignedTo(tenant: Tenant, resource: Entity): readonly Values[] {
  const ofPrincipals = [...tenant.registry.servicePrincipals(tenant.id)].flatMap((principal) => {
    const entity = tenant.directory.get(principal.objectId);
    return entity ? assignmentsOf(tenant, entity) : [];
  });
  return [...tenant.assignments.values(), ...ofPrincipals].filter(
    (one) => one["resourceId"] === resource.id,
  );
}
