import type { Entity, Values } from "../store/entity.ts";
import { DEPARTMENTS, GROUP_TOPICS } from "./names.ts";
import type { Seeding, SeedSettings } from "./seeding.ts";

/** Names of the groups whose members Graph does not let a client change freely. */
export const SPECIAL_GROUPS = {
  dynamic: "Dynamic Sales",
  distribution: "Distribution Newsletter",
  mailEnabledSecurity: "Mail-enabled Security",
  synced: "Synced From Premises",
  roleAssignable: "Role-assignable Admins",
  microsoft365: "Microsoft 365 Team",
  restricted: "Restricted Executives",
} as const;

const special = (now: string): readonly Values[] => [
  {
    displayName: SPECIAL_GROUPS.dynamic,
    mailNickname: "dynamic-sales",
    groupTypes: ["DynamicMembership"],
    membershipRule: 'user.department -eq "Sales"',
    membershipRuleProcessingState: "On",
  },
  {
    displayName: SPECIAL_GROUPS.distribution,
    mailNickname: "newsletter",
    mail: "newsletter",
    mailEnabled: true,
    securityEnabled: false,
  },
  {
    displayName: SPECIAL_GROUPS.mailEnabledSecurity,
    mailNickname: "mail-security",
    mail: "mail-security",
    mailEnabled: true,
  },
  {
    displayName: SPECIAL_GROUPS.synced,
    mailNickname: "synced",
    onPremisesSyncEnabled: true,
    onPremisesSamAccountName: "synced",
    onPremisesLastSyncDateTime: now,
  },
  {
    displayName: SPECIAL_GROUPS.roleAssignable,
    mailNickname: "role-admins",
    isAssignableToRole: true,
    visibility: "Private",
  },
  {
    displayName: SPECIAL_GROUPS.microsoft365,
    mailNickname: "m365-team",
    mail: "m365-team",
    groupTypes: ["Unified"],
    mailEnabled: true,
    securityEnabled: false,
    visibility: "Private",
  },
  {
    displayName: SPECIAL_GROUPS.restricted,
    mailNickname: "restricted-executives",
    isManagementRestricted: true,
  },
];

/** Creates plain security groups with members, and one of each special kind. */
export function seedGroups(
  seeding: Seeding,
  settings: SeedSettings,
  users: readonly Entity[],
): void {
  const { tenant, random, daysAgo } = seeding;
  const perGroup = Math.min(settings.membersPerGroup ?? 10, users.length);
  const add = (values: Values, members: number): void => {
    const group = tenant.directory.create("group", {
      createdDateTime: daysAgo(100 + random.below(1500)),
      groupTypes: [],
      mailEnabled: false,
      securityEnabled: true,
      ...values,
      ...(typeof values["mail"] === "string" && {
        mail: `${values["mail"]}@${tenant.defaultDomain}`,
        proxyAddresses: [`SMTP:${values["mail"]}@${tenant.defaultDomain}`],
      }),
    });
    for (let index = 0; index < members; index += 1) {
      const member = users[random.below(users.length)];
      if (member) tenant.directory.link("members", group, member.id);
    }
  };
  for (let index = 0; index < (settings.groups ?? 0); index += 1) {
    const topic = GROUP_TOPICS[index % GROUP_TOPICS.length] ?? "Team";
    const about = DEPARTMENTS[Math.floor(index / GROUP_TOPICS.length) % DEPARTMENTS.length] ?? "";
    add(
      {
        displayName: `${topic} ${about} ${String(index + 1).padStart(3, "0")}`,
        description: `${topic} of ${about}`,
        mailNickname: `group-${index + 1}`,
      },
      perGroup,
    );
  }
  if (settings.specialGroups === false || (settings.groups ?? 0) === 0) return;
  for (const values of special(daysAgo(0))) {
    // Random users must not become administrators or unmanageable.
    const empty =
      values["isAssignableToRole"] === true || values["isManagementRestricted"] === true;
    add(values, empty ? 0 : Math.min(3, users.length));
  }
}
