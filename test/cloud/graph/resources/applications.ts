import type { RedirectUris, SignInAudience } from "../../entra/model.ts";
import { keyCredentials, newSecret } from "../applications/credentials.ts";
import { replaceKeyCredentials } from "../applications/key-list.ts";
import { demandApplicationWrite } from "../applications/ownership.ts";
import { applicationOf, leaveRegistry, syncRegistry } from "../applications/registry-link.ts";
import { withWholeObjects } from "../applications/shape.ts";
import { noContent, type Answer } from "../http/answer.ts";
import { GraphError } from "../http/graph-error.ts";
import { expander } from "../odata/expand.ts";
import { countAnswer, listAnswer, type Collection } from "../odata/list.ts";
import { contextOf, render, selected } from "../odata/render.ts";
import { kindSource } from "../odata/source.ts";
import { checkApplicationValues } from "../rules/application-values.ts";
import { demand, READ_APPLICATIONS, type Needs } from "../rules/permission.ts";
import { demandRoom } from "../rules/quota.ts";
import { checkedValues, demandValues } from "../rules/values.ts";
import type { Entity, Values } from "../store/entity.ts";
import { application } from "./application-named.ts";
import { prefers, type Call } from "./call.ts";
import { entityOf, invalidValue, resolve } from "./resolve.ts";
import type { Route } from "./route.ts";
import { softDelete } from "./soft-delete.ts";

const CREATE: Needs = [
  "Application.ReadWrite.OwnedBy",
  "AppRegistration.Create",
  "Application.ReadWrite.All",
  "Directory.ReadWrite.All",
];

function applications(call: Call): Collection {
  syncRegistry(call.tenant);
  const { directory } = call.tenant;
  return {
    type: "application",
    set: "applications",
    typed: false,
    source: kindSource(directory, "application"),
    lookUp: (property, value) =>
      ["appId", "displayName", "uniqueName"].includes(property)
        ? directory.find("application", property, value)
        : undefined,
  };
}

const shown = (call: Call, entity: Entity, status: number, extra: Values = {}): Answer => ({
  status,
  body: {
    "@odata.context": contextOf(
      call.root,
      "applications",
      call.query.select,
      true,
      call.query.expand,
    ),
    ...expander(call, "application")(entity, {
      ...render(entity, entity.values, selected("application", call.query.select), false),
      ...extra,
    }),
  },
});

/** The certificates' keys are shown only for `$select=keyCredentials` on one application. */
function get(call: Call): Answer {
  const entity = application(call);
  const registered = applicationOf(call.tenant, entity);
  const asked = call.query.select?.some((name) => name.toLowerCase() === "keycredentials");
  return shown(
    call,
    entity,
    200,
    asked && registered ? { keyCredentials: keyCredentials(registered, true) } : {},
  );
}

/** Passes a change on to the token endpoint's registry. */
function toRegistry(call: Call, entity: Entity, values: Values): void {
  const registered = applicationOf(call.tenant, entity);
  if (!registered) return;
  const { displayName, identifierUris, signInAudience, appRoles, keyCredentials: keys } = values;
  Object.assign(registered, {
    ...(displayName !== undefined && { displayName }),
    ...(identifierUris !== undefined && { identifierUris }),
    ...(signInAudience !== undefined && { signInAudience }),
    ...(Array.isArray(appRoles) && {
      appRoles: appRoles.map((role: Values) => ({
        id: role["id"],
        value: role["value"],
        allowedMemberTypes: role["allowedMemberTypes"],
        displayName: role["displayName"],
        description: role["description"],
        isEnabled: role["isEnabled"] !== false,
      })),
    }),
    ...(typeof values["api"] === "object" && {
      accessTokenVersion: (values["api"] as Values)["requestedAccessTokenVersion"] === 2 ? 2 : 1,
    }),
    ...(typeof values["isFallbackPublicClient"] === "boolean" && {
      publicClient: values["isFallbackPublicClient"],
    }),
    redirectUris: redirectUrisAfter(registered.redirectUris, values),
  });
  if (Array.isArray(keys)) replaceKeyCredentials(call, registered, keys as readonly Values[]);
}

/** The redirect URIs of each platform that the body sets, and the others as they were. */
function redirectUrisAfter(before: RedirectUris, values: Values): RedirectUris {
  const uris = (name: string): readonly string[] | undefined => {
    const platform = values[name] as { readonly redirectUris?: unknown } | null | undefined;
    return Array.isArray(platform?.redirectUris)
      ? (platform.redirectUris as readonly string[])
      : undefined;
  };
  return {
    public: uris("publicClient") ?? before.public,
    web: uris("web") ?? before.web,
    spa: uris("spa") ?? before.spa,
  };
}

/** @throws GraphError 409 if another application has one of the identifiers. */
function demandFreeIdentifiers(call: Call, values: Values, self?: Entity): void {
  const { identifierUris } = values;
  if (!Array.isArray(identifierUris)) return;
  const wanted = new Set(identifierUris.map((uri) => String(uri).toLowerCase()));
  const taken = [...call.tenant.registry.applications()].some(
    (other) =>
      other.objectId.toLowerCase() !== self?.id &&
      other.identifierUris.some((uri) => wanted.has(uri.toLowerCase())),
  );
  if (taken) {
    throw new GraphError(
      409,
      "Request_MultipleObjectsWithSameKeyValue",
      "Another object with the same value for property identifierUris already exists.",
    );
  }
}

