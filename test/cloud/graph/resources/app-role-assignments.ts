import type { ServicePrincipal } from "../../entra/model.ts";
import { assignedTo, assignmentsOf, shownAssignment } from "../applications/assignments.ts";
import { principalOf, syncRegistry } from "../applications/registry-link.ts";
import { noContent, ok, type Answer } from "../http/answer.ts";
import { badRequest, notFound } from "../http/graph-error.ts";
import { SETS } from "../model/models.ts";
import { contextOf } from "../odata/render.ts";
import { both, READ_APPLICATIONS, READ_DIRECTORY, type Needs } from "../rules/permission.ts";
import type { Entity, Values } from "../store/entity.ts";
import { compactId, isGuid } from "../store/ids.ts";
import { servicePrincipal } from "./application-named.ts";
import type { Call } from "./call.ts";
import { resolve } from "./resolve.ts";
import { resourceList } from "./resource-list.ts";
import type { Route } from "./route.ts";

const WRITE: Needs = ["AppRoleAssignment.ReadWrite.All"];
const WRITE_TO_PRINCIPALS: Needs = both(WRITE, READ_APPLICATIONS);

/** The default role, for resources that declare none. */
const DEFAULT_ROLE = "00000000-0000-0000-0000-000000000000";

/** The collection's name in `@odata.context`: `users('<id>')/appRoleAssignments`. */
const setIn = (holder: Entity, name: string): string =>
  `${SETS[holder.kind]}('${holder.id}')/${name}`;

const guid = (call: Call, name: string): string => {
  const value = call.body[name];
  if (typeof value !== "string" || !isGuid(value)) {
    throw badRequest(
      `Invalid value specified for property '${name}' of resource 'AppRoleAssignment'.`,
    );
  }
  return value.toLowerCase();
};

/** @throws GraphError 400: role unknown to the resource, or assigned already; 404: principal or resource missing */
function assign(call: Call, set: string): Answer {
  const { tenant } = call;
  syncRegistry(tenant);
  const [principalId, resourceId, appRoleId] = [
    guid(call, "principalId"),
    guid(call, "resourceId"),
    guid(call, "appRoleId"),
  ];
  const principal = tenant.directory.get(principalId);
  if (!principal || principal.state !== "live") throw notFound(principalId);
  if (!["user", "group", "servicePrincipal"].includes(principal.kind)) {
    throw badRequest(
      "Invalid value specified for property 'principalId' of resource 'AppRoleAssignment'.",
    );
  }
  const { entity: resource } = resolve(call, "servicePrincipal", resourceId);
  const target = principalOf(tenant, resource);
  const application = target && tenant.registry.application(target.appId);
  const role = application?.appRoles.find((one) => one.id.toLowerCase() === appRoleId);
  const declaresNone = (application?.appRoles.length ?? 0) === 0;
  if (!target || !(role || (declaresNone && appRoleId === DEFAULT_ROLE))) {
    throw badRequest(
      `Permission being assigned was not found on application '${target?.appId ?? resourceId}'.`,
    );
  }
  const held = assignmentsOf(tenant, principal).some(
    (one) => one["resourceId"] === resource.id && one["appRoleId"] === appRoleId,
  );
  if (held) throw badRequest("Permission being assigned already exists on the object");
  const one = {
    id: tenant.directory.newId(),
    appRoleId,
    createdMs: tenant.nowMs(),
    resourceId: resource.id,
  };
  if (principal.kind === "servicePrincipal") {
    (principalOf(tenant, principal) as ServicePrincipal).assignments.push({
      ...one,
      value: role?.value ?? "",
      resourceAppId: target.appId,
      resourceId: target.objectId,
    });
  }
  const shown = shownAssignment(tenant, one, principal);
  if (principal.kind !== "servicePrincipal") tenant.assignments.set(String(shown["id"]), shown);
  return {
    status: 201,
    body: { "@odata.context": contextOf(call.root, set, undefined, true), ...shown },
  };
}

/** One of the assignments, by the id in the path. @throws GraphError 404 */
function single(call: Call, set: string, list: readonly Values[]): Answer {
  const id = call.params["assignment"] ?? "";
  const one = list.find((candidate) => candidate["id"] === id);
  if (!one) throw notFound(id);
  return ok({ "@odata.context": contextOf(call.root, set, undefined, true), ...one });
}

const notGranted = () => badRequest("EntitlementGrant being updated or deleted is not found.");

/**
 * Takes away one of the assignments of the object in the path.
 * @throws GraphError 400 (msgraph-sdk-powershell#3142, microsoft-graph-docs-contrib#3614)
 */
