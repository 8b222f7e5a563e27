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
const DELETED_GROUPS = ["Groups Administrator", "User Administrator"];
const UPDATE_USER = [
  "User Administrator",
  "Directory Writers",
  "Authentication Administrator",
  "Privileged Authentication Administrator",
  "Intune Administrator",
];
const RESET_PASSWORD = [
  "User Administrator",
  "Helpdesk Administrator",
  "Password Administrator",
  "Authentication Administrator",
  "Privileged Authentication Administrator",
];
const ASSIGN_LICENSES = ["License Administrator", "User Administrator", "Directory Writers"];
const MANAGE_GROUPS = ["Groups Administrator", "User Administrator", "Directory Writers"];
const MANAGE_DEVICES = ["Intune Administrator", "Windows 365 Administrator"];
const ROLE_ADMINISTRATORS = ["Privileged Role Administrator"];

/**
 * The built-in roles that may do something besides Global Administrator (permissions-reference, and the
 * roles that the pages of the Graph reference name).
 */
export const ROLES = {
  readAll: ["Global Reader"],
  createUser: ["User Administrator", "Directory Writers"],
  updateUser: UPDATE_USER,
  /** Who resets a password updates phones and other mails too (privileged-roles-permissions). */
  updatePhones: [...UPDATE_USER, ...RESET_PASSWORD],
  updateSponsors: ["User Administrator", "Directory Writers"],
  updatePhoto: ["User Administrator", "Directory Writers", "Intune Administrator"],
  /** Nobody but a Global Administrator (tutorial-lifecycle-workflows-set-employeeleavedatetime). */
  setLeaveDate: [],
  enableUser: [
    "User Administrator",
    "Directory Writers",
    "Authentication Administrator",
    "Privileged Authentication Administrator",
  ],
  resetPassword: RESET_PASSWORD,
  setUsageLocation: ["User Administrator", "License Administrator"],
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
  assignLicenses: ASSIGN_LICENSES,
  assignGroupLicenses: [...ASSIGN_LICENSES, "Groups Administrator"],
  manageGroups: MANAGE_GROUPS,
  /** It has no rights over Microsoft 365 groups. */
  manageSecurityGroups: ["Intune Administrator"],
  manageUnifiedGroups: [
    "Exchange Administrator",
    "SharePoint Administrator",
    "Teams Administrator",
  ],
  manageAssignableGroups: ROLE_ADMINISTRATORS,
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
    "Cloud Application Administrator",
    "Directory Writers",
    "Privileged Role Administrator",
    "User Administrator",
  ],
  /** Consent on one's own behalf only. */
  grantOwnPermissions: ["Application Developer"],
  manageRoles: ROLE_ADMINISTRATORS,
  /** Schedules and requests of roles (rbacapplication-list-roleeligibilityschedules). */
  readSchedules: [
    "Global Reader",
    "Privileged Role Administrator",
    "Security Administrator",
    "Security Operator",
    "Security Reader",
  ],
  manageDomains: ["Domain Name Administrator"],
  /** Global Administrators have neither by default (custom-security-attributes-overview). */
  defineAttributes: ["Attribute Definition Administrator"],
  readAttributes: [
    "Attribute Definition Reader",
    "Attribute Assignment Administrator",
    "Attribute Assignment Reader",
  ],
  manageDevices: MANAGE_DEVICES,
  /** Enables, disables and deletes devices; no other property. */
  enableDevices: [...MANAGE_DEVICES, "Cloud Device Administrator"],
  deletedUsers: DELETED_USERS,
  purgedUsers: ["User Administrator"],
  purgedGroups: ["Groups Administrator"],
  deletedGroups: DELETED_GROUPS,
  deletedApplications: DELETED_APPLICATIONS,
  deletedAny: [
    ...DELETED_USERS,
    ...DELETED_GROUPS,
    ...DELETED_APPLICATIONS,
    ...ROLE_ADMINISTRATORS,
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;