/**
 * The secrets to make with an application; their text is the service's own (application-post-applications,
 * example 2). @throws GraphError 400
 */
function secretsAsked(given: unknown): readonly Values[] {
  const asked: unknown = given ?? [];
  if (!Array.isArray(asked) || asked.some((one) => typeof one !== "object" || one === null))
    throw invalidValue("application", "passwordCredentials");
  if (asked.some(({ secretText }: Values) => (secretText ?? null) !== null))
    throw invalidValue("application", "passwordCredentials");
  return asked as readonly Values[];
}

function create(call: Call, named: Values = {}): Answer {
  const { tenant } = call;
  const { passwordCredentials, ...given } = call.body;
  const body = { ...given, ...named };
  const secrets = secretsAsked(passwordCredentials);
  demandValues("application", body, ["displayName"]);
  const values = withWholeObjects({}, checkedValues("application", body, "create"));
  demandFreeIdentifiers(call, values);
  const appId = tenant.directory.newId();
  checkApplicationValues(call, values, appId);
  demandRoom(tenant);
  const registered = tenant.registry.addApplication({
    tenantId: tenant.id,
    displayName: String(values["displayName"]),
    appId,
    objectId: tenant.directory.newId(),
    signInAudience: (values["signInAudience"] ?? "AzureADMyOrg") as SignInAudience,
  });
  syncRegistry(tenant);
  const entity = resolve(call, "application", registered.objectId).entity;
  const { keyCredentials: _keys, ...stored } = values;
  tenant.directory.update(entity, { publisherDomain: tenant.defaultDomain, ...stored });
  toRegistry(call, entity, values);
  tenant.directory.link("owners", entity, call.caller.principalId.toLowerCase());
  const made = secrets.map((asked) => newSecret(tenant, registered, asked));
  syncRegistry(tenant);
  return shown(call, entity, 201, made.length > 0 ? { passwordCredentials: made } : {});
}

/** By unique name with `Prefer: create-if-missing` a PATCH is an upsert (application-upsert). */
function upsert(call: Call): Answer {
  const key = call.params["application"] ?? "";
  const isMissing =
    key.startsWith("uniqueName=") &&
    prefers(call, "create-if-missing") &&
    !entityOf(call, "application", key);
  if (!isMissing) return update(call);
  demand(call.caller, CREATE);
  return create(call, { uniqueName: key.slice("uniqueName=".length) });
}

function update(call: Call): Answer {
  const entity = application(call);
  demandApplicationWrite(call, entity);
  const values = withWholeObjects(entity.values, checkedValues("application", call.body, "update"));
  const { uniqueName } = entity.values;
  // Immutable once it is set (application-update).
  if (
    values["uniqueName"] !== undefined &&
    (uniqueName ?? values["uniqueName"]) !== values["uniqueName"]
  )
    throw invalidValue("application", "uniqueName");
  demandFreeIdentifiers(call, values, entity);
  checkApplicationValues(call, values, String(entity.values["appId"]), entity);
  const { keyCredentials: _keys, ...stored } = values;
  if (Object.keys(stored).length > 0) call.tenant.directory.update(entity, stored);
  toRegistry(call, entity, values);
  syncRegistry(call.tenant);
  return noContent;
}

/** Deletes the application and, in its own tenant, its service principal. */
function remove(call: Call): Answer {
  const entity = application(call);
  demandApplicationWrite(call, entity);
  const { tenant } = call;
  const [principal] = tenant.directory.find(
    "servicePrincipal",
    "appId",
    String(entity.values["appId"]),
  );
  for (const one of principal ? [principal, entity] : [entity]) {
    leaveRegistry(tenant, one);
    softDelete(tenant, one);
  }
  return noContent;
}

const touches: Route["touches"] = (call) => ({
  objects: [(call.params["application"] ?? "").toLowerCase()],
});

/** `$select=keyCredentials` has a separate limit: 150 a minute in a tenant (resources/application). */
const keyService: NonNullable<Route["service"]> = (call) =>
  call.query.select?.includes("keyCredentials") ? "key-credentials" : undefined;

export const applicationRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/applications",
    needs: READ_APPLICATIONS,
    resourceUnits: 2,
    service: keyService,
    handle: (call) => listAnswer(call, applications(call)),
  },
  {
    method: "GET",
    path: "/applications/$count",
    needs: READ_APPLICATIONS,
    handle: (call) => countAnswer(call, applications(call)),
  },
  {
    method: "GET",
    path: "/applications/:application",
    needs: READ_APPLICATIONS,
    service: keyService,
    handle: get,
  },
  {
    method: "POST",
    path: "/applications",
    needs: CREATE,
    body: "required",
    handle: (call) => create(call),
  },
  {
    method: "PATCH",
    path: "/applications/:application",
    needs: "per-call",
    body: "required",
    touches,
    handle: upsert,
  },
  {
    method: "DELETE",
    path: "/applications/:application",
    needs: "per-call",
    touches,
    handle: remove,
  },
];
