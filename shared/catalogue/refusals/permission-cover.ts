const directory = ["Directory.Read.All", "Directory.ReadWrite.All"];
const users = ["User.Read.All", "User.ReadWrite.All", "User.ReadUpdate.All", ...directory];
const groups = ["Group.Read.All", "Group.ReadWrite.All", ...directory];

/**
 * Broader permissions that let Graph make the same reads and changes (Graph permissions reference and the
 * API pages of user-get, user-update, user-delete, group-post-members). One too many is better than one too few: a
 * batch that is wrongly let through fails row by row with a reason, one that is wrongly held does not run.
 */
const broader: Readonly<Record<string, readonly string[]>> = {
  "AdministrativeUnit.Read.All": ["AdministrativeUnit.ReadWrite.All", ...directory],
  "Device.ReadWrite.All": ["Directory.ReadWrite.All"],
  "Device.Read.All": ["Device.ReadWrite.All", ...directory],
  "AdministrativeUnit.ReadWrite.All": ["Directory.ReadWrite.All"],
  "Group.Create": ["Group.ReadWrite.All", "Directory.ReadWrite.All"],
  "Group.Read.All": groups,
  "Group.ReadWrite.All": ["Directory.ReadWrite.All"],
  "GroupMember.Read.All": ["GroupMember.ReadWrite.All", ...groups],
  "GroupMember.ReadWrite.All": ["Group.ReadWrite.All", "Directory.ReadWrite.All"],
  // The permission to change licenses is not among them (subscribedsku-list).
  "LicenseAssignment.Read.All": [
    "Organization.Read.All",
    "Organization.ReadWrite.All",
    ...directory,
  ],
  "LicenseAssignment.ReadWrite.All": [
    "User.ReadWrite.All",
    "Group.ReadWrite.All",
    "Directory.ReadWrite.All",
  ],
  "User-LifeCycleInfo.ReadWrite.All": [],
  "User-Mail.ReadWrite.All": ["User.ReadWrite.All", "Directory.ReadWrite.All"],
  "User-Phone.ReadWrite.All": ["User.ReadWrite.All", "Directory.ReadWrite.All"],
  "User.DeleteRestore.All": ["User.ReadWrite.All"],
  "User.EnableDisableAccount.All": ["User.ReadWrite.All", "Directory.ReadWrite.All"],
  "User-PasswordProfile.ReadWrite.All": ["Directory.ReadWrite.All"],
  "User.RevokeSessions.All": ["User.ReadWrite.All", "Directory.ReadWrite.All"],
  "User.Read.All": users,
  "User.ReadBasic.All": users,
  "User.Invite.All": ["User.ReadWrite.All", "Directory.ReadWrite.All"],
  "User.ReadWrite.All": ["User.Create", "User.ReadUpdate.All", "Directory.ReadWrite.All"],
};

/** Whether a token with these roles covers `permission`, by itself or by a broader one. */
export const isCovered = (permission: string, roles: readonly string[]): boolean =>
  [permission, ...(broader[permission] ?? [])].some((each) => roles.includes(each));

/** Whether it only lets the application read. */
export const isToRead = (permission: string): boolean => /\.Read(Basic)?\.All$/.test(permission);
