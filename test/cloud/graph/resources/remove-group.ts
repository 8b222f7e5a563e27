import { denied } from "../http/graph-error.ts";
import { isExchangeManaged } from "../rules/membership.ts";
import { demand } from "../rules/permission.ts";
import type { Entity } from "../store/entity.ts";
import type { Call } from "./call.ts";
import { softDelete } from "./soft-delete.ts";

/**
 * Microsoft 365 and security groups can be restored for 30 days, others are deleted permanently
 * (group-delete). @throws GraphError 403 for a restricted or, without its role, role-assignable one
 */
export function removeGroup(call: Call, group: Entity): void {
  const { values } = group;
  if (values["isManagementRestricted"] === true) throw denied();
  if (values["isAssignableToRole"] === true) {
    demand(call.caller, ["RoleManagement.ReadWrite.Directory"]);
  }
  if (isExchangeManaged(values)) call.tenant.directory.purge(group);
  else softDelete(call.tenant, group);
}