function revoke(call: Call, list: readonly Values[]): Answer {
  const { tenant } = call;
  const id = call.params["assignment"] ?? "";
  // Seen for the id of a role, and for an assignment of somebody else's or none.
  if (!/^[\w-]{43}$/.test(id))
    throw badRequest("Invalid resource identifier for EntitlementGrant.");
  if (list.every((one) => one["id"] !== id)) throw notGranted();
  if (tenant.assignments.delete(id)) return noContent;
  for (const principal of tenant.registry.servicePrincipals(tenant.id)) {
    const at = principal.assignments.findIndex(
      (one) => compactId(principal.objectId, one.id) === id,
    );
    if (at >= 0) {
      principal.assignments.splice(at, 1);
      return noContent;
    }
  }
  throw notGranted();
}

/** The principal in the path must be the one in the body. */
const assignFor =
  (principal: (call: Call) => Entity) =>
  (call: Call): Answer => {
    const holder = principal(call);
    if (holder.id !== guid(call, "principalId")) {
      throw badRequest("The principalId in the request does not match the one in the URL.");
    }
    return assign(call, setIn(holder, "appRoleAssignments"));
  };

const user = (call: Call): Entity => resolve(call, "user", call.params["id"] ?? "").entity;
const group = (call: Call): Entity => resolve(call, "group", call.params["id"] ?? "").entity;

const READ: Needs = ["AppRoleAssignment.ReadWrite.All", ...READ_DIRECTORY];

const routesOf = (
  path: string,
  principal: (call: Call) => Entity,
  needs: { readonly read: Needs; readonly write: Needs },
  resourceUnits = 1,
): Route[] => [
  {
    method: "GET",
    path: `${path}/appRoleAssignments`,
    needs: needs.read,
    resourceUnits,
    handle: (call) => {
      const holder = principal(call);
      return resourceList(
        call,
        setIn(holder, "appRoleAssignments"),
        assignmentsOf(call.tenant, holder),
        { filterable: true },
      );
    },
  },
  {
    method: "POST",
    path: `${path}/appRoleAssignments`,
    needs: needs.write,
    body: "required",
    handle: assignFor(principal),
  },
  {
    method: "GET",
    path: `${path}/appRoleAssignments/:assignment`,
    needs: needs.read,
    handle: (call) => {
      const holder = principal(call);
      return single(call, setIn(holder, "appRoleAssignments"), assignmentsOf(call.tenant, holder));
    },
  },
  {
    method: "DELETE",
    path: `${path}/appRoleAssignments/:assignment`,
    needs: WRITE,
    handle: (call) => revoke(call, assignmentsOf(call.tenant, principal(call))),
  },
];

export const appRoleAssignmentRoutes: readonly Route[] = [
  ...routesOf("/users/:id", user, { read: READ, write: WRITE }),
  ...routesOf("/groups/:id", group, { read: READ, write: WRITE }),
  ...routesOf(
    "/servicePrincipals/:principal",
    servicePrincipal,
    { read: READ_APPLICATIONS, write: WRITE_TO_PRINCIPALS },
    2,
  ),
  {
    method: "GET",
    path: "/servicePrincipals/:principal/appRoleAssignedTo",
    needs: READ_APPLICATIONS,
    handle: (call) => {
      const resource = servicePrincipal(call);
      return resourceList(
        call,
        setIn(resource, "appRoleAssignedTo"),
        assignedTo(call.tenant, resource),
        { filterable: true },
      );
    },
  },
  {
    method: "POST",
    path: "/servicePrincipals/:principal/appRoleAssignedTo",
    needs: WRITE_TO_PRINCIPALS,
    body: "required",
    handle: (call) => {
      const resource = servicePrincipal(call);
      if (resource.id !== guid(call, "resourceId")) {
        throw badRequest("The resourceId in the request does not match the one in the URL.");
      }
      return assign(call, setIn(resource, "appRoleAssignedTo"));
    },
  },
  {
    method: "GET",
    path: "/servicePrincipals/:principal/appRoleAssignedTo/:assignment",
    needs: READ_APPLICATIONS,
    handle: (call) => {
      const resource = servicePrincipal(call);
      return single(call, setIn(resource, "appRoleAssignedTo"), assignedTo(call.tenant, resource));
    },
  },
  {
    method: "DELETE",
    path: "/servicePrincipals/:principal/appRoleAssignedTo/:assignment",
    needs: WRITE,
    handle: (call) => revoke(call, assignedTo(call.tenant, servicePrincipal(call))),
  },
];
