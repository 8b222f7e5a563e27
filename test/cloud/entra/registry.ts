import { randomUUID } from "node:crypto";

import { clouds, type Cloud } from "../../../shared/core/clouds.ts";
import { createPassword, keyCredentialOf } from "./credentials.ts";
import { firstPartyClients } from "./first-party-clients.ts";
import type {
  Application,
  KeyCredential,
  ManagedIdentity,
  ManagedIdentityKind,
  ServicePrincipal,
  Tenant,
} from "./model.ts";
import {
  microsoftClient,
  microsoftOwn,
  newApplication,
  newServicePrincipal,
  type NewApplication,
  type NewServicePrincipal,
} from "./new-entries.ts";
import { resourcesIn } from "./well-known.ts";

/** An application, or a service principal. */
type PasswordHolder = Pick<Application, "passwordCredentials">;

/**
 * Tenants, applications, service principals and managed identities: the only copy, which the token
 * endpoint reads and Graph serves and changes. Ids are compared ignoring case.
 */
export interface Registry {
  /** The verified domains, the default one first. */
  addTenant(tenant: {
    tenantId?: string;
    domains: readonly string[];
    displayName?: string;
  }): Tenant;
  /** The tenant with this id or verified domain. */
  tenant(idOrDomain: string): Tenant | undefined;
  tenants(): Iterable<Tenant>;
  addApplication(application: NewApplication): Application;
  /** Removes the application and its service principals in every tenant. */
  removeApplication(appId: string): void;
  /** The application with this application (client) id. */
  application(appId: string): Application | undefined;
  applicationByObjectId(objectId: string): Application | undefined;
  applications(): Iterable<Application>;
  /** The service principal of an application in a tenant. */
  servicePrincipal(tenantId: string, appId: string): ServicePrincipal | undefined;
  servicePrincipals(tenantId: string): Iterable<ServicePrincipal>;
  /** Creates the service principal, or answers the existing one. */
  addServicePrincipal(
    tenantId: string,
    appId: string,
    options?: NewServicePrincipal,
  ): ServicePrincipal;
  removeServicePrincipal(tenantId: string, appId: string): void;
  /** The requested resource's principal in this tenant, by app id or identifier URI. */
  resource(
    tenantId: string,
    idOrUri: string,
  ): { principal: ServicePrincipal; application: Application } | undefined;
  /**
   * Grants app roles of a resource by value; roles already granted stay unchanged.
   * @throws TypeError if the resource has no such role
   */
  grant(principal: ServicePrincipal, resource: ServicePrincipal, values: readonly string[]): void;
  /** Registers a certificate in PEM or DER. */
  addKeyCredential(
    holder: Pick<Application, "keyCredentials">,
    certificate: string | Buffer,
  ): KeyCredential;
  addPassword(holder: PasswordHolder, endMs: number): { secretId: string; secret: string };
  addManagedIdentity(
    tenantId: string,
    name: string,
    kind: ManagedIdentityKind,
    ids?: { readonly clientId?: string; readonly principalId?: string },
  ): ManagedIdentity;
  managedIdentities(): Iterable<ManagedIdentity>;
}

const key = (...parts: readonly string[]): string => parts.join("/").toLowerCase();
const withoutSlash = (uri: string): string => (uri.endsWith("/") ? uri.slice(0, -1) : uri);

