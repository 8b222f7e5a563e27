/**
 * Broader permissions that let Graph make the same changes (Graph permissions reference and the API
 * pages of user-update, user-delete, group-post-members). One too many is better than one too few: a
 * batch that is wrongly let through fails row by row with a reason, one that is wrongly held does not run.
 */
const broader: Readonly<Record<string, readonly string[]>> = {
  "Group.Create": ["Group.ReadWrite.All", "Directory.ReadWrite.All"],
  "Group.ReadWrite.All": ["Directory.ReadWrite.All"],
  "GroupMember.ReadWrite.All": ["Group.ReadWrite.All", "Directory.ReadWrite.All"],
  "User-LifeCycleInfo.ReadWrite.All": [],
  "User-Mail.ReadWrite.All": ["User.ReadWrite.All", "Directory.ReadWrite.All"],
  "User-Phone.ReadWrite.All": ["User.ReadWrite.All", "Directory.ReadWrite.All"],
  "User.DeleteRestore.All": ["User.ReadWrite.All"],
  "User.EnableDisableAccount.All": ["User.ReadWrite.All", "Directory.ReadWrite.All"],
  "User-PasswordProfile.ReadWrite.All": ["Directory.ReadWrite.All"],
  "User.RevokeSessions.All": ["User.ReadWrite.All", "Directory.ReadWrite.All"],
  "User.ReadWrite.All": ["User.Create", "User.ReadUpdate.All", "Directory.ReadWrite.All"],
};

/**
 * Whether a token with these roles covers `permission`. A permission to read is always covered: the
 * plan has read what its rows name, so Graph has allowed it, whichever permission decided that.
 */
export const isCovered = (permission: string, roles: readonly string[]): boolean =>
  /\.Read(Basic)?\.All$/.test(permission) ||
  [permission, ...(broader[permission] ?? [])].some((each) => roles.includes(each));
