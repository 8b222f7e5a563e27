import { badRequest, GraphError } from "../http/graph-error.ts";
import type { Call } from "../resources/call.ts";
import { invalidValue } from "../resources/resolve.ts";
import type { Entity, Values } from "../store/entity.ts";
import { isGuid } from "../store/ids.ts";
import { checkExtensionValues } from "./extension-values.ts";

const AUDIENCES = new Set([
  "AzureADMyOrg",
  "AzureADMultipleOrgs",
  "AzureADandPersonalMicrosoftAccount",
  "PersonalMicrosoftAccount",
]);

/** Audiences with personal accounts take version 2 tokens only (supported-accounts-validation). */
const PERSONAL = new Set(["AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount"]);

const list = (value: unknown): readonly Values[] =>
  Array.isArray(value) ? (value as readonly Values[]) : [];

const invalid = (property: string, resource: string): GraphError =>
  badRequest(`Invalid value specified for property '${property}' of resource '${resource}'.`);

const demandGuid = (value: unknown): void => {
  if (typeof value === "string" && isGuid(value)) return;
  throw badRequest("Cannot convert a value to target type 'Edm.Guid' because of conversion error.");
};

/** Seen for ids and for values. */
function demandDistinct(entries: readonly Values[], property: string): void {
  const values = entries
    .map((entry) => entry[property])
    .filter((value): value is string => typeof value === "string" && value !== "")
    .map((value) => value.toLowerCase());
  if (new Set(values).size < values.length)
    throw new GraphError(
      400,
      "DuplicateValue",
      "Request contains a property with duplicate values.",
    );
}

/** @throws GraphError 400 if a role or scope that is enabled is left out (terraform-provider-azuread, odata errors) */
function demandDisabledFirst(before: readonly Values[], after: readonly Values[]): void {
  const kept = new Set(after.map((entry) => String(entry["id"]).toLowerCase()));
  const isLost = before.some(
    (entry) => entry["isEnabled"] !== false && !kept.has(String(entry["id"]).toLowerCase()),
  );
  if (isLost)
    throw new GraphError(
      400,
      "CannotDeleteOrUpdateEnabledEntitlement",
      "Permission (scope or role) cannot be deleted or updated unless disabled first.",
    );
}

function checkAppRoles(roles: readonly Values[], before: readonly Values[]): void {
  for (const role of roles) {
    demandGuid(role["id"]);
    const allowed: unknown = role["allowedMemberTypes"];
    const fits =
      Array.isArray(allowed) &&
      allowed.length > 0 &&
      allowed.every((one) => one === "User" || one === "Application");
    if (!fits) throw invalid("allowedMemberTypes", "AppRole");
    for (const name of ["displayName", "description"])
      if (typeof role[name] !== "string" || role[name] === "") throw invalid(name, "AppRole");
    const { value } = role;
    // resources/approle: at most 120 characters of a list that lacks the space; no point at the start.
    if (
      typeof value === "string" &&
      !/^(?!\.)[\w:!#$%&'()*+,\-./;<=>?@[\]^`{|}~]{0,120}$/.test(value)
    )
      throw invalid("value", "AppRole");
  }
  demandDistinct(roles, "id");
  demandDistinct(roles, "value");
  demandDisabledFirst(before, roles);
}

function checkApi(api: Values, before: Values, audience: string): void {
  const version = api["requestedAccessTokenVersion"] ?? null;
  const allowed: readonly unknown[] = PERSONAL.has(audience) ? [2] : [null, 1, 2];
  if (!allowed.includes(version))
    throw badRequest("Property api.requestedAccessTokenVersion is invalid.");
  const scopes = list(api["oauth2PermissionScopes"]);
  for (const scope of scopes) demandGuid(scope["id"]);
  demandDistinct(scopes, "id");
  demandDistinct(scopes, "value");
  demandDisabledFirst(list(before["oauth2PermissionScopes"]), scopes);
}

function checkResourceAccess(entries: readonly Values[]): void {
  for (const entry of entries) {
    const { resourceAppId } = entry;
    if (typeof resourceAppId !== "string" || !isGuid(resourceAppId))
      throw invalid("resourceAppId", "RequiredResourceAccess");
    for (const access of list(entry["resourceAccess"])) {
      demandGuid(access["id"]);
      if (access["type"] !== "Scope" && access["type"] !== "Role")
        throw invalid("type", "ResourceAccess");
    }
  }
  demandDistinct(entries, "resourceAppId");
}

/**
 * Whether an identifier is bound to the application, the tenant or one of its domains
 * (identifier-uri-patterns, restrictions on single-tenant and multi-tenant applications).
 */
function isBound(call: Call, uri: string, appId: string): boolean {
  if (!URL.canParse(uri)) return false;
  const lower = uri.toLowerCase();
  const ids = [appId.toLowerCase(), call.tenant.id.toLowerCase()];
  if (
    lower.startsWith("api://") &&
    lower
      .slice(6)
      .split("/")
      .some((part) => ids.includes(part))
  )
    return true;
  const host = /^[a-z][a-z0-9+.-]*:\/\/([^/:]+)/u.exec(lower)?.[1];
  return (
    host !== undefined &&
    call.tenant.domains.some(({ name }) => host === name || host.endsWith(`.${name}`))
  );
}

/**
 * The rules for an application's values beyond their types; `values` has its objects whole.
 * @throws GraphError 400
 */
export function checkApplicationValues(
  call: Call,
  values: Values,
  appId: string,
  self?: Entity,
): void {
  checkExtensionValues(call, "application", values);
  const before = self?.values ?? {};
  const audience = values["signInAudience"] ?? before["signInAudience"] ?? "AzureADMyOrg";
  if (typeof audience !== "string" || !AUDIENCES.has(audience))
    throw invalidValue("application", "signInAudience");
  if (values["appRoles"] !== undefined)
    checkAppRoles(list(values["appRoles"]), list(before["appRoles"]));
  const api = values["api"] ?? (values["signInAudience"] === undefined ? undefined : before["api"]);
  if (api !== undefined) checkApi(api as Values, (before["api"] ?? {}) as Values, audience);
  if (values["requiredResourceAccess"] !== undefined)
    checkResourceAccess(list(values["requiredResourceAccess"]));
  const { identifierUris } = values;
  const held = new Set(Array.isArray(before["identifierUris"]) ? before["identifierUris"] : []);
  const loose = (Array.isArray(identifierUris) ? (identifierUris as readonly string[]) : []).find(
    // Applications of the gallery have identifiers of their makers (application-saml-sso-configure-api).
    (uri) => !before["applicationTemplateId"] && !held.has(uri) && !isBound(call, uri, appId),
  );
  if (loose !== undefined)
    throw new GraphError(
      400,
      "HostNameNotOnVerifiedDomain",
      `Values of identifierUris property must use a verified domain of the organization or its subdomain: '${loose}'`,
    );
}
