import { syncRegistry } from "../applications/registry-link.ts";
import { badRequest, notFound } from "../http/graph-error.ts";
import { resourceNameOf, type Entity, type Kind, type Values } from "../store/entity.ts";
import { isGuid } from "../store/ids.ts";
import type { Call } from "./call.ts";

/** An object that a path or body names, as the reader sees it. */
export interface Resolved {
  readonly entity: Entity;
  readonly values: Values;
}

/** The alternate key of each kind besides its id. */
const ALTERNATE: Readonly<Record<Kind, readonly string[]>> = {
  user: ["userPrincipalName"],
  group: ["uniqueName"],
  application: ["appId", "uniqueName"],
  servicePrincipal: ["appId"],
  administrativeUnit: [],
  device: ["deviceId"],
  directoryRole: ["roleTemplateId"],
  orgContact: [],
};

/** The live object of `kind` with that id, UPN or alternate key, even if it has not replicated yet. */
export function entityOf(call: Call, kind: Kind, key: string): Entity | undefined {
  const { directory } = call.tenant;
  const equals = key.indexOf("=");
  const named = equals > 0 ? key.slice(0, equals) : undefined;
  if (named !== undefined && ALTERNATE[kind].includes(named)) {
    return directory.find(kind, named, key.slice(equals + 1))[0];
  }
  if (isGuid(key)) {
    const entity = directory.get(key);
    return entity?.kind === kind && entity.state === "live" ? entity : undefined;
  }
  return kind === "user" ? directory.find("user", "userPrincipalName", key)[0] : undefined;
}

/**
 * The object a path names.
 * @throws GraphError 404 if there is none or it has not replicated to the reader yet; 400 if the key is
 * malformed.
 */
export function resolve(call: Call, kind: Kind, key: string): Resolved {
  const entity = entityOf(call, kind, key);
  if (!entity) {
    const alternate = key.includes("=") || kind === "user";
    if (!alternate && !isGuid(key)) throw badRequest(`Invalid object identifier '${key}'.`);
    throw notFound(key.slice(key.indexOf("=") + 1));
  }
  const seen = call.tenant.directory.seen(entity);
  if (seen.state !== "live") throw notFound(key);
  return { entity, values: seen.values };
}

const REFERENCE =
  /^https?:\/\/[^/]+\/(?:v1\.0|beta)\/(?:directory\/)?(directoryObjects|users|groups|devices|servicePrincipals|applications|contacts|administrativeUnits|directoryRoles)(?:\/([^/?]+)|\('([^/?']+)'\))$/i;

const KIND_OF: Readonly<Record<string, Kind | undefined>> = {
  users: "user",
  groups: "group",
  devices: "device",
  serviceprincipals: "servicePrincipal",
  applications: "application",
  contacts: "orgContact",
  administrativeunits: "administrativeUnit",
  directoryroles: "directoryRole",
};

/**
 * The object a reference in a body names (`{"@odata.id": "https://…/v1.0/users/<id>"}`).
 * @throws GraphError 400 for a malformed one or one not replicated yet, 404 naming what is missing.
 */
export function referenced(call: Call, reference: unknown): Entity {
  const match = typeof reference === "string" ? REFERENCE.exec(reference) : null;
  if (!match)
    throw badRequest(
      "Invalid value specified for property '@odata.id' of resource 'ReferenceCreate'.",
    );
  const key = decodeURIComponent(match[2] ?? match[3] ?? "");
  const kind = KIND_OF[(match[1] ?? "").toLowerCase()];
  const { directory } = call.tenant;
  const look = (): Entity | undefined =>
    kind ? entityOf(call, kind, key) : isGuid(key) ? directory.get(key) : undefined;
  let entity = look();
  if (!entity) {
    // It may be a principal that is in the registry but not yet in the directory.
    syncRegistry(call.tenant);
    entity = look();
  }
  if (!entity || entity.state !== "live") throw notFound(key);
  if (directory.seen(entity).state === "absent") throw notReplicated();
  return entity;
}

/** The answer to a write that names an object that has not replicated yet (group-update, Errors). */
export const notReplicated = () =>
  badRequest("The source resource object or one of the objects being referenced don't exist.");

/** @throws GraphError 400: `property` has a value that the resource cannot take. */
export const invalidValue = (kind: Kind, property: string) => {
  const message = `Invalid value specified for property '${property}' of resource '${resourceNameOf(kind)}'.`;
  return badRequest(message, [{ code: "InvalidValue", message, target: property }]);
};
