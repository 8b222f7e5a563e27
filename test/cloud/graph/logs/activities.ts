import type { Route } from "../resources/route.ts";

/** How the audit log names something that happened (reference-audit-activities, Core Directory). */
export interface Activity {
  readonly name: string;
  readonly category: string;
  readonly operationType: "Add" | "Update" | "Delete" | "Assign" | "Unassign";
  readonly service?: string;
}

/** Short form: `"Add user|UserManagement|Add"`. */
const activity = (text: string): Activity => {
  const [name = "", category = "", operationType = "Update"] = text.split("|");
  return { name, category, operationType: operationType as Activity["operationType"] };
};

const table = (texts: Readonly<Record<string, string>>): Readonly<Record<string, Activity>> =>
  Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, activity(text)]));

/** Changes of objects, by kind and what happened. */
export const OBJECT_ACTIVITIES = table({
  "user created": "Add user|UserManagement|Add",
  "user updated": "Update user|UserManagement|Update",
  "user deleted": "Delete user|UserManagement|Delete",
  "user restored": "Restore user|UserManagement|Update",
  "user purged": "Hard Delete user|UserManagement|Delete",
  "group created": "Add group|GroupManagement|Add",
  "group updated": "Update group|GroupManagement|Update",
  "group deleted": "Delete group|GroupManagement|Delete",
  "group restored": "Restore group|GroupManagement|Update",
  "group purged": "Hard Delete group|GroupManagement|Delete",
  "device created": "Add device|Device|Add",
  "device updated": "Update device|Device|Update",
  "device deleted": "Delete device|Device|Delete",
  "device purged": "Delete device|Device|Delete",
  "administrativeUnit created": "Add administrative unit|AdministrativeUnit|Add",
  "administrativeUnit updated": "Update administrative unit|AdministrativeUnit|Update",
  "administrativeUnit deleted": "Delete administrative unit|AdministrativeUnit|Delete",
  "administrativeUnit restored": "Restore administrative unit|AdministrativeUnit|Update",
  "administrativeUnit purged": "Hard Delete administrative unit|AdministrativeUnit|Delete",
  "directoryRole created": "Add role from template|RoleManagement|Add",
  "application deleted": "Delete application|ApplicationManagement|Delete",
  "application restored": "Restore application|ApplicationManagement|Update",
  "application purged": "Hard Delete application|ApplicationManagement|Delete",
  "servicePrincipal deleted": "Remove service principal|ApplicationManagement|Delete",
  "servicePrincipal restored": "Restore service principal|ApplicationManagement|Update",
  "servicePrincipal purged": "Hard delete service principal|ApplicationManagement|Delete",
});

/** Changes of a user that have a name of their own. */
export const USER_ACTIVITIES = {
  enabled: activity("Enable account|UserManagement|Update"),
  disabled: activity("Disable account|UserManagement|Update"),
  password: activity("Reset password|UserManagement|Update"),
  sessions: activity("Update StsRefreshTokenValidFrom Timestamp|UserManagement|Update"),
  licenses: activity("Change user license|UserManagement|Update"),
  invited: { ...activity("Invite external user|UserManagement|Add"), service: "Invited Users" },
} as const satisfies Readonly<Record<string, Activity>>;

export const GROUP_LICENSES = activity("Set group license|GroupManagement|Update");

/** Edges, by the holder's kind, the relation and what happened. */
export const EDGE_ACTIVITIES = table({
  "group members linked": "Add member to group|GroupManagement|Assign",
  "group members unlinked": "Remove member from group|GroupManagement|Unassign",
  "group owners linked": "Add owner to group|GroupManagement|Assign",
  "group owners unlinked": "Remove owner from group|GroupManagement|Unassign",
  "administrativeUnit members linked":
    "Add member to administrative unit|AdministrativeUnit|Assign",
  "administrativeUnit members unlinked":
    "Remove member from administrative unit|AdministrativeUnit|Unassign",
  "directoryRole members linked": "Add member to role|RoleManagement|Assign",
  "directoryRole members unlinked": "Remove member from role|RoleManagement|Unassign",
  "application owners linked": "Add owner to application|ApplicationManagement|Assign",
  "application owners unlinked": "Remove owner from application|ApplicationManagement|Unassign",
  "servicePrincipal owners linked": "Add owner to service principal|ApplicationManagement|Assign",
  "servicePrincipal owners unlinked":
    "Remove owner from service principal|ApplicationManagement|Unassign",
  "user manager linked": "Set user manager|UserManagement|Update",
  "user manager unlinked": "Set user manager|UserManagement|Update",
  "user sponsors linked": "Update user|UserManagement|Update",
  "user sponsors unlinked": "Update user|UserManagement|Update",
  "device registeredOwners linked": "Add registered owner to device|Device|Assign",
  "device registeredOwners unlinked": "Remove registered owner from device|Device|Unassign",
  "device registeredUsers linked": "Add registered users to device|Device|Assign",
  "device registeredUsers unlinked": "Remove registered users from device|Device|Unassign",
});

