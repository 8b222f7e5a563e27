import { syncRegistry } from "../applications/registry-link.ts";
import type { Entity } from "../store/entity.ts";
import type { Call } from "./call.ts";
import { resolve } from "./resolve.ts";

/** The application a path names, refreshed from the registry. @throws GraphError 404 */
export function application(call: Call): Entity {
  syncRegistry(call.tenant);
  return resolve(call, "application", call.params["application"] ?? "").entity;
}

/** The service principal a path names, refreshed from the registry. @throws GraphError 404 */
export function servicePrincipal(call: Call): Entity {
  syncRegistry(call.tenant);
  return resolve(call, "servicePrincipal", call.params["principal"] ?? "").entity;
}
