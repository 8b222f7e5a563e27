import { replaceKeyCredentials } from "../applications/key-list.ts";
import { demandApplicationWrite } from "../applications/ownership.ts";
import {
  isMicrosoftOwned,
  leaveRegistry,
  principalOf,
  syncRegistry,
} from "../applications/registry-link.ts";
import { noContent, type Answer } from "../http/answer.ts";
import { badRequest, denied, GraphError } from "../http/graph-error.ts";
import { expander } from "../odata/expand.ts";
import { countAnswer, listAnswer, type Collection } from "../odata/list.ts";
import { contextOf, render, selected } from "../odata/render.ts";
import { kindSource } from "../odata/source.ts";
import { demand, READ_APPLICATIONS, type Needs } from "../rules/permission.ts";
import { withSecurityAttributes, WRITE_SECURITY_ATTRIBUTES } from "../rules/security-attributes.ts";
import { checkedValues, demandValues } from "../rules/values.ts";
import type { Entity, Values } from "../store/entity.ts";
import { servicePrincipal } from "./application-named.ts";
import { prefers, type Call } from "./call.ts";
import { entityOf, resolve } from "./resolve.ts";
import type { Route } from "./route.ts";
import { softDelete } from "./soft-delete.ts";

const CREATE: Needs = [
  "Application.ReadWrite.OwnedBy",
  "Application.ReadWrite.All",
  "Directory.ReadWrite.All",
];

function principals(call: Call): Collection {
  syncRegistry(call.tenant);
  const { directory } = call.tenant;
  return {
    type: "servicePrincipal",
    set: "servicePrincipals",
    typed: false,
    source: kindSource(directory, "servicePrincipal"),
    lookUp: (property, value) =>
      property === "appId" || property === "displayName"
        ? directory.find("servicePrincipal", property, value)
        : undefined,
  };
}

const shown = (call: Call, entity: Entity, status: number): Answer => ({
  status,
  body: {
    "@odata.context": contextOf(
      call.root,
      "servicePrincipals",
      call.query.select,
      true,
      call.query.expand,
    ),
    ...expander(call, "servicePrincipal")(
      entity,
      render(entity, entity.values, selected("servicePrincipal", call.query.select), false),
    ),
  },
});

/** Of the application in the body, or of the one that an upsert names. */
function create(call: Call, named: Values = {}): Answer {
  const { tenant } = call;
  const body = { ...call.body, ...named };
  demandValues("servicePrincipal", body, ["appId"]);
  const values = checkedValues("servicePrincipal", body, "create");
  const appId = String(values["appId"]);
  const application = tenant.registry.application(appId);
  const reachable =
    application &&
    (application.homeTenantId === tenant.id || application.signInAudience !== "AzureADMyOrg");
  if (!application || !reachable) {
    throw badRequest(
      `The appId '${appId}' of the service principal does not reference a valid application object.`,
    );
  }
  if (tenant.registry.servicePrincipal(tenant.id, application.appId)) {
    throw new GraphError(
      409,
      "Request_MultipleObjectsWithSameKeyValue",
      `The service principal cannot be created, updated, or restored because the service principal name ${appId} is already in use.`,
    );
  }
  const principal = tenant.registry.addServicePrincipal(tenant.id, application.appId, {
    objectId: tenant.directory.newId(),
  });
  syncRegistry(tenant);
  const { entity } = resolve(call, "servicePrincipal", principal.objectId);
  const { appId: _given, keyCredentials: _keys, ...stored } = values;
  if (Object.keys(stored).length > 0) tenant.directory.update(entity, stored);
  tenant.directory.link("owners", entity, call.caller.principalId.toLowerCase());
  return shown(call, entity, 201);
}

/** By application id with `Prefer: create-if-missing` a PATCH is an upsert (serviceprincipal-upsert). */
function upsert(call: Call): Answer {
  const key = call.params["principal"] ?? "";
  const isMissing =
    key.startsWith("appId=") &&
    prefers(call, "create-if-missing") &&
    !entityOf(call, "servicePrincipal", key);
  if (!isMissing) return update(call);
  demand(call.caller, CREATE);
  return create(call, { appId: key.slice("appId=".length) });
}

const idsIn = (roles: unknown): string =>
  (Array.isArray(roles) ? (roles as readonly Values[]) : [])
    .map(({ id }) => String(id).toLowerCase())
    .toSorted()
    .join();

/** They are the application's, and change with it (microsoft-graph-docs-contrib#8801). @throws GraphError 400 */
function demandSameRoles(entity: Entity, given: unknown): void {
  if (idsIn(given) !== idsIn(entity.values["appRoles"]))
    throw badRequest(
      "Property appRoles on the service principal does not match the application object.",
    );
}

function update(call: Call): Answer {
  const entity = servicePrincipal(call);
  const isAttributes = "customSecurityAttributes" in call.body;
  if (isAttributes) demand(call.caller, WRITE_SECURITY_ATTRIBUTES);
  if (!isAttributes || Object.keys(call.body).length > 1) demandApplicationWrite(call, entity);
  const { appRoles, ...body } = call.body;
  if (appRoles !== undefined) demandSameRoles(entity, appRoles);
  const values = withSecurityAttributes(
    "servicePrincipal",
    entity.values,
    checkedValues("servicePrincipal", body, "update"),
  );
  const { keyCredentials: keys, ...stored } = values;
  call.tenant.directory.update(entity, stored);
  const principal = principalOf(call.tenant, entity);
  if (principal && Array.isArray(keys))
    replaceKeyCredentials(call, principal, keys as readonly Values[]);
  if (principal) {
    const { accountEnabled, displayName, appRoleAssignmentRequired } = values;
    Object.assign(principal, {
      ...(typeof accountEnabled === "boolean" && { accountEnabled }),
      ...(displayName !== undefined && { displayName }),
      ...(appRoleAssignmentRequired !== undefined && {
        assignmentRequired: appRoleAssignmentRequired,
      }),
    });
  }
  return noContent;
}

function remove(call: Call): Answer {
  const entity = servicePrincipal(call);
  demandApplicationWrite(call, entity);
  if (isMicrosoftOwned(entity)) throw denied();
  leaveRegistry(call.tenant, entity);
  softDelete(call.tenant, entity);
  return noContent;
}

const touches: Route["touches"] = (call) => ({
  objects: [(call.params["principal"] ?? "").toLowerCase()],
});

export const servicePrincipalRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/servicePrincipals",
    needs: READ_APPLICATIONS,
    handle: (call) => listAnswer(call, principals(call)),
  },
  {
    method: "GET",
    path: "/servicePrincipals/$count",
    needs: READ_APPLICATIONS,
    handle: (call) => countAnswer(call, principals(call)),
  },
  {
    method: "GET",
    path: "/servicePrincipals/:principal",
    needs: READ_APPLICATIONS,
    handle: (call) => shown(call, servicePrincipal(call), 200),
  },
  {
    method: "POST",
    path: "/servicePrincipals",
    needs: CREATE,
    body: "required",
    handle: (call) => create(call),
  },
  {
    method: "PATCH",
    path: "/servicePrincipals/:principal",
    needs: "per-call",
    body: "required",
    touches,
    handle: upsert,
  },
  {
    method: "DELETE",
    path: "/servicePrincipals/:principal",
    needs: "per-call",
    touches,
    handle: remove,
  },
];