const CREDENTIALS =
  "Update application - Certificates and secrets management|ApplicationManagement|Update";
const APPLICATION = "Update application|ApplicationManagement|Update";

/** What is kept beside the objects, by route. */
export const OTHER_ACTIVITIES = table({
  "POST /applications": "Add application|ApplicationManagement|Add",
  "PATCH /applications/:application": APPLICATION,
  "POST /applications/:application/addKey": CREDENTIALS,
  "POST /applications/:application/removeKey": CREDENTIALS,
  "POST /applications/:application/addPassword": CREDENTIALS,
  "POST /applications/:application/removePassword": CREDENTIALS,
  "POST /applications/:application/federatedIdentityCredentials": APPLICATION,
  "PATCH /applications/:application/federatedIdentityCredentials/:credential": APPLICATION,
  "DELETE /applications/:application/federatedIdentityCredentials/:credential": APPLICATION,
  "POST /applications/:application/extensionProperties": APPLICATION,
  "DELETE /applications/:application/extensionProperties/:extension": APPLICATION,
  "POST /servicePrincipals": "Add service principal|ApplicationManagement|Add",
  "PATCH /servicePrincipals/:principal": "Update service principal|ApplicationManagement|Update",
  "POST /servicePrincipals/:principal/addPassword":
    "Add service principal credentials|ApplicationManagement|Update",
  "POST /servicePrincipals/:principal/removePassword":
    "Remove service principal credentials|ApplicationManagement|Update",
  "POST /users/:user/changePassword": "Change user password|UserManagement|Update",
  "POST /users/:id/appRoleAssignments":
    "Add app role assignment grant to user|UserManagement|Assign",
  "DELETE /users/:id/appRoleAssignments/:assignment":
    "Remove app role assignment from user|UserManagement|Unassign",
  "POST /groups/:id/appRoleAssignments": "Add app role assignment to group|GroupManagement|Assign",
  "DELETE /groups/:id/appRoleAssignments/:assignment":
    "Remove app role assignment from group|GroupManagement|Unassign",
  "POST /servicePrincipals/:principal/appRoleAssignments":
    "Add app role assignment to service principal|ApplicationManagement|Assign",
  "DELETE /servicePrincipals/:principal/appRoleAssignments/:assignment":
    "Remove app role assignment from service principal|ApplicationManagement|Unassign",
  "POST /servicePrincipals/:principal/appRoleAssignedTo":
    "Add app role assignment to service principal|ApplicationManagement|Assign",
  "DELETE /servicePrincipals/:principal/appRoleAssignedTo/:assignment":
    "Remove app role assignment from service principal|ApplicationManagement|Unassign",
  "POST /oauth2PermissionGrants": "Add delegated permission grant|ApplicationManagement|Assign",
  "PATCH /oauth2PermissionGrants/:grant":
    "Add delegated permission grant|ApplicationManagement|Assign",
  "DELETE /oauth2PermissionGrants/:grant":
    "Remove delegated permission grant|ApplicationManagement|Unassign",
  "POST /groupSettings": "Create company settings|DirectoryManagement|Add",
  "PATCH /groupSettings/:setting": "Update company settings|DirectoryManagement|Update",
  "DELETE /groupSettings/:setting": "Delete company settings|DirectoryManagement|Delete",
  "POST /groups/:id/settings": "Create group settings|GroupManagement|Add",
  "PATCH /groups/:id/settings/:setting": "Update group settings|GroupManagement|Update",
  "DELETE /groups/:id/settings/:setting": "Delete group settings|GroupManagement|Delete",
  "POST /directory/administrativeUnits/:unit/scopedRoleMembers":
    "Add scoped member to role|RoleManagement|Assign",
  "DELETE /directory/administrativeUnits/:unit/scopedRoleMembers/:membership":
    "Remove scoped member from role|RoleManagement|Unassign",
});

/** Used if nothing else changed: an assignment to a unit is no edge, one to the whole directory is. */
export const LONE_ACTIVITIES = table({
  "POST /roleManagement/directory/roleAssignments":
    "Add scoped member to role|RoleManagement|Assign",
  "DELETE /roleManagement/directory/roleAssignments/:assignment":
    "Remove scoped member from role|RoleManagement|Unassign",
});

/** Which entries the route has for what is kept beside the directory's objects. */
export const otherActivityOf = (
  route: Pick<Route, "method" | "path">,
): "always" | "alone" | undefined => {
  const key = `${route.method} ${route.path}`;
  if (Object.hasOwn(OTHER_ACTIVITIES, key)) return "always";
  return Object.hasOwn(LONE_ACTIVITIES, key) ? "alone" : undefined;
};
