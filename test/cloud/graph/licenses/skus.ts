/** A service plan inside a product. */
interface ServicePlan {
  readonly servicePlanId: string;
  readonly servicePlanName: string;
  readonly appliesTo: "User" | "Company";
}

/** A product a tenant has bought, by its published identifiers. */
export interface Sku {
  readonly skuId: string;
  readonly skuPartNumber: string;
  readonly servicePlans: readonly ServicePlan[];
  /** Seats bought. */
  enabled: number;
  /** Seats in use. */
  consumed: number;
}

const plan = (servicePlanName: string, servicePlanId: string): ServicePlan => ({
  servicePlanId,
  servicePlanName,
  appliesTo: "User",
});

const EXCHANGE = plan("EXCHANGE_S_ENTERPRISE", "efb87545-963c-4e0d-99df-69c6916d9eb0");
const SHAREPOINT = plan("SHAREPOINTENTERPRISE", "5dbe027f-2339-4123-9542-606e4d348a72");
const TEAMS = plan("TEAMS1", "57ff2da0-773e-42df-b2af-ffb7a2317929");
const PREMIUM = plan("AAD_PREMIUM", "41781fb2-bc02-4b7c-bd55-b576c07bb09d");
const INTUNE = plan("INTUNE_A", "c1ec4a95-1f05-45b3-a911-aa3fa01094f5");
const MFA = plan("MFA_PREMIUM", "8a256a2b-b617-496d-b51b-e76466e88db0");
const EXCHANGE_1 = plan("EXCHANGE_S_STANDARD", "9aaf7827-d63c-4b61-89c3-182f06f82e5c");
const SHAREPOINT_1 = plan("SHAREPOINTSTANDARD", "c7699d2e-19aa-44de-8edf-1736da088ca1");
const PROJECT_CLIENT = plan("PROJECT_CLIENT_SUBSCRIPTION", "fafd7243-e5c1-4a3a-9e40-495efcb1d3c3");
const PROJECT_ONLINE = plan("SHAREPOINT_PROJECT", "fe71d6c3-a2ea-4499-9778-da042bf08063");

/** Plans of which a user can have one only (licensing-service-plan-reference, plans that cannot be assigned at the same time). */
export const EXCLUSIVE: readonly (readonly string[])[] = [
  [SHAREPOINT_1.servicePlanId, SHAREPOINT.servicePlanId],
];

/** Plans that need one of others; seen in issues: Project Online with SharePoint disabled. */
export const NEEDED: Readonly<Record<string, readonly string[]>> = {
  [PROJECT_ONLINE.servicePlanId]: [SHAREPOINT.servicePlanId],
};

/** A new tenant's products. Identifiers: licensing-service-plan-reference; the seat numbers are our choice. */
export const usualSkus = (): Sku[] => [
  {
    skuId: "6fd2c87f-b296-42f0-b197-1e91e994b900",
    skuPartNumber: "ENTERPRISEPACK",
    servicePlans: [EXCHANGE, SHAREPOINT, TEAMS],
    enabled: 10_000,
    consumed: 0,
  },
  {
    skuId: "05e9a617-0261-4cee-bb44-138d3ef5d965",
    skuPartNumber: "SPE_E3",
    servicePlans: [EXCHANGE, SHAREPOINT, TEAMS, PREMIUM, INTUNE, MFA],
    enabled: 25,
    consumed: 0,
  },
  {
    skuId: "078d2b04-f1bd-4111-bbd4-b4b1b354cef4",
    skuPartNumber: "AAD_PREMIUM",
    servicePlans: [PREMIUM, MFA],
    enabled: 500_000,
    consumed: 0,
  },
  {
    skuId: "18181a46-0d4e-45cd-891e-60aabd171b4e",
    skuPartNumber: "STANDARDPACK",
    servicePlans: [EXCHANGE_1, SHAREPOINT_1, TEAMS],
    enabled: 10_000,
    consumed: 0,
  },
  {
    skuId: "53818b1b-4a27-454b-8896-0dba576410e6",
    skuPartNumber: "PROJECTPROFESSIONAL",
    servicePlans: [PROJECT_CLIENT, PROJECT_ONLINE],
    enabled: 10_000,
    consumed: 0,
  },
];
