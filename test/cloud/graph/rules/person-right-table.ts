import type { Values } from "../store/entity.ts";
import {
  any,
  byRole,
  edge,
  isSelf,
  member,
  named,
  overUser,
  textOf,
  type Asking,
  type Entry,
  type Right,
} from "./asking.ts";
import { isDynamic, isUnified } from "./membership.ts";
import { directoryRolesOf } from "./person-roles.ts";
import { GRAPH_ADMINISTRATORS, ROLES } from "./roles-of-operations.ts";

const USER_PROPERTIES: ReadonlyMap<string, readonly string[]> = new Map([
  ["accountEnabled", ROLES.enableUser],
  ["businessPhones", ROLES.updatePhones],
  ["employeeLeaveDateTime", ROLES.setLeaveDate],
  ["mobilePhone", ROLES.updatePhones],
  ["otherMails", ROLES.updatePhones],
  ["passwordProfile", ROLES.resetPassword],
  ["usageLocation", ROLES.setUsageLocation],
  ["userPrincipalName", ROLES.enableUser],
]);

/** Every property of the body needs a role; people may set their own mobile phone. */
const updateUser: Right = (asking) =>
  Object.keys(asking.call.body)
    .filter((name) => !name.includes("@"))
    .every((name) => {
      if (name === "mobilePhone" && isSelf(asking)) return true;
      // Their roles were demanded with the permission.
      if (name === "customSecurityAttributes") return true;
      return overUser(USER_PROPERTIES.get(name) ?? ROLES.updateUser)(asking);
    });

const groupRoles = (values: Values): readonly string[] =>
  values["isAssignableToRole"] === true
    ? ROLES.manageAssignableGroups
    : [
        ...ROLES.manageGroups,
        ...(isUnified(values) ? ROLES.manageUnifiedGroups : ROLES.manageSecurityGroups),
      ];

/** An owner cannot: the rule of a dynamic group needs a role (groups-create-rule, permissions-reference). */
const setsRule = ({ call: { body } }: Asking): boolean =>
  body["membershipRule"] !== undefined ||
  body["membershipRuleProcessingState"] !== undefined ||
  isDynamic(body);

const updateGroup: Right = (asking) => {
  const { params } = asking.call;
  const isMissing = named(asking, "group", "group") === undefined;
  if (isMissing && params["group"]?.startsWith("uniqueName=")) return createGroup(asking);
  return ofGroup(!setsRule(asking))(asking);
};

const updateApplication: Right = (asking) => {
  const isMissing = named(asking, "application", "application") === undefined;
  return isMissing ? member(asking) : owned("application", "application")(asking);
};

const updatePrincipal: Right = (asking) => {
  const key = asking.call.params["principal"] ?? "";
  const isMissing = named(asking, "servicePrincipal", "principal") === undefined;
  return isMissing && key.startsWith("appId=")
    ? ownsApplication(asking, key.slice("appId=".length))
    : owned("servicePrincipal", "principal")(asking);
};

/** Owners, and roles over the group. */
const ofGroup =
  (ownersToo: boolean, except: readonly string[] = []): Right =>
  (asking) => {
    const group = named(asking, "group", "group", "id");
    if (group === undefined) return true;
    if (ownersToo && edge(asking, "owners", group)) return true;
    const roles = groupRoles(group.values).filter((role) => !except.includes(role));
    return any(directoryRolesOf(asking.call, group), roles);
  };

const owned =
  (kind: "application" | "servicePrincipal", ...names: readonly string[]): Right =>
  (asking) => {
    if (any(asking.roles, ROLES.manageApplications)) return true;
    const object = named(asking, kind, ...names);
    return object === undefined || edge(asking, "owners", object);
  };

/** Who owns the application may make its principal. */
function ownsApplication(asking: Asking, appId: string): boolean {
  if (any(asking.roles, ROLES.manageApplications)) return true;
  const [application] = asking.call.tenant.directory.find("application", "appId", appId);
  return application !== undefined && edge(asking, "owners", application);
}

/** The resource's owner, or a role; Microsoft Graph's own app roles need a Privileged Role Administrator. */
const assignAppRole: Right = (asking) => {
  const { call, roles, isGuest } = asking;
  const id = textOf(call.body["resourceId"] ?? call.params["principal"]);
  const resource = call.tenant.directory.get(id);
  const isGraph =
    resource !== undefined && GRAPH_ADMINISTRATORS.has(String(resource.values["appId"]));
  if (any(roles, isGraph ? ROLES.assignGraphRoles : ROLES.assignAppRoles)) return true;
  return !isGuest && resource?.kind === "servicePrincipal" && edge(asking, "owners", resource);
};

