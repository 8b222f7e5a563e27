import { noContent, type Answer } from "../http/answer.ts";
import { denied } from "../http/graph-error.ts";
import { demand, DELETE_USERS } from "../rules/permission.ts";
import { demandPowerOver } from "../rules/privilege.ts";
import type { Entity } from "../store/entity.ts";
import type { Call } from "./call.ts";
import { softDeleteUser } from "./soft-delete.ts";

/** Deletes an object of any kind, with the permission that its own kind needs. @throws GraphError 403 */
export function deleteObject(call: Call, entity: Entity): Answer {
  if (entity.kind !== "user") throw denied();
  demand(call.caller, DELETE_USERS);
  demandPowerOver(call, entity);
  softDeleteUser(call.tenant, entity);
  return noContent;
}
