import type { Application, ServicePrincipal } from "../../entra/model.ts";
import { timeText, type Tenant } from "../app/tenant.ts";
import type { Entity, Values } from "../store/entity.ts";
import { isGuid } from "../store/ids.ts";
import { keyCredentials, passwordCredentials } from "./credentials.ts";
import { APPLICATION_DEFAULTS, PRINCIPAL_DEFAULTS } from "./shape.ts";

const MICROSOFT_TENANT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";

const appRoles = (application: Application): readonly Values[] =>
  // A few permissions of the published list have no id, so they cannot be granted.
  application.appRoles
    .filter((role) => isGuid(role.id))
    .map((role) => ({
      allowedMemberTypes: role.allowedMemberTypes ?? ["Application"],
      description: role.description ?? role.value,
      displayName: role.displayName ?? role.value,
      id: role.id,
      isEnabled: role.isEnabled ?? true,
      origin: "Application",
      value: role.value,
    }));

const delegatedScopes = (application: Application): readonly Values[] =>
  application.delegatedScopes.map(({ id, value, type }) => ({
    adminConsentDescription: value,
    adminConsentDisplayName: value,
    id,
    isEnabled: true,
    type,
    userConsentDescription: value,
    userConsentDisplayName: value,
    value,
  }));

const applicationValues = (application: Application): Values => ({
  appId: application.appId,
  displayName: application.displayName,
  identifierUris: [...application.identifierUris],
  signInAudience: application.signInAudience,
  appRoles: appRoles(application),
  publicClient: { redirectUris: [...application.redirectUris.public] },
  keyCredentials: keyCredentials(application, false),
  passwordCredentials: passwordCredentials(application),
});

const urisIn = (platform: unknown): readonly unknown[] =>
  ((platform as Values | undefined)?.["redirectUris"] ?? []) as readonly unknown[];

/** What a service principal shows of its application, if that is the tenant's own (resources/serviceprincipal). */
function ofApplication(tenant: Tenant, application: Application | undefined): Values {
  if (application?.homeTenantId !== tenant.id) return {};
  const { api, web, spa, publicClient, ...values } =
    tenant.directory.get(application.objectId.toLowerCase())?.values ?? {};
  const { homePageUrl = null, logoutUrl = null } = (web ?? {}) as Values;
  return {
    appDescription: values["description"] ?? null,
    applicationTemplateId: values["applicationTemplateId"] ?? null,
    homepage: homePageUrl,
    info: values["info"],
    logoutUrl,
    oauth2PermissionScopes: (api as Values | undefined)?.["oauth2PermissionScopes"] ?? [],
    replyUrls: [web, spa, publicClient].flatMap(urisIn),
    verifiedPublisher: values["verifiedPublisher"],
  };
}

const principalValues = (
  principal: ServicePrincipal,
  application: Application | undefined,
): Values => ({
  appId: principal.appId,
  displayName: principal.displayName,
  appDisplayName: principal.displayName,
  accountEnabled: principal.accountEnabled,
  appOwnerOrganizationId: application?.homeTenantId ?? principal.tenantId,
  appRoleAssignmentRequired: principal.assignmentRequired,
  appRoles: application ? appRoles(application) : [],
  oauth2PermissionScopes: application ? delegatedScopes(application) : [],
  servicePrincipalNames: [principal.appId, ...(application?.identifierUris ?? [])],
  servicePrincipalType: principal.kind,
  signInAudience: application?.signInAudience ?? null,
  keyCredentials: keyCredentials(principal, false),
  passwordCredentials: passwordCredentials(principal),
});

const known = new WeakMap<Entity, string>();

/** Creates or refreshes the object for a registry entry; an unchanged one costs only a comparison. */
function mirror(
  tenant: Tenant,
  kind: "application" | "servicePrincipal",
  id: string,
  values: Values,
): void {
  const key = id.toLowerCase();
  const fingerprint = JSON.stringify(values);
  const held = tenant.directory.get(key);
  if (!held) {
    const created = tenant.directory.create(
      kind,
      {
        createdDateTime: timeText(tenant.nowMs()),
        ...(kind === "application" ? APPLICATION_DEFAULTS : PRINCIPAL_DEFAULTS),
        ...values,
      },
      key,
    );
    known.set(created, fingerprint);
  } else if (held.state === "live" && known.get(held) !== fingerprint) {
    known.set(held, fingerprint);
    tenant.directory.update(held, values);
  }
}

/**
 * Updates applications and service principals from the registry, which holds their only copy, so that
 * Graph shows what the token endpoint knows.
 */
export function syncRegistry(tenant: Tenant): void {
  const { registry, directory } = tenant;
  const present = new Set<string>();
  for (const application of registry.applications()) {
    if (application.homeTenantId !== tenant.id) continue;
    present.add(application.objectId.toLowerCase());
    mirror(tenant, "application", application.objectId, applicationValues(application));
  }
  for (const principal of registry.servicePrincipals(tenant.id)) {
    present.add(principal.objectId.toLowerCase());
    const application = registry.application(principal.appId);
    mirror(tenant, "servicePrincipal", principal.objectId, {
      ...principalValues(principal, application),
      ...ofApplication(tenant, application),
    });
  }
  for (const kind of ["application", "servicePrincipal"] as const) {
    for (const entity of directory.live[kind]) if (!present.has(entity.id)) directory.purge(entity);
  }
}

/** The registry's application behind an object. */
export const applicationOf = (tenant: Tenant, entity: Entity): Application | undefined =>
  tenant.registry.applicationByObjectId(entity.id);

/** The registry's service principal behind an object. */
export const principalOf = (tenant: Tenant, entity: Entity): ServicePrincipal | undefined =>
  tenant.registry.servicePrincipal(tenant.id, String(entity.values["appId"]));

/** Whether the application is Microsoft's own, which no other tenant may change. */
export const isMicrosoftOwned = (entity: Entity): boolean =>
  entity.values["appOwnerOrganizationId"] === MICROSOFT_TENANT;

const removed = new WeakMap<Entity, Application | ServicePrincipal>();

/** Removes it from the token endpoint, so sign-in ends. An application's principal goes with it. */
export function leaveRegistry(tenant: Tenant, entity: Entity): void {
  const appId = String(entity.values["appId"]);
  if (entity.kind === "servicePrincipal") {
    const principal = principalOf(tenant, entity);
    if (principal) removed.set(entity, principal);
    tenant.registry.removeServicePrincipal(tenant.id, appId);
    return;
  }
  const application = applicationOf(tenant, entity);
  if (application) removed.set(entity, application);
  tenant.registry.removeApplication(appId);
}

/** Lets a restored object sign in again, with the credentials and roles it had. */
export function rejoinRegistry(tenant: Tenant, entity: Entity): void {
  const was = removed.get(entity);
  if (!was) return;
  const { registry } = tenant;
  const again =
    "homeTenantId" in was
      ? registry.addApplication({
          tenantId: was.homeTenantId,
          displayName: was.displayName,
          appId: was.appId,
          objectId: was.objectId,
        })
      : registry.addServicePrincipal(tenant.id, was.appId, {
          objectId: was.objectId,
          kind: was.kind,
          displayName: was.displayName,
        });
  Object.assign(again, was);
}
