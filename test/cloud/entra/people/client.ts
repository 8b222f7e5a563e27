import type { EntraState } from "../entra-state.ts";
import { firstPartyClient } from "../first-party-clients.ts";
import type { Application, ServicePrincipal, Tenant } from "../model.ts";
import { EntraRefusal } from "../refusals/refusal.ts";
import { unknownTenant } from "../token-request.ts";
import type { Person } from "./person.ts";

/** The application that a person signs in to, in the tenant of the sign-in. */
export interface Client {
  readonly tenant: Tenant;
  readonly application: Application;
  readonly principal: ServicePrincipal;
}

/** Names in an address that stand for the tenant of whoever signs in. */
export const sharedTenants: ReadonlySet<string> = new Set(["common", "organizations"]);

/**
 * The client that a request names. At `common` and `organizations` the tenant is the person's, by the
 * domain of the name, else the application's own.
 * @throws EntraRefusal 900144, 700016, 9002332, 90002, 900023, 50194, 7000229, 7000112
 */
export function findClient(
  tenantName: string,
  fields: URLSearchParams,
  { registry }: EntraState,
  personName?: string,
): Client {
  const appId = fields.get("client_id");
  if (!appId) throw new EntraRefusal(900_144, "client_id");
  const application = registry.application(appId);
  if (application === undefined) throw new EntraRefusal(700_016);
  const isShared = sharedTenants.has(tenantName.toLowerCase());
  // Nobody here has a personal account.
  if (tenantName.toLowerCase() === "consumers") throw new EntraRefusal(9_002_332);
  const isMultiTenant = application.signInAudience !== "AzureADMyOrg";
  if (isShared && !isMultiTenant) throw new EntraRefusal(50_194);
  const domain = personName?.split("@")[1];
  const tenant = isShared
    ? ((domain === undefined ? undefined : registry.tenant(domain)) ??
      registry.tenant(application.homeTenantId) ??
      [...registry.tenants()][0])
    : registry.tenant(tenantName);
  if (tenant === undefined) throw unknownTenant(tenantName);
  const isHome = application.homeTenantId.toLowerCase() === tenant.tenantId.toLowerCase();
  if (!isHome && !isMultiTenant) throw new EntraRefusal(700_016);
  // Microsoft's own clients are known in every tenant.
  const principal =
    firstPartyClient(appId) === undefined
      ? registry.servicePrincipal(tenant.tenantId, application.appId)
      : registry.addServicePrincipal(tenant.tenantId, application.appId);
  if (principal === undefined) throw new EntraRefusal(isHome ? 7_000_229 : 700_016);
  if (!principal.accountEnabled) throw new EntraRefusal(7_000_112);
  return { tenant, application, principal };
}

/** The person, who must be able to use the application. @throws EntraRefusal 50034, 50057, 50105 */
export function personNamed(idOrName: string, client: Client, state: EntraState): Person {
  const { tenantId } = client.tenant;
  const person = state.people.find(tenantId, idOrName);
  if (person === undefined) throw new EntraRefusal(50_034, idOrName);
  if (!person.accountEnabled) throw new EntraRefusal(50_057);
  const { principal } = client;
  const roles = state.people.appRolesOf(tenantId, person.id, principal.objectId);
  if (principal.assignmentRequired && roles.length === 0)
    throw new EntraRefusal(50_105, person.userPrincipalName);
  return person;
}

/** MSAL's account id: the person's id and tenant. */
export const clientInfo = (person: Person, { tenant }: Client): string =>
  Buffer.from(JSON.stringify({ uid: person.id, utid: tenant.tenantId })).toString("base64url");
