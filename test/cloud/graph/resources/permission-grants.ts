import { syncRegistry } from "../applications/registry-link.ts";
import { noContent, ok, type Answer } from "../http/answer.ts";
import { badRequest, GraphError, notFound } from "../http/graph-error.ts";
import { contextOf } from "../odata/render.ts";
import type { Needs } from "../rules/permission.ts";
import type { Entity, Values } from "../store/entity.ts";
import { compactId } from "../store/ids.ts";
import { servicePrincipal } from "./application-named.ts";
import type { Call } from "./call.ts";
import { noteGrant } from "./kept/grant-changes.ts";
import { invalidValue, resolve } from "./resolve.ts";
import { resourceList } from "./resource-list.ts";
import type { Route } from "./route.ts";

const READ: Needs = [
  "DelegatedPermissionGrant.ReadWrite.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];
const WRITE: Needs = ["DelegatedPermissionGrant.ReadWrite.All", "Directory.ReadWrite.All"];

const SET = "oauth2PermissionGrants";

const text = (call: Call, name: string): string => {
  const value = call.body[name];
  if (typeof value === "string" && value !== "") return value;
  throw badRequest(
    `A value is required for property '${name}' of resource 'OAuth2PermissionGrant'.`,
  );
};

const principal = (call: Call, id: string): Entity => resolve(call, "servicePrincipal", id).entity;

function store({ tenant }: Call, grant: Values): void {
  tenant.grants.set(String(grant["id"]), grant);
  noteGrant(tenant, String(grant["id"]));
}

/** Delegated permissions of a client for a resource: for everybody, or for one user (oauth2permissiongrant-post). */
function create(call: Call): Answer {
  const { tenant } = call;
  syncRegistry(tenant);
  const consentType = text(call, "consentType");
  if (consentType !== "AllPrincipals" && consentType !== "Principal")
    throw invalidValue("servicePrincipal", "consentType");
  const client = principal(call, text(call, "clientId"));
  const resource = principal(call, text(call, "resourceId"));
  const user =
    consentType === "Principal"
      ? resolve(call, "user", text(call, "principalId")).entity
      : undefined;
  const grant: Values = {
    clientId: client.id,
    consentType,
    id: compactId(client.id, resource.id, ...(user ? [user.id] : [])),
    principalId: user?.id ?? null,
    resourceId: resource.id,
    scope: text(call, "scope"),
  };
  const isHeld = [...tenant.grants.values()].some((held) =>
    ["clientId", "principalId", "resourceId"].every((name) => held[name] === grant[name]),
  );
  if (isHeld)
    throw new GraphError(
      409,
      "Request_MultipleObjectsWithSameKeyValue",
      "Permission entry already exists.",
    );
  store(call, grant);
  return {
    status: 201,
    body: { "@odata.context": contextOf(call.root, SET, undefined, true), ...grant },
  };
}

function found(call: Call): Values {
  const id = call.params["grant"] ?? "";
  const grant = call.tenant.grants.get(id);
  if (!grant) throw notFound(id);
  return grant;
}

/** Only `scope` can be changed (oauth2permissiongrant-update). */
function update(call: Call): Answer {
  const grant = found(call);
  const other = Object.keys(call.body).find((name) => name !== "scope" && !name.includes("@"));
  if (other !== undefined) throw badRequest(`Property '${other}' is read-only and cannot be set.`);
  store(call, { ...grant, scope: text(call, "scope") });
  return noContent;
}

function remove(call: Call): Answer {
  const id = String(found(call)["id"]);
  call.tenant.grants.delete(id);
  noteGrant(call.tenant, id);
  return noContent;
}

const list = (call: Call, keep: (grant: Values) => boolean): Answer =>
  resourceList(call, SET, [...call.tenant.grants.values()].filter(keep), { filterable: true });

export const permissionGrantRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/oauth2PermissionGrants",
    needs: READ,
    resourceUnits: 2,
    handle: (call) => list(call, () => true),
  },
  {
    method: "POST",
    path: "/oauth2PermissionGrants",
    needs: WRITE,
    body: "required",
    handle: create,
  },
  {
    method: "GET",
    path: "/oauth2PermissionGrants/:grant",
    needs: READ,
    resourceUnits: 2,
    handle: (call) =>
      ok({ "@odata.context": contextOf(call.root, SET, undefined, true), ...found(call) }),
  },
  {
    method: "PATCH",
    path: "/oauth2PermissionGrants/:grant",
    needs: WRITE,
    body: "required",
    handle: update,
  },
  { method: "DELETE", path: "/oauth2PermissionGrants/:grant", needs: WRITE, handle: remove },
  {
    method: "GET",
    path: "/servicePrincipals/:principal/oauth2PermissionGrants",
    needs: READ,
    handle: (call) => {
      const { id } = servicePrincipal(call);
      return list(call, (grant) => grant["clientId"] === id);
    },
  },
  {
    method: "GET",
    path: "/users/:id/oauth2PermissionGrants",
    needs: READ,
    handle: (call) => {
      const { id } = resolve(call, "user", call.params["id"] ?? "").entity;
      return list(call, (grant) => grant["principalId"] === id);
    },
  },
];