const ofDeleted: Right = ({ call, roles }) => {
  const object = call.tenant.directory.get(call.params["object"] ?? "");
  if (object === undefined) return true;
  const isPurge = call.method === "DELETE";
  if (object.kind === "user") return any(roles, isPurge ? ROLES.purgedUsers : ROLES.deletedUsers);
  if (object.kind === "group") {
    if (object.values["isAssignableToRole"] === true)
      return any(roles, ROLES.manageAssignableGroups);
    return any(roles, isPurge ? ROLES.purgedGroups : ROLES.deletedGroups);
  }
  return any(
    roles,
    object.kind === "administrativeUnit" ? ROLES.manageRoles : ROLES.deletedApplications,
  );
};

/** Others than those who manage devices may only enable, disable and delete them. */
const ofDevice: Right = (asking) => {
  if (any(asking.roles, ROLES.manageDevices)) return true;
  const { method, body, params } = asking.call;
  const changed = Object.keys(body).filter((name) => !name.includes("@"));
  const isLimited =
    method === "DELETE"
      ? params["owner"] === undefined
      : method === "PATCH" && changed.every((name) => name === "accountEnabled");
  if (isLimited && any(asking.roles, ROLES.enableDevices)) return true;
  const device = named(asking, "device", "id", "device");
  return device === undefined || edge(asking, "registeredOwners", device);
};

/** What needs more than a user's default permissions to be read. Everything else a member may read. */
export const READ_RIGHTS: readonly Entry[] = [
  {
    path: /^\/directory\/(attributeSets|customSecurityAttributeDefinitions)/,
    may: byRole([...ROLES.defineAttributes, ...ROLES.readAttributes]),
    evenAdministrators: true,
  },
  { path: /^\/users\/:\w+\/mailboxSettings/, may: isSelf, evenAdministrators: true },
  // Their own anybody may read (unifiedroleassignmentschedule-filterbycurrentuser).
  {
    path: /^\/roleManagement\/directory\/role\w+\/filterByCurrentUser/,
    may: () => true,
  },
  {
    path: /^\/roleManagement\/directory\/role(Assignment|Eligibility)Schedule/,
    may: byRole(ROLES.readSchedules),
  },
  // Deleted objects, by the roles that may restore them (directory-deleteditems-list).
  {
    path: /^\/directory\/deletedItems/,
    may: ({ roles }) => any(roles, [...ROLES.readAll, ...ROLES.deletedAny]),
  },
  // Guests cannot list the directory, but read objects that they know (users-default-permissions).
  {
    path: /^\/(users|groups|devices|contacts|servicePrincipals|directoryObjects|directoryRoles|directoryRoleTemplates|directory|roleManagement|subscribedSkus)(\/delta(\(\))?|\/\$count)?$/,
    may: ({ roles, isGuest }) => !isGuest || roles.size > 0,
  },
  {
    path: /^\/(devices|directoryRoles|directory|roleManagement|subscribedSkus)/,
    may: ({ roles, isGuest }) => !isGuest || roles.size > 0,
  },
];

