import { isGuid } from "../core/object-id.ts";
import { parseJson } from "../core/parse-json.ts";
import { isRecord } from "../core/record.ts";
import { number, type Rule, rule, whole } from "./setting-rule.ts";

/** The limits that count rows; `caps.ts` puts them together. */
export const capRules = {
  /** A batch with more deletes is held as a whole. A leaver or two a day is usual; ten at once is a file. */
  MAX_DELETES_PER_BATCH: whole(10, 0, 1_000_000),
  /** The most deletes that a tenant's batches of 24 hours may have together: two batches at their cap. */
  MAX_DELETES_PER_DAY: whole(20, 0, 10_000_000),
  /** The same in percent of the tenant's users, from 20 users on. What is deleted can be restored for 30 days only. */
  MAX_DELETES_PERCENT_PER_DAY: number(5, 0, 100),
  /** A batch that disables more accounts is held as a whole. Enabling an account again undoes it, so more are allowed than deletes. */
  MAX_DISABLES_PER_BATCH: whole(50, 0, 1_000_000),
  /** The most accounts that a tenant's batches of 24 hours may disable together. */
  MAX_DISABLES_PER_DAY: whole(100, 0, 10_000_000),
  /** The same in percent of the tenant's users, from 20 users on. */
  MAX_DISABLES_PERCENT_PER_DAY: number(10, 0, 100),
  /** A batch that removes more members from groups is held as a whole: some forty leavers with five groups each. */
  MAX_MEMBERSHIP_REMOVALS_PER_BATCH: whole(200, 0, 1_000_000),
  /** The most members that a tenant's batches of 24 hours may remove from groups together. */
  MAX_MEMBERSHIP_REMOVALS_PER_DAY: whole(500, 0, 10_000_000),
  /** A batch that clears more values (each property of each user counts) is held as a whole. Nobody can restore them without the batch's before-values. */
  MAX_CLEARED_VALUES_PER_BATCH: whole(250, 0, 10_000_000),
  /** The most values that a tenant's batches of 24 hours may clear together. */
  MAX_CLEARED_VALUES_PER_DAY: whole(500, 0, 100_000_000),
  /** The same in percent of the tenant's users, from 20 users on. */
  MAX_CLEARED_VALUES_PERCENT_PER_DAY: number(25, 0, 100),
  /** A batch that renames more users (userPrincipalName or mail) is held as a whole: each signs in by another name afterwards. */
  MAX_RENAMES_PER_BATCH: whole(50, 0, 1_000_000),
  /** The most users that a tenant's batches of 24 hours may rename together. */
  MAX_RENAMES_PER_DAY: whole(100, 0, 10_000_000),
  /** The same in percent of the tenant's users, from 20 users on. */
  MAX_RENAMES_PERCENT_PER_DAY: number(10, 0, 100),
  /** A batch that clears more values of groups (each property of each group counts, and `securityEnabled` set to false) is held as a whole. */
  MAX_CLEARED_GROUP_VALUES_PER_BATCH: whole(50, 0, 10_000_000),
  /** The most values of groups that a tenant's batches of 24 hours may clear together. */
  MAX_CLEARED_GROUP_VALUES_PER_DAY: whole(100, 0, 100_000_000),
  /** A batch that makes more groups public is held as a whole. Everybody in the tenant can then join them and see their content. */
  MAX_OPENED_GROUPS_PER_BATCH: whole(5, 0, 1_000_000),
  /** The most groups that a tenant's batches of 24 hours may make public together. */
  MAX_OPENED_GROUPS_PER_DAY: whole(10, 0, 10_000_000),
  /** A batch that deletes more groups is held as a whole. With a group goes the access of all its members. */
  MAX_GROUP_DELETES_PER_BATCH: whole(5, 0, 1_000_000),
  /** The most groups that a tenant's batches of 24 hours may delete together: two batches at their cap. */
  MAX_GROUP_DELETES_PER_DAY: whole(10, 0, 10_000_000),
  /** A batch that takes more licenses from users (each product counts) is held as a whole: some fifty leavers with three products each. Mailboxes and files of a user without a license are deleted after a time. */
  MAX_LICENSE_REMOVALS_PER_BATCH: whole(150, 0, 1_000_000),
  /** The most licenses that a tenant's batches of 24 hours may take from users together. */
  MAX_LICENSE_REMOVALS_PER_DAY: whole(300, 0, 10_000_000),
  /** A batch that takes more licenses from groups is held as a whole. Every member who has it from the group only loses it. */
  MAX_GROUP_LICENSE_REMOVALS_PER_BATCH: whole(2, 0, 1_000_000),
  /** The most licenses that a tenant's batches of 24 hours may take from groups together. */
  MAX_GROUP_LICENSE_REMOVALS_PER_DAY: whole(5, 0, 10_000_000),
  /** A batch that disables or deletes more devices is held as a whole. A deleted device has to be registered again. */
  MAX_DEVICE_CHANGES_PER_BATCH: whole(25, 0, 1_000_000),
  /** The most devices that a tenant's batches of 24 hours may disable or delete together: two batches at their cap. */
  MAX_DEVICE_CHANGES_PER_DAY: whole(50, 0, 10_000_000),
  /** A batch that ends the sessions of more users is held as a whole: each has to sign in again. As many as a large batch of leavers. */
  MAX_SESSION_REVOCATIONS_PER_BATCH: whole(100, 0, 1_000_000),
  /** The most users whose sessions a tenant's batches of 24 hours may end together. */
  MAX_SESSION_REVOCATIONS_PER_DAY: whole(200, 0, 10_000_000),
  /** The same in percent of the tenant's users, from 20 users on. */
  MAX_SESSION_REVOCATIONS_PERCENT_PER_DAY: number(20, 0, 100),
  /** A batch that makes more users guests is held as a whole: each sees little of the directory afterwards, and policies for guests apply. */
  MAX_GUEST_CONVERSIONS_PER_BATCH: whole(50, 0, 1_000_000),
  /** The most users that a tenant's batches of 24 hours may make guests together. */
  MAX_GUEST_CONVERSIONS_PER_DAY: whole(100, 0, 10_000_000),
  /** The same in percent of the tenant's users, from 20 users on. */
  MAX_GUEST_CONVERSIONS_PERCENT_PER_DAY: number(10, 0, 100),
  /** The most of its members, in percent, that one group may lose in 24 hours. */
  MAX_GROUP_LOSS_PERCENT_PER_DAY: number(25, 0, 100),
  /** Smaller groups may lose all their members: a team of five changes often. */
  GROUP_LOSS_FROM_MEMBERS: whole(20, 1, 1_000_000),
} as const;