/** A registry without tenants, with Microsoft's own resources under the names of one cloud. */
export function createRegistry(now: () => number, cloud: Cloud = clouds.global): Registry {
  const wellKnownResources = resourcesIn(cloud);
  const tenants = new Map<string, Tenant>();
  const applications = new Map<string, Application>();
  const principals = new Map<string, ServicePrincipal>();
  const identities: ManagedIdentity[] = [];
  for (const known of wellKnownResources) applications.set(key(known.appId), microsoftOwn(known));
  for (const known of firstPartyClients) applications.set(key(known.appId), microsoftClient(known));

  const registry: Registry = {
    addTenant({ tenantId = randomUUID(), domains, displayName = domains[0] ?? tenantId }) {
      const tenant: Tenant = { tenantId, displayName, domains: [...domains] };
      tenants.set(key(tenantId), tenant);
      for (const known of wellKnownResources) registry.addServicePrincipal(tenantId, known.appId);
      return tenant;
    },
    tenant(idOrDomain) {
      const wanted = key(idOrDomain);
      return (
        tenants.get(wanted) ??
        [...tenants.values()].find((tenant) => tenant.domains.some((name) => key(name) === wanted))
      );
    },
    tenants: () => tenants.values(),
    addApplication(given) {
      const application = newApplication(given);
      applications.set(key(application.appId), application);
      return application;
    },
    removeApplication(appId) {
      applications.delete(key(appId));
      for (const [id, principal] of principals)
        if (key(principal.appId) === key(appId)) principals.delete(id);
    },
    application: (appId) => applications.get(key(appId)),
    applicationByObjectId: (objectId) =>
      [...applications.values()].find((candidate) => key(candidate.objectId) === key(objectId)),
    applications: () => applications.values(),
    servicePrincipal: (tenantId, appId) => principals.get(key(tenantId, appId)),
    *servicePrincipals(tenantId) {
      for (const principal of principals.values())
        if (key(principal.tenantId) === key(tenantId)) yield principal;
    },
    addServicePrincipal(tenantId, appId, options = {}) {
      const id = key(tenantId, appId);
      const present = principals.get(id);
      if (present !== undefined) return present;
      const displayName = options.displayName ?? applications.get(key(appId))?.displayName ?? appId;
      const principal = newServicePrincipal(tenantId, appId, displayName, options);
      principals.set(id, principal);
      return principal;
    },
    removeServicePrincipal: (tenantId, appId) => void principals.delete(key(tenantId, appId)),
    resource(tenantId, idOrUri) {
      const wanted = key(withoutSlash(idOrUri));
      const application =
        applications.get(wanted) ??
        [...applications.values()].find((candidate) =>
          candidate.identifierUris.some((uri) => key(withoutSlash(uri)) === wanted),
        );
      const principal = application && principals.get(key(tenantId, application.appId));
      return application && principal && { principal, application };
    },
    grant(principal, resource, values) {
      for (const value of values) {
        const role = applications
          .get(key(resource.appId))
          ?.appRoles.find((candidate) => candidate.value === value);
        if (role === undefined)
          throw new TypeError(`${resource.displayName} has no app role ${value}.`);
        const isHeld = principal.assignments.some(
          (held) => held.resourceId === resource.objectId && held.appRoleId === role.id,
        );
        if (!isHeld)
          principal.assignments.push({
            id: randomUUID(),
            appRoleId: role.id,
            value,
            resourceAppId: resource.appId,
            resourceId: resource.objectId,
            createdMs: now(),
          });
      }
    },
    addKeyCredential(holder, certificate) {
      const credential = keyCredentialOf(certificate, now());
      holder.keyCredentials.push(credential);
      return credential;
    },
    addPassword(holder, endMs) {
      const { credential, secret } = createPassword(endMs);
      holder.passwordCredentials.push(credential);
      return { secretId: credential.secretId, secret };
    },
    addManagedIdentity(tenantId, name, kind, ids = {}) {
      const { clientId = randomUUID() } = ids;
      const { objectId: principalId } = registry.addServicePrincipal(tenantId, clientId, {
        kind: "ManagedIdentity",
        displayName: name,
        ...(ids.principalId !== undefined && { objectId: ids.principalId }),
      });
      const group = "/subscriptions/00000000-0000-4000-8000-000000000000/resourcegroups/local";
      const path =
        kind === "user"
          ? "Microsoft.ManagedIdentity/userAssignedIdentities"
          : "Microsoft.Web/sites";
      const resourceId = `${group}/providers/${path}/${name}`;
      const identity = { kind, clientId, principalId, resourceId, tenantId, name };
      identities.push(identity);
      return identity;
    },
    managedIdentities: () => identities.values(),
  };
  return registry;
}
