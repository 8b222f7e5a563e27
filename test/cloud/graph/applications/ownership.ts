import { denied } from "../http/graph-error.ts";
import type { Call } from "../resources/call.ts";
import { holds, WRITE_APPLICATIONS } from "../rules/permission.ts";
import type { Entity } from "../store/entity.ts";

/** Whether the calling application's service principal owns the object. */
const isOwner = (call: Call, entity: Entity): boolean =>
  call.tenant.directory.relations.owners.has(entity.id, call.caller.principalId.toLowerCase());

/**
 * Application.ReadWrite.All may write to any object, Application.ReadWrite.OwnedBy only to those the
 * caller owns.
 * @throws GraphError 403
 */
export function demandApplicationWrite(call: Call, entity: Entity): void {
  if (holds(call.caller, WRITE_APPLICATIONS)) return;
  if (holds(call.caller, ["Application.ReadWrite.OwnedBy"]) && isOwner(call, entity)) return;
  throw denied();
}