/** Who may change what, in the order of the paths; what is not listed only a Global Administrator may. */
export const PERSON_RIGHTS: readonly Entry[] = [
  { path: /^\/invitations$/, may: () => true },
  { path: /validateProperties$/, may: () => true },
  { methods: ["POST"], path: /^\/users$/, may: byRole(ROLES.createUser) },
  { methods: ["PATCH"], path: /^\/users\/:user$/, may: updateUser },
  { methods: ["DELETE"], path: /^\/users\/:user$/, may: overUser(ROLES.deleteUser) },
  {
    path: /^\/users\/:user\/revokeSignInSessions$/,
    may: (asking) => isSelf(asking) || overUser(ROLES.revokeSessions)(asking),
  },
  {
    path: /^\/users\/:user\/(assignLicense|reprocessLicenseAssignment)$/,
    may: overUser(ROLES.assignLicenses),
  },
  { path: /^\/users\/:\w+\/appRoleAssignments/, may: assignAppRole },
  { path: /^\/users\/:\w+\/(mailboxSettings|changePassword)$/, may: isSelf },
  {
    path: /^\/users\/:\w+\/photo(\/|$)/,
    may: (asking) => isSelf(asking) || overUser(ROLES.updatePhoto)(asking),
  },
  {
    path: /^\/users\/:\w+\/extensions(\/|$)/,
    may: (asking) => isSelf(asking) || overUser(ROLES.updateUser)(asking),
  },
  { path: /^\/users\/:user\/manager\//, may: overUser(ROLES.updateUser) },
  { path: /^\/users\/:user\/sponsors\//, may: overUser(ROLES.updateSponsors) },
  { methods: ["POST"], path: /^\/groups$/, may: createGroup },
  { methods: ["PATCH"], path: /^\/groups\/:group$/, may: updateGroup },
  { path: /^\/groups\/:group\/assignLicense$/, may: byRole(ROLES.assignGroupLicenses) },
  { path: /^\/groups\/:\w+\/appRoleAssignments/, may: assignAppRole },
  {
    path: /^\/groups\/:\w+\/settings/,
    may: (asking) => any(asking.roles, ROLES.groupSettings) || ofGroup(true)(asking),
  },
  { methods: ["DELETE"], path: /^\/groups\/:group$/, may: ofGroup(true, ["Directory Writers"]) },
  // What people do for themselves (group-addfavorite, group-subscribebymail).
  {
    path: /^\/groups\/:id\/((add|remove)Favorite|(un)?subscribeByMail|resetUnseenCount)$/,
    may: member,
  },
  { path: /^\/groups\/:/, may: ofGroup(true) },
  { path: /^\/schemaExtensions/, may: member },
  { path: /^\/policies/, may: byRole(ROLES.manageApplications) },
  { path: /^\/groupLifecyclePolicies/, may: byRole(ROLES.manageGroups) },
  { path: /^\/domains/, may: byRole(ROLES.manageDomains) },
  { path: /^\/applicationTemplates\/:/, may: byRole(ROLES.manageApplications) },
  {
    path: /^\/directory\/(attributeSets|customSecurityAttributeDefinitions)/,
    may: byRole(ROLES.defineAttributes),
    evenAdministrators: true,
  },
  { methods: ["DELETE"], path: /^\/directoryObjects\/:id$/, may: deleteObject },
  { path: /^\/groupSettings/, may: byRole(ROLES.groupSettings) },
  { path: /^\/directory\/deletedItems/, may: ofDeleted },
  { path: /^\/directory\/administrativeUnits/, may: byRole(ROLES.manageRoles) },
  {
    // Anybody asks for a role that they are eligible for.
    path: /^\/roleManagement\/directory\/roleAssignmentScheduleRequests$/,
    may: ({ call, roles }) =>
      /^self/i.test(textOf(call.body["action"])) || any(roles, ROLES.manageRoles),
  },
  { path: /^\/(directoryRoles|roleManagement)/, may: byRole(ROLES.manageRoles) },
  { methods: ["POST"], path: /^\/applications$/, may: member },
  {
    path: /^\/applications\/:application\/extensionProperties/,
    may: (asking) =>
      asking.roles.has("Directory Writers") || owned("application", "application")(asking),
  },
  { methods: ["PATCH"], path: /^\/applications\/:application$/, may: updateApplication },
  { path: /^\/applications\/:/, may: owned("application", "application") },
  {
    methods: ["POST"],
    path: /^\/servicePrincipals$/,
    may: (asking) => ownsApplication(asking, textOf(asking.call.body["appId"])),
  },
  { methods: ["PATCH"], path: /^\/servicePrincipals\/:principal$/, may: updatePrincipal },
  { path: /^\/servicePrincipals\/:principal\/appRoleAssign/, may: assignAppRole },
  { path: /^\/servicePrincipals\/:/, may: owned("servicePrincipal", "principal") },
  { path: /^\/oauth2PermissionGrants/, may: grantPermission },
  { methods: ["POST"], path: /^\/devices$/, may: byRole(ROLES.manageDevices) },
  { path: /^\/devices\/:/, may: ofDevice },
];

/** As through the collection of its kind. */
function deleteObject(asking: Asking): boolean {
  const { call, roles } = asking;
  const object = call.tenant.directory.get(call.params["id"] ?? "");
  if (object === undefined) return true;
  if (object.kind === "user") return any(directoryRolesOf(call, object), ROLES.deleteUser);
  if (object.kind === "group") return ofGroup(true, ["Directory Writers"])(asking);
  if (object.kind === "device") return ofDevice(asking);
  return object.kind === "application" || object.kind === "servicePrincipal"
    ? owned(object.kind, "id")(asking)
    : any(roles, ROLES.manageRoles);
}

function createGroup(asking: Asking): boolean {
  const { call, roles, isGuest } = asking;
  const isOpen = call.body["isAssignableToRole"] !== true && !setsRule(asking);
  return (isOpen && !isGuest) || any(roles, groupRoles(call.body));
}

function grantPermission({ call, roles }: Asking): boolean {
  if (any(roles, ROLES.grantPermissions)) return true;
  const { principalId } = call.tenant.grants.get(call.params["grant"] ?? "") ?? call.body;
  const isOwn = textOf(principalId).toLowerCase() === call.caller.principalId.toLowerCase();
  return isOwn && any(roles, ROLES.grantOwnPermissions);
}
