import type { Tenant } from "../app/tenant.ts";
import { rejoinRegistry } from "../applications/registry-link.ts";
import { bookSeats } from "../licenses/assignment-states.ts";
import { deletedName, originalName } from "../rules/user-values.ts";
import type { Entity } from "../store/entity.ts";

/** How long a deleted object can be restored (directory-deleteditems-restore). */
const RETENTION_DAYS = 30;

/** Moves a user to deletedItems for 30 days; memberships stay, the name becomes free. */
export function softDeleteUser(tenant: Tenant, user: Entity): void {
  bookSeats(tenant, user, -1);
  tenant.directory.softDelete(user, tenant.nowMs(), {
    deletedDateTime: tenant.nowText(),
    userPrincipalName: deletedName(user),
  });
}

/** Moves an object to deletedItems for 30 days, unchanged. */
export function softDelete(tenant: Tenant, entity: Entity): void {
  tenant.directory.softDelete(entity, tenant.nowMs(), { deletedDateTime: tenant.nowText() });
}

/** Restores an object from deletedItems; `name` gives a user another name. */
export function restore(tenant: Tenant, entity: Entity, name?: string): void {
  tenant.directory.restore(entity, {
    deletedDateTime: undefined,
    ...(entity.kind === "user" && { userPrincipalName: name ?? originalName(entity) }),
  });
  if (entity.kind === "user") bookSeats(tenant, entity, 1);
  if (entity.kind === "application" || entity.kind === "servicePrincipal") {
    rejoinRegistry(tenant, entity);
  }
}

/** Purges objects deleted for longer than the retention; callers do so before they read. */
export function purgeExpired(tenant: Tenant): void {
  const before = tenant.nowMs() - RETENTION_DAYS * 86_400_000;
  for (const listing of Object.values(tenant.directory.deleted)) {
    for (const entity of listing) {
      if (entity.deletedMs < before) tenant.directory.purge(entity);
    }
  }
}
