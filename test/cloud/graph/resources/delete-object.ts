import { demandApplicationWrite } from "../applications/ownership.ts";
import { leaveRegistry } from "../applications/registry-link.ts";
import { noContent, type Answer } from "../http/answer.ts";
import { denied } from "../http/graph-error.ts";
import { demand, DELETE_USERS, WRITE_GROUPS } from "../rules/permission.ts";
import { demandPowerOver } from "../rules/privilege.ts";
import type { Entity } from "../store/entity.ts";
import type { Call } from "./call.ts";
import { removeGroup } from "./remove-group.ts";
import { softDelete, softDeleteUser } from "./soft-delete.ts";

/**
 * Deletes an object of any kind, with the permission that its kind needs. A DELETE on a membership
 * without `/$ref` does this (group-delete-members).
 * @throws GraphError 403
 */
export function deleteObject(call: Call, entity: Entity): Answer {
  switch (entity.kind) {
    case "user":
      demand(call.caller, DELETE_USERS);
      demandPowerOver(call, entity);
      softDeleteUser(call.tenant, entity);
      return noContent;
    case "group":
      demand(call.caller, WRITE_GROUPS);
      removeGroup(call, entity);
      return noContent;
    case "device":
      demand(call.caller, ["Device.ReadWrite.All", "Directory.ReadWrite.All"]);
      softDelete(call.tenant, entity);
      return noContent;
    case "application":
    case "servicePrincipal":
      demandApplicationWrite(call, entity);
      leaveRegistry(call.tenant, entity);
      softDelete(call.tenant, entity);
      return noContent;
    case "administrativeUnit":
    case "directoryRole":
    case "orgContact":
    default:
      throw denied();
  }
}
