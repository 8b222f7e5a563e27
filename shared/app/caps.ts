import type { Caps } from "../guards/caps.ts";
import type { CapName } from "./guard-rules.ts";
import type { Settings } from "./settings.ts";

/** The limits of a tenant: its own, and for the rest those of all tenants. */
export function capsFor(settings: Settings): (tenant: string) => Caps {
  const own = new Map(settings.CAPS_BY_TENANT);
  return (tenant) => capsOf({ ...settings, ...own.get(tenant) });
}

type CapSettings = Pick<Settings, CapName>;

/** The limits that count rows, as the settings have them. */
export const capsOf = (settings: CapSettings): Caps => ({
  kinds: { ...userCaps(settings), ...otherCaps(settings) },
  groups: {
    percentPerDay: settings.MAX_GROUP_LOSS_PERCENT_PER_DAY,
    fromMembers: settings.GROUP_LOSS_FROM_MEMBERS,
  },
});

/** Of what is done to users: a day's limit is also in percent of them. */
const userCaps = (settings: CapSettings) => ({
  deletes: {
    perBatch: settings.MAX_DELETES_PER_BATCH,
    perDay: settings.MAX_DELETES_PER_DAY,
    percentPerDay: settings.MAX_DELETES_PERCENT_PER_DAY,
  },
  disables: {
    perBatch: settings.MAX_DISABLES_PER_BATCH,
    perDay: settings.MAX_DISABLES_PER_DAY,
    percentPerDay: settings.MAX_DISABLES_PERCENT_PER_DAY,
  },
  "cleared-values": {
    perBatch: settings.MAX_CLEARED_VALUES_PER_BATCH,
    perDay: settings.MAX_CLEARED_VALUES_PER_DAY,
    percentPerDay: settings.MAX_CLEARED_VALUES_PERCENT_PER_DAY,
  },
  renames: {
    perBatch: settings.MAX_RENAMES_PER_BATCH,
    perDay: settings.MAX_RENAMES_PER_DAY,
    percentPerDay: settings.MAX_RENAMES_PERCENT_PER_DAY,
  },
  "session-revocations": {
    perBatch: settings.MAX_SESSION_REVOCATIONS_PER_BATCH,
    perDay: settings.MAX_SESSION_REVOCATIONS_PER_DAY,
    percentPerDay: settings.MAX_SESSION_REVOCATIONS_PERCENT_PER_DAY,
  },
  "guest-conversions": {
    perBatch: settings.MAX_GUEST_CONVERSIONS_PER_BATCH,
    perDay: settings.MAX_GUEST_CONVERSIONS_PER_DAY,
    percentPerDay: settings.MAX_GUEST_CONVERSIONS_PERCENT_PER_DAY,
  },
});

/** Of memberships, groups, licenses and devices. */
const otherCaps = (settings: CapSettings) => ({
  "membership-removals": {
    perBatch: settings.MAX_MEMBERSHIP_REMOVALS_PER_BATCH,
    perDay: settings.MAX_MEMBERSHIP_REMOVALS_PER_DAY,
  },
  "cleared-group-values": {
    perBatch: settings.MAX_CLEARED_GROUP_VALUES_PER_BATCH,
    perDay: settings.MAX_CLEARED_GROUP_VALUES_PER_DAY,
  },
  "opened-groups": {
    perBatch: settings.MAX_OPENED_GROUPS_PER_BATCH,
    perDay: settings.MAX_OPENED_GROUPS_PER_DAY,
  },
  "group-deletes": {
    perBatch: settings.MAX_GROUP_DELETES_PER_BATCH,
    perDay: settings.MAX_GROUP_DELETES_PER_DAY,
  },
  "license-removals": {
    perBatch: settings.MAX_LICENSE_REMOVALS_PER_BATCH,
    perDay: settings.MAX_LICENSE_REMOVALS_PER_DAY,
  },
  "group-license-removals": {
    perBatch: settings.MAX_GROUP_LICENSE_REMOVALS_PER_BATCH,
    perDay: settings.MAX_GROUP_LICENSE_REMOVALS_PER_DAY,
  },
  "device-changes": {
    perBatch: settings.MAX_DEVICE_CHANGES_PER_BATCH,
    perDay: settings.MAX_DEVICE_CHANGES_PER_DAY,
  },
});
