import { graphResourceAppId, olderGraphAppId } from "../../entra/well-known.ts";
import type { Entity } from "../store/entity.ts";
import {
  allowed,
  changedIn,
  edge,
  member,
  named,
  textOf,
  type Asking,
  type Right,
} from "./asking.ts";
import { areMembersAllowed } from "./authorization-policy.ts";

/** Microsoft Graph and the older directory API: their app roles are the most privileged. */
const GRAPH: ReadonlySet<string> = new Set([graphResourceAppId, olderGraphAppId]);

type Kind = "application" | "servicePrincipal";

/** A role over the object; those of a tenant's own may be for single-tenant applications only (custom-available-permissions). */
function mayByRole(asking: Asking, kind: Kind, what: string, object: Entity): boolean {
  if (allowed(asking, `${kind}s/${what}`, object)) return true;
  const isSingle = object.values["signInAudience"] === "AzureADMyOrg";
  return isSingle && allowed(asking, `${kind}s.myOrganization/${what}`, object);
}

/** To own the object, or a role. */
export const owned =
  (kind: Kind, what: string, ...names: readonly string[]): Right =>
  (asking) => {
    const object = named(asking, kind, ...names, kind, "principal");
    if (object === undefined) return true;
    return edge(asking, "owners", object) || mayByRole(asking, kind, what, object);
  };

/** Properties that need another action than `basic/update` (permissions-reference, custom-available-permissions). */
const PROPERTIES: ReadonlyMap<string, string> = new Map([
  ["api", "permissions/update"],
  ["appRoles", "appRoles/update"],
  ["identifierUris", "permissions/update"],
  ["isFallbackPublicClient", "authentication/update"],
  ["keyCredentials", "credentials/update"],
  ["notes", "notes/update"],
  ["passwordCredentials", "credentials/update"],
  ["publicClient", "authentication/update"],
  ["requiredResourceAccess", "permissions/update"],
  ["signInAudience", "audience/update"],
  ["spa", "authentication/update"],
  ["tags", "tag/update"],
  ["web", "authentication/update"],
]);

/** Of service principals app roles have no action of their own. */
const ofPrincipal = (name: string, value: unknown): string => {
  if (name === "accountEnabled") return value === false ? "disable" : "enable";
  return name === "appRoles" ? "basic/update" : (PROPERTIES.get(name) ?? "basic/update");
};

export const createApplication: Right = (asking) =>
  (member(asking) && areMembersAllowed(asking.call, "allowedToCreateApps")) ||
  allowed(asking, "applications/create") ||
  allowed(asking, "applications/createAsOwner");

export const updateApplication: Right = (asking) => {
  if (named(asking, "application", "application") === undefined) return createApplication(asking);
  return changedIn(asking).every((name) =>
    owned("application", PROPERTIES.get(name) ?? "basic/update")(asking),
  );
};

/** Who owns the application may make its principal. */
export function createPrincipal(asking: Asking, appId: string): boolean {
  if (allowed(asking, "servicePrincipals/create")) return true;
  const [application] = asking.call.tenant.directory.find("application", "appId", appId);
  return application !== undefined && edge(asking, "owners", application);
}

export const updatePrincipal: Right = (asking) => {
  const key = asking.call.params["principal"] ?? "";
  const isMissing = named(asking, "servicePrincipal", "principal") === undefined;
  if (isMissing && key.startsWith("appId="))
    return createPrincipal(asking, key.slice("appId=".length));
  return changedIn(asking).every((name) =>
    owned("servicePrincipal", ofPrincipal(name, asking.call.body[name]))(asking),
  );
};

/** The resource's owner, or a role; Microsoft Graph's own app roles need a Privileged Role Administrator. */
export const assignAppRole: Right = (asking) => {
  const { call, isGuest } = asking;
  const id = textOf(call.body["resourceId"] ?? call.params["principal"]);
  const resource = call.tenant.directory.get(id);
  const isGraph = resource !== undefined && GRAPH.has(String(resource.values["appId"]));
  const action = isGraph
    ? "managePermissionGrantsForAll.microsoft-company-admin"
    : "appRoleAssignedTo/update";
  if (allowed(asking, `servicePrincipals/${action}`, resource)) return true;
  return !isGuest && resource?.kind === "servicePrincipal" && edge(asking, "owners", resource);
};

const GRANTS = "oAuth2PermissionGrants";
const ON_GRANTS = { POST: "create", PATCH: "basic/update", DELETE: "delete" } as const;

/** Application Developers consent on their own behalf (permissions-reference). */
export const grantPermission: Right = (asking) => {
  const { call } = asking;
  const what = ON_GRANTS[call.method as keyof typeof ON_GRANTS];
  if (allowed(asking, `${GRANTS}/${what}`)) return true;
  const principal = textOf(call.body["principalId"]).toLowerCase();
  const isOwn = principal === call.caller.principalId.toLowerCase();
  return what === "create" && isOwn && allowed(asking, `${GRANTS}/createAsOwner`);
};
