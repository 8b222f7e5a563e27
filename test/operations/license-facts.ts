import type { Found } from "../../shared/catalogue/operation.ts";
import type { ReadyWrite } from "../../shared/catalogue/row.ts";
import { toObjectId } from "../../shared/core/object-id.ts";
import { ann, answer, team } from "../catalogue/answers.ts";
import type { TestDirectory } from "./live/test-directory.ts";
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

/** Products of the local cloud that exclude the first two, or need them. */
export const E1 = "18181a46-0d4e-45cd-891e-60aabd171b4e";
export const PROJECT = "53818b1b-4a27-454b-8896-0dba576410e6";
export const PREMIUM = "078d2b04-f1bd-4111-bbd4-b4b1b354cef4";

type Values = Readonly<Record<string, unknown>>;

/** A new user of the local cloud with licenses of its own; its name. */
export async function licensedUser(
  directory: TestDirectory,
  skuIds: readonly string[] = [],
  values: Values = {},
): Promise<string> {
  const { userPrincipalName: name } = await directory.addUser({ usageLocation: "DE", ...values });
  if (skuIds.length > 0) await give(directory, `/users/${name}`, skuIds);
  return name;
}

/** A new group of the local cloud that gives licenses; its id. */
export async function licensedGroup(
  directory: TestDirectory,
  skuIds: readonly string[] = [],
  values: Values = {},
): Promise<string> {
  const group = await directory.addGroup(values);
  if (skuIds.length > 0) await give(directory, `/groups/${group}`, skuIds);
  return group;
}

/** Changes licenses as somebody else does. */
export async function give(
  directory: TestDirectory,
  path: string,
  skuIds: readonly string[],
  removeLicenses: readonly string[] = [],
): Promise<void> {
  const addLicenses = skuIds.map((skuId) => ({ skuId, disabledPlans: [] }));
  const { status, body } = await directory.ask("POST", `${path}/assignLicense`, {
    addLicenses,
    removeLicenses,
  });
  if (status > 299) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
}

/** The user's own licenses, or the group's: disabled plans by SKU id. */
export async function licensesOf(
  directory: TestDirectory,
  path: `/${"users" | "groups"}/${string}`,
): Promise<Values> {
  const isUser = path.startsWith("/users/");
  const name = isUser ? "licenseAssignmentStates" : "assignedLicenses";
  const { body } = await directory.ask("GET", `${path}?$select=${name}`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Graph's own list
  const all = (body[name] ?? []) as readonly { skuId: string; disabledPlans: string[] }[];
  return Object.fromEntries(all.map(({ skuId, disabledPlans }) => [skuId, disabledPlans]));
}
