import type { Caller } from "../app/options.ts";
import { denied } from "../http/graph-error.ts";

/** One of these suffices; of an inner list, all are needed. */
export type Needs = readonly (string | readonly string[])[];

/** Permissions that are not about directory objects: to act as the person does not include them. */
const BEYOND_DIRECTORY =
  /^(AuditLog|CustomSecAttribute|MailboxSettings|Policy\.|ProfilePhoto|User\.Export|UserAuthenticationMethod)/;

/** Application permissions have the same names as delegated ones (permissions-reference). */
export const has = ({ roles, scopes }: Caller, permission: string): boolean =>
  scopes === undefined
    ? roles.includes(permission)
    : scopes.includes(permission) ||
      (scopes.includes("Directory.AccessAsUser.All") && !BEYOND_DIRECTORY.test(permission));

export const holds = (caller: Caller, needs: Needs): boolean =>
  needs.some((one) =>
    typeof one === "string" ? has(caller, one) : one.every((each) => has(caller, each)),
  );

/** @throws GraphError 403 Authorization_RequestDenied if the token's permissions do not suffice. */
export function demand(caller: Caller, needs: Needs): void {
  if (!holds(caller, needs)) throw denied();
}

/** Each of `first` together with each of `second`. */
export const both = (first: Needs, second: Needs): Needs =>
  first.flatMap((one) => second.map((other) => [one, other].flat()));

// The application permissions per kind of access, least privileged first (Graph permissions
// reference; facts/graph.md §4). Directory.* covers what it covered in the older API.

export const READ_USERS: Needs = [
  "User.Read.All",
  "User.ReadWrite.All",
  "User.ReadUpdate.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];
export const READ_BASIC_USERS: Needs = ["User.ReadBasic.All", ...READ_USERS];
export const WRITE_USERS: Needs = ["User.ReadWrite.All", "Directory.ReadWrite.All"];
export const CREATE_USERS: Needs = ["User.Create", ...WRITE_USERS];
export const DELETE_USERS: Needs = [
  "User.DeleteRestore.All",
  "User.ReadWrite.All",
  "Directory.ReadWrite.All",
];
export const READ_GROUPS: Needs = [
  "GroupMember.Read.All",
  "Group.Read.All",
  "GroupMember.ReadWrite.All",
  "Group.ReadWrite.All",
  "Group.ReadBasic.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];
export const READ_WHOLE_GROUPS: Needs = [
  "Group.Read.All",
  "Group.ReadWrite.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];
export const READ_MEMBERS: Needs = ["GroupMember.ReadBasic.All", ...READ_GROUPS];
export const WRITE_GROUPS: Needs = ["Group.ReadWrite.All", "Directory.ReadWrite.All"];
export const CREATE_GROUPS: Needs = ["Group.Create", ...WRITE_GROUPS];
export const WRITE_MEMBERS: Needs = ["GroupMember.ReadWrite.All", ...WRITE_GROUPS];
export const READ_APPLICATIONS: Needs = [
  "Application.Read.All",
  "Application.ReadWrite.OwnedBy",
  "Application.ReadWrite.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];
export const WRITE_APPLICATIONS: Needs = ["Application.ReadWrite.All", "Directory.ReadWrite.All"];
export const READ_UNITS: Needs = [
  "AdministrativeUnit.Read.All",
  "AdministrativeUnit.ReadWrite.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];
export const WRITE_UNITS: Needs = ["AdministrativeUnit.ReadWrite.All", "Directory.ReadWrite.All"];
export const READ_DIRECTORY: Needs = ["Directory.Read.All", "Directory.ReadWrite.All"];
export const READ_ROLES: Needs = [
  "RoleManagement.Read.Directory",
  "RoleManagement.ReadWrite.Directory",
  ...READ_DIRECTORY,
];
export const WRITE_ROLES: Needs = ["RoleManagement.ReadWrite.Directory"];
export const READ_CONTACTS: Needs = ["OrgContact.Read.All", ...READ_DIRECTORY];
export const READ_DEVICES: Needs = ["Device.Read.All", "Device.ReadWrite.All", ...READ_DIRECTORY];
export const READ_MAILBOX_SETTINGS: Needs = ["MailboxSettings.Read", "MailboxSettings.ReadWrite"];
export const READ_LICENSES: Needs = [
  "LicenseAssignment.Read.All",
  "Organization.Read.All",
  "Organization.ReadWrite.All",
  ...READ_DIRECTORY,
];
