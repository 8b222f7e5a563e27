import {
  invalidRequest,
  invalidScope,
  unauthorized,
  whileIt,
  type RefusalCase,
} from "./refusal-case.ts";

/** Refusals of requests, tenants, applications, scopes and resources. */
export const requestRefusalCases: readonly RefusalCase[] = [
  {
    when: "a parameter is missing",
    code: 900_144,
    ...invalidRequest,
    says: /contain the following parameter: 'client_id'/,
    ask: (fixture) => fixture.token({ client_id: undefined }),
  },
  {
    when: "the scope is missing",
    code: 90_014,
    ...invalidRequest,
    says: /required field 'scope' is missing/,
    ask: (fixture) => fixture.token({ scope: undefined }),
  },
  {
    when: "it is a GET",
    code: 900_561,
    ...invalidRequest,
    says: /only accepts POST requests. Received a GET/,
    ask: (fixture) => fixture.token({}, { method: "GET" }),
  },
  {
    when: "a resource is sent to the version 2 endpoint",
    code: 901_002,
    ...invalidRequest,
    says: /'resource' request parameter isn't supported/,
    ask: (fixture) => fixture.token({ resource: "https://graph.microsoft.com" }),
  },
  {
    when: "the grant type is not supported",
    code: 70_003,
    status: 400,
    error: "unsupported_grant_type",
    says: /unsupported grant type 'magic'/,
    ask: (fixture) => fixture.token({ grant_type: "magic" }),
  },
  {
    when: "the tenant is common",
    code: 9_001_023,
    ...invalidRequest,
    says: /isn't supported over the \/common/,
    ask: (fixture) => fixture.token({}, { tenant: "common" }),
  },
  {
    when: "the tenant is organizations",
    code: 50_059,
    ...invalidRequest,
    says: /No tenant-identifying information/,
    ask: (fixture) => fixture.token({}, { tenant: "organizations" }),
  },
  {
    when: "there is no such tenant",
    code: 90_002,
    ...invalidRequest,
    says: /Tenant 'fabrikam.com' not found/,
    ask: (fixture) => fixture.token({}, { tenant: "fabrikam.com" }),
  },
  {
    when: "the tenant is neither an id nor a domain",
    code: 900_023,
    ...invalidRequest,
    says: /tenant identifier 'undefined' is neither a valid DNS name, nor a valid external domain/,
    ask: (fixture) => fixture.token({}, { tenant: "undefined" }),
  },
  {
    when: "there is no such application",
    code: 700_016,
    ...unauthorized,
    says: /was not found in the directory 'Contoso'/,
    ask: (fixture) => fixture.token({ client_id: "11111111-1111-4111-8111-111111111111" }),
  },
  {
    when: "a multi-tenant application was not consented to in the tenant",
    code: 700_016,
    ...unauthorized,
    says: /not been installed by the administrator/,
    ask: (fixture) => {
      const { registry } = fixture.state;
      const elsewhere = registry.addTenant({ domains: ["fabrikam.net"] });
      const { appId } = registry.addApplication({
        tenantId: elsewhere.tenantId,
        displayName: "Guest",
        signInAudience: "AzureADMultipleOrgs",
      });
      return fixture.token({ client_id: appId });
    },
  },
  {
    when: "the application has no service principal in its home tenant",
    code: 7_000_229,
    ...unauthorized,
    says: /missing service principal/,
    ask: (fixture) => {
      const { registry } = fixture.state;
      const { tenantId } = fixture.tenant;
      const { appId } = registry.addApplication({ tenantId, displayName: "Bare" });
      return fixture.token({ client_id: appId });
    },
  },
  {
    when: "the service principal is disabled",
    code: 7_000_112,
    ...unauthorized,
    says: /\(Daemon\) is disabled/,
    ask: whileIt({ accountEnabled: false }, { accountEnabled: true }),
  },
  {
    when: "Conditional Access blocks the workload",
    code: 53_003,
    status: 400,
    error: "invalid_grant",
    says: /blocked by Conditional Access/,
    ask: whileIt({ blockedByConditionalAccess: true }, { blockedByConditionalAccess: false }),
  },
  {
    when: "the scope is a single permission",
    code: 1_002_012,
    ...invalidScope,
    says: /must have a scope value with \/.default/,
    ask: (fixture) => fixture.token({ scope: "https://graph.microsoft.com/User.Read.All" }),
  },
  {
    when: "the scope names two resources",
    code: 700_022,
    ...invalidScope,
    says: /more than one resource/,
    ask: (fixture) =>
      fixture.token({
        scope: "https://graph.microsoft.com/.default https://vault.azure.net/.default",
      }),
  },
  {
    when: ".default is combined with a permission",
    code: 70_011,
    ...invalidScope,
    says: /can't be combined with resource-specific scopes/,
    ask: (fixture) =>
      fixture.token({
        scope: "https://graph.microsoft.com/.default https://graph.microsoft.com/User.Read.All",
      }),
  },
  {
    when: "the resource is not in the tenant",
    code: 500_011,
    status: 400,
    error: "invalid_resource",
    says: /resource principal named api:\/\/nowhere was not found/,
    ask: (fixture) => fixture.token({ scope: "api://nowhere/.default" }),
  },
  {
    when: "the resource requires an assigned role",
    code: 501_051,
    status: 400,
    error: "invalid_grant",
    says: /is not assigned to a role for the application/,
    ask: (fixture) => {
      const { registry } = fixture.state;
      const { tenantId } = fixture.tenant;
      const { appId } = registry.addApplication({
        tenantId,
        displayName: "Closed",
        identifierUris: ["api://closed"],
      });
      registry.addServicePrincipal(tenantId, appId, { assignmentRequired: true });
      return fixture.token({ scope: "api://closed/.default" });
    },
  },
  {
    when: "the claims parameter is not JSON",
    code: 9_002_313,
    ...invalidRequest,
    says: /malformed or invalid/,
    ask: (fixture) => fixture.token({ claims: "{" }),
  },
];
