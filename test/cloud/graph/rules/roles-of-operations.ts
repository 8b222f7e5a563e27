/** Microsoft Graph and the older directory API: their app roles are the most privileged. */
export const GRAPH_ADMINISTRATORS: ReadonlySet<string> = new Set([
  "00000003-0000-0000-c000-000000000000",
  "00000002-0000-0000-c000-000000000000",
]);

const DELETED_APPLICATIONS = [
  "Application Administrator",
  "Cloud Application Administrator",
  "Hybrid Identity Administrator",
];
const DELETED_USERS = [
  "User Administrator",
  "Authentication Administrator",
  "Privileged Authentication Administrator",
];
const DELETED_GROUPS = [
  "Groups Administrator",
  "User Administrator",
  "Privileged Role Administrator",
];

/**
 * The built-in roles that may do something besides Global Administrator (permissions-reference, and the
 * roles that the pages of the Graph reference name).
 */
export const ROLES = {
  readAll: ["Global Reader"],
  createUser: ["User Administrator", "Directory Writers"],
  updateUser: [
    "User Administrator",
    "Directory Writers",
    "Authentication Administrator",
    "Privileged Authentication Administrator",
    "Intune Administrator",
  ],
  enableUser: [
    "User Administrator",
    "Directory Writers",
    "Authentication Administrator",
    "Privileged Authentication Administrator",
  ],
  resetPassword: [
    "User Administrator",
    "Helpdesk Administrator",
    "Password Administrator",
    "Authentication Administrator",
    "Privileged Authentication Administrator",
  ],
  setUsageLocation: ["User Administrator", "License Administrator", "Directory Writers"],
  deleteUser: [
    "User Administrator",
    "Authentication Administrator",
    "Privileged Authentication Administrator",
  ],
  revokeSessions: [
    "User Administrator",
    "Helpdesk Administrator",
    "Directory Writers",
    "Authentication Administrator",
    "Privileged Authentication Administrator",
  ],
  assignLicenses: [
    "License Administrator",
    "User Administrator",
    "Groups Administrator",
    "Directory Writers",
  ],
  manageGroups: [
    "Groups Administrator",
    "User Administrator",
    "Directory Writers",
    "Intune Administrator",
  ],
  manageUnifiedGroups: [
    "Exchange Administrator",
    "SharePoint Administrator",
    "Teams Administrator",
  ],
  manageAssignableGroups: ["Privileged Role Administrator"],
  groupSettings: ["Groups Administrator", "Directory Writers", "User Administrator"],
  manageApplications: ["Application Administrator", "Cloud Application Administrator"],
  assignAppRoles: [
    "Directory Writers",
    "Hybrid Identity Administrator",
    "Identity Governance Administrator",
    "Privileged Role Administrator",
    "User Administrator",
    "Application Administrator",
    "Cloud Application Administrator",
  ],
  assignGraphRoles: ["Privileged Role Administrator"],
  grantPermissions: [
    "Application Administrator",
    "Application Developer",
    "Cloud Application Administrator",
    "Directory Writers",
    "Privileged Role Administrator",
    "User Administrator",
  ],
  manageRoles: ["Privileged Role Administrator"],
  manageDomains: ["Domain Name Administrator"],
  /** Global Administrators have neither by default (custom-security-attributes-overview). */
  defineAttributes: ["Attribute Definition Administrator"],
  readAttributes: [
    "Attribute Definition Reader",
    "Attribute Assignment Administrator",
    "Attribute Assignment Reader",
  ],
  manageDevices: ["Intune Administrator", "Cloud Device Administrator"],
  deletedUsers: DELETED_USERS,
  deletedGroups: DELETED_GROUPS,
  deletedApplications: DELETED_APPLICATIONS,
  deletedAny: [...DELETED_USERS, ...DELETED_GROUPS, ...DELETED_APPLICATIONS],
} as const satisfies Readonly<Record<string, readonly string[]>>;
