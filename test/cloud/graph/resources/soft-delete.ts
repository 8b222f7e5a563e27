import type { Tenant } from "../app/tenant.ts";
import { rejoinRegistry } from "../applications/registry-link.ts";
import { bookSeats } from "../licences/assignment-states.ts";
import { deletedName, originalName } from "../rules/user-values.ts";
import type { Entity } from "../store/entity.ts";

/** How long a deleted object can be restored (directory-deleteditems-restore). */
const RETENTION_DAYS = 30;

/** Into deletedItems for 30 days; memberships stay, the name becomes free. */
export function softDeleteUser(tenant: Tenant, user: Entity): void {
  bookSeats(tenant, user, -1);
  tenant.directory.softDelete(user, tenant.nowMs(), {
    deletedDateTime: tenant.nowText(),
    userPrincipalName: deletedName(user),
  });
}

/** Into deletedItems for 30 days, as it is. */
export function softDelete(tenant: Tenant, entity: Entity): void {
  tenant.directory.softDelete(entity, tenant.nowMs(), { deletedDateTime: tenant.nowText() });
}

/** Back from deletedItems; `name` where a user takes another one. */
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

/** Purges what has been deleted for longer than the retention: done when somebody looks. */
export function purgeExpired(tenant: Tenant): void {
  const before = tenant.nowMs() - RETENTION_DAYS * 86_400_000;
  for (const listing of Object.values(tenant.directory.deleted)) {
    for (const entity of listing) {
      if (entity.deletedMs < before) tenant.directory.purge(entity);
    }
  }
}
