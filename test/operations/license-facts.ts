import type { Found } from "../../shared/catalogue/operation.ts";
import type { ReadyWrite } from "../../shared/catalogue/row.ts";
import { toObjectId } from "../../shared/core/object-id.ts";
import { ann, answer, team } from "../catalogue/answers.ts";
import { found } from "./operation-row.ts";

export const E3 = "05e9a617-0261-4cee-bb44-138d3ef5d965";
export const O365 = "6fd2c87f-b296-42f0-b197-1e91e994b900";
export const TEAMS = "57ff2da0-773e-42df-b2af-ffb7a2317929";
export const MFA = "8a256a2b-b617-496d-b51b-e76466e88db0";

/** The names under which writes set the two. */
export const spe = `SPE_E3 ${E3}`;
export const pack = `ENTERPRISEPACK ${O365}`;

const plan = (servicePlanId: string, servicePlanName: string, appliesTo = "User") => ({
  servicePlanId,
  servicePlanName,
  appliesTo,
});

const product = (skuId: string, skuPartNumber: string, plans: readonly unknown[], more = {}) => ({
  skuId,
  skuPartNumber,
  appliesTo: "User",
  capabilityStatus: "Enabled",
  consumedUnits: 20,
  prepaidUnits: { enabled: 25, warning: 0, suspended: 0, lockedOut: 0 },
  servicePlans: plans,
  ...more,
});

/** What a lookup of the tenant's products brings: five seats of each are free. */
export const skus: Found = found(toObjectId("00000000-0000-0000-0000-000000000000"), {
  value: [
    product(O365, "ENTERPRISEPACK", [plan(TEAMS, "TEAMS1")]),
    product(E3, "SPE_E3", [
      plan(TEAMS, "TEAMS1"),
      plan(MFA, "MFA_PREMIUM"),
      plan("113feb6c-3fe4-4440-bddc-54d774bf0318", "EXCHANGE_S_FOUNDATION", "Company"),
    ]),
    product("a403ebcc-fae0-4ca2-8c8c-7a907fd6c235", "POWER_BI_STANDARD", [], {
      capabilityStatus: "Suspended",
    }),
  ],
});

const direct = (skuId: string, disabledPlans: readonly string[] = []) => ({
  skuId,
  disabledPlans,
  assignedByGroup: null,
  state: "Active",
  error: "None",
});
const inherited = (skuId: string) => ({ ...direct(skuId), assignedByGroup: team });

const states = {
  none: [],
  pack: [direct(O365)],
  packWithoutTeams: [direct(O365, [TEAMS])],
  spe: [direct(E3)],
  both: [direct(O365), direct(E3)],
  inherited: [inherited(O365)],
};

/** Ann as a lookup finds her, and the products. */
export const annWith = (has: keyof typeof states, usageLocation: string | null = "DE") => ({
  user: found(ann, { id: ann, usageLocation, licenseAssignmentStates: states[has] }),
  skus,
});

/** Ann as a look shows her. */
export const annShown = (has: keyof typeof states) =>
  answer(200, undefined, "", { id: ann, licenseAssignmentStates: states[has] });

const given = { none: [], pack: [{ skuId: O365, disabledPlans: [] }], spe: [{ skuId: E3 }] };

/** The group as a lookup finds it, and the products. */
export const teamWith = (gives: keyof typeof given, securityEnabled = true) => ({
  group: found(team, { id: team, securityEnabled, assignedLicenses: given[gives] }),
  skus,
});

/** The group as a look shows it. */
export const teamShown = (gives: keyof typeof given) =>
  answer(200, undefined, "", { id: team, assignedLicenses: given[gives] });

export const annWrite = (set: ReadyWrite["set"]): ReadyWrite => ({
  target: { kind: "user", user: ann },
  keys: [],
  set,
});
export const teamWrite = (set: ReadyWrite["set"]): ReadyWrite => ({
  target: { kind: "object", type: "group", object: team },
  keys: [],
  set,
});

export const annKeys = [`object:${ann}`, `licenses:${ann}`];
export const teamKeys = [`object:${team}`, `licenses:${team}`];

/** The request that Graph gets. */
export const assign = (
  path: string,
  addLicenses: readonly unknown[],
  removeLicenses: readonly string[] = [],
) => ({
  method: "POST",
  url: `${path}/assignLicense`,
  body: { addLicenses, removeLicenses },
});