/** A limit that counts rows. */
export type CapName = keyof typeof capRules;

/** Limits of single tenants: those that they have of their own, by tenant. */
export type CapsByTenant = readonly (readonly [
  tenant: string,
  caps: Readonly<Partial<Record<CapName, number>>>,
])[];

/** The settings of the guards that count rows. */
export const guardRules = {
  ...capRules,
  /**
   * Limits of single tenants, if batches may name several: tenant → setting → limit. What a tenant does not
   * have here is as for all.
   */
  CAPS_BY_TENANT: rule<CapsByTenant>({
    read: readCapsByTenant,
    must: 'be JSON of tenants, each with some of the limits above: {"<tenant id>": {"MAX_DELETES_PER_BATCH": 5}}',
    fallback: [],
  }),
};

function readCapsByTenant(text: string): CapsByTenant | undefined {
  try {
    const tenants = parseJson(text);
    if (!isRecord(tenants)) return undefined;
    const read = Object.entries(tenants).map(([tenant, caps]) =>
      isGuid(tenant) && areCaps(caps) ? ([tenant.toLowerCase(), caps] as const) : undefined,
    );
    const known = read.filter((each) => each !== undefined);
    return known.length === read.length ? known : undefined;
  } catch {
    return undefined;
  }
}

/** Whether every limit is one, and within its bounds. */
function areCaps(caps: unknown): caps is Readonly<Partial<Record<CapName, number>>> {
  const rules: Readonly<Record<string, Rule<number>>> = capRules;
  return (
    isRecord(caps) &&
    Object.entries(caps).every(
      ([name, limit]) =>
        Object.hasOwn(rules, name) &&
        typeof limit === "number" &&
        rules[name]?.read(String(limit)) === limit,
    )
  );
}
