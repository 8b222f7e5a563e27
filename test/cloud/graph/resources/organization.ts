import type { Domain, Tenant } from "../app/tenant.ts";
import { ok, type Answer } from "../http/answer.ts";
import { notFound } from "../http/graph-error.ts";
import { contextOf } from "../odata/render.ts";
import { READ_DIRECTORY, type Needs } from "../rules/permission.ts";
import type { Values } from "../store/entity.ts";
import type { Call } from "./call.ts";
import { resourceList } from "./resource-list.ts";
import type { Route } from "./route.ts";

const READ_ORGANIZATION: Needs = [
  "Organization.Read.All",
  "Organization.ReadWrite.All",
  ...READ_DIRECTORY,
];
const READ_DOMAINS: Needs = ["Domain.Read.All", "Domain.ReadWrite.All", ...READ_DIRECTORY];

const SERVICES = ["Email", "OfficeCommunicationsOnline"] as const;

const organization = (tenant: Tenant): Values => ({
  id: tenant.id,
  deletedDateTime: null,
  businessPhones: [],
  city: null,
  country: null,
  countryLetterCode: "GB",
  createdDateTime: "2020-01-01T00:00:00Z",
  defaultUsageLocation: null,
  displayName: tenant.displayName,
  marketingNotificationEmails: [],
  onPremisesLastSyncDateTime: null,
  onPremisesSyncEnabled: null,
  partnerTenantType: null,
  postalCode: null,
  preferredLanguage: "en",
  securityComplianceNotificationMails: [],
  securityComplianceNotificationPhones: [],
  state: null,
  street: null,
  technicalNotificationMails: [],
  tenantType: "AAD",
  privacyProfile: { contactEmail: "", statementUrl: "" },
  assignedPlans: [],
  provisionedPlans: [],
  verifiedDomains: tenant.domains
    .filter((domain) => domain.isVerified)
    .map((domain) => ({
      capabilities: SERVICES.join(", "),
      isDefault: domain.isDefault,
      isInitial: domain.isInitial,
      name: domain.name,
      type: domain.authenticationType,
    })),
  ...tenant.shelves.of("organization").get(""),
});

export const shownDomain = (domain: Domain): Values => ({
  id: domain.name,
  authenticationType: domain.authenticationType,
  availabilityStatus: null,
  isAdminManaged: true,
  isDefault: domain.isDefault,
  isInitial: domain.isInitial,
  isRoot: true,
  isVerified: domain.isVerified,
  manufacturer: null,
  model: null,
  passwordNotificationWindowInDays: 14,
  passwordValidityPeriodInDays: 2_147_483_647,
  state: null,
  supportedServices: [...SERVICES],
});

function getDomain(call: Call): Answer {
  const name = call.params["domain"] ?? "";
  const domain = call.tenant.domains.find((one) => one.name === name.toLowerCase());
  if (!domain) throw notFound(name);
  return ok({
    "@odata.context": contextOf(call.root, "domains", undefined, true),
    ...shownDomain(domain),
  });
}

function getOrganization(call: Call): Answer {
  const id = call.params["organization"] ?? "";
  if (id.toLowerCase() !== call.tenant.id.toLowerCase()) throw notFound(id);
  return ok({
    "@odata.context": contextOf(call.root, "organization", undefined, true),
    ...organization(call.tenant),
  });
}

export const organizationRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/organization",
    needs: READ_ORGANIZATION,
    handle: (call) => resourceList(call, "organization", [organization(call.tenant)]),
  },
  {
    method: "GET",
    path: "/organization/:organization",
    needs: READ_ORGANIZATION,
    handle: getOrganization,
  },
  {
    method: "GET",
    path: "/domains",
    needs: READ_DOMAINS,
    handle: (call) => resourceList(call, "domains", call.tenant.domains.map(shownDomain)),
  },
  { method: "GET", path: "/domains/:domain", needs: READ_DOMAINS, handle: getDomain },
];
