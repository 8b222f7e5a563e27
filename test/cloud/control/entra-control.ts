import type { CloudControl } from "../cloud-control.ts";
import type { Application, ServicePrincipal } from "../entra/model.ts";
import { graphResourceAppId } from "../entra/well-known.ts";
import type { World } from "../world.ts";

type EntraControl = Pick<
  CloudControl,
  | "registerTenant"
  | "registerApplication"
  | "grantConsent"
  | "revokeConsent"
  | "updateServicePrincipal"
  | "removeServicePrincipal"
  | "addCertificate"
  | "removeCertificate"
  | "listCertificates"
  | "addSecret"
  | "removeSecret"
  | "addFederatedCredential"
  | "registerIssuer"
  | "createManagedIdentity"
  | "issueToken"
>;

const yearMs = 365 * 86_400_000;

/** The commands for tenants, applications and their credentials. */
export function entraControl(world: World): EntraControl {
  const { registry, state } = world;
  return {
    async registerTenant(options) {
      return { tenantId: registry.addTenant(options).tenantId };
    },
    async registerApplication(options) {
      const { appId, objectId } = registry.addApplication(options);
      const principal = registry.addServicePrincipal(options.tenantId, appId, {
        assignmentRequired: options.assignmentRequired ?? false,
      });
      return { appId, objectId, servicePrincipalId: principal.objectId };
    },
    async grantConsent({ tenantId, appId, resource, roles }) {
      application(world, appId);
      const principal = registry.addServicePrincipal(tenantId, appId);
      registry.grant(principal, resourcePrincipal(world, tenantId, resource), roles);
      return { servicePrincipalId: principal.objectId };
    },
    async revokeConsent({ tenantId, appId, resource, roles }) {
      const { assignments } = servicePrincipal(world, tenantId, appId);
      const { objectId } = resourcePrincipal(world, tenantId, resource);
      const kept = assignments.filter(
        (held) =>
          held.resourceId !== objectId || (roles !== undefined && !roles.includes(held.value)),
      );
      assignments.splice(0, assignments.length, ...kept);
    },
    async updateServicePrincipal(options) {
      const principal = servicePrincipal(world, options.tenantId, options.appId);
      principal.accountEnabled = options.accountEnabled ?? principal.accountEnabled;
      principal.blockedByConditionalAccess =
        options.blockedByConditionalAccess ?? principal.blockedByConditionalAccess;
      if (options.revokeTokens === true) principal.tokensValidFromMs = world.now();
    },
    async removeServicePrincipal({ tenantId, appId }) {
      registry.removeServicePrincipal(tenantId, appId);
    },
    async addCertificate({ appId, certificatePem }) {
      const { keyId, thumbprint } = registry.addKeyCredential(
        application(world, appId),
        certificatePem,
      );
      return { keyId, thumbprint };
    },
    async removeCertificate({ appId, keyId, thumbprint }) {
      const { keyCredentials } = application(world, appId);
      const at = keyCredentials.findIndex(
        (held) => held.keyId === keyId || held.thumbprint === thumbprint?.toUpperCase(),
      );
      if (at < 0) throw new TypeError("The application has no such certificate.");
      keyCredentials.splice(at, 1);
    },
    async listCertificates({ appId }) {
      return application(world, appId).keyCredentials.map((held) => ({
        keyId: held.keyId,
        thumbprint: held.thumbprint,
        expiresAt: new Date(held.endMs).toISOString(),
      }));
    },
    async addSecret({ appId, expiresAt }) {
      const endMs = expiresAt === undefined ? world.now() + yearMs : Date.parse(expiresAt);
      return registry.addPassword(application(world, appId), endMs);
    },
    async removeSecret({ appId, secretId }) {
      const { passwordCredentials } = application(world, appId);
      const at = passwordCredentials.findIndex((held) => held.secretId === secretId);
      if (at < 0) throw new TypeError("The application has no such secret.");
      passwordCredentials.splice(at, 1);
    },
    async addFederatedCredential({ appId, ...credential }) {
      application(world, appId).federatedCredentials.push(credential);
    },
    async registerIssuer({ issuer, keys }) {
      state.issuers.add(issuer, keys);
    },
    async createManagedIdentity({ tenantId, name, kind }) {
      const { clientId, principalId, resourceId } = registry.addManagedIdentity(
        tenantId,
        name,
        kind,
      );
      return { clientId, principalId, resourceId };
    },
    async issueToken({ tenantId, appId, resource, lifetimeSeconds = 3599 }) {
      return { token: world.issueToken(tenantId, appId, resource, lifetimeSeconds) };
    },
  };
}

function application(world: World, appId: string): Application {
  const found = world.registry.application(appId);
  if (found === undefined) throw new TypeError(`No application ${appId}.`);
  return found;
}

function servicePrincipal(world: World, tenantId: string, appId: string): ServicePrincipal {
  const found = world.registry.servicePrincipal(tenantId, appId);
  if (found === undefined) throw new TypeError(`No service principal of ${appId} in ${tenantId}.`);
  return found;
}

function resourcePrincipal(
  world: World,
  tenantId: string,
  resource: string = graphResourceAppId,
): ServicePrincipal {
  const found = world.registry.resource(tenantId, resource);
  if (found === undefined) throw new TypeError(`No resource ${resource} in ${tenantId}.`);
  return found.principal;
}
