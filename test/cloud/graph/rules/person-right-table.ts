import type { Call } from "../resources/call.ts";
import { entityOf } from "../resources/resolve.ts";
import type { Route } from "../resources/route.ts";
import type { RelationName } from "../store/directory.ts";
import type { Entity, Kind } from "../store/entity.ts";
import { isUnified } from "./membership.ts";
import { directoryRolesOf } from "./person-roles.ts";
import { GRAPH_ADMINISTRATORS, ROLES } from "./roles-of-operations.ts";

/** Who asks for what. */
export interface Asking {
  readonly call: Call;
  /** The person's roles over the whole directory. */
  readonly roles: ReadonlySet<string>;
  readonly isGuest: boolean;
}

/** Whether the person may. Global Administrators always may. */
export type Right = (asking: Asking) => boolean;

export interface Entry {
  readonly methods?: readonly Route["method"][];
  /** Of the route. */
  readonly path: RegExp;
  readonly may: Right;
  /** Global Administrators need one of the roles too. */
  readonly evenAdministrators?: boolean;
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

const any = (held: ReadonlySet<string>, roles: readonly string[]): boolean =>
  roles.some((role) => held.has(role));

const byRole =
  (roles: readonly string[]): Right =>
  ({ roles: held }) =>
    any(held, roles);

const member: Right = ({ isGuest }) => !isGuest;

/** The object that a path names; undefined lets the handler say that it does not exist. */
const named = ({ call }: Asking, kind: Kind, ...names: readonly string[]): Entity | undefined => {
  const key = names.map((name) => call.params[name]).find((value) => value !== undefined);
  return entityOf(call, kind, key ?? "");
};

const edge = ({ call }: Asking, relation: RelationName, object: Entity): boolean =>
  call.tenant.directory.relations[relation].has(object.id, call.caller.principalId.toLowerCase());

const isSelf = (asking: Asking): boolean =>
  named(asking, "user", "user", "id")?.id === asking.call.caller.principalId.toLowerCase();

/** A role over the user, also one that was assigned within a unit. */
const overUser =
  (roles: readonly string[]): Right =>
  (asking) => {
    const user = named(asking, "user", "user", "id");
    return user === undefined || any(directoryRolesOf(asking.call, user), roles);
  };

const RESETS = new Set(["passwordProfile"]);

/** Every property of the body needs a role; people may set their own mobile phone. */
const updateUser: Right = (asking) =>
  Object.keys(asking.call.body)
    .filter((name) => !name.includes("@"))
    .every((name) => {
      if (name === "mobilePhone" && isSelf(asking)) return true;
      // Their roles were demanded with the permission.
      if (name === "customSecurityAttributes") return true;
      const roles = RESETS.has(name)
        ? ROLES.resetPassword
        : name === "usageLocation"
          ? ROLES.setUsageLocation
          : name === "accountEnabled" || name === "userPrincipalName"
            ? ROLES.enableUser
            : ROLES.updateUser;
      return overUser(roles)(asking);
    });

const groupRoles = (group: Entity): readonly string[] =>
  group.values["isAssignableToRole"] === true
    ? ROLES.manageAssignableGroups
    : [...ROLES.manageGroups, ...(isUnified(group.values) ? ROLES.manageUnifiedGroups : [])];

/** Owners, and roles over the group. */
const ofGroup =
  (ownersToo: boolean, except: readonly string[] = []): Right =>
  (asking) => {
    const group = named(asking, "group", "group", "id");
    if (group === undefined) return true;
    if (ownersToo && edge(asking, "owners", group)) return true;
    const roles = groupRoles(group).filter((role) => !except.includes(role));
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
const createPrincipal: Right = (asking) => {
  if (any(asking.roles, ROLES.manageApplications)) return true;
  const { directory } = asking.call.tenant;
  const appId = textOf(asking.call.body["appId"]);
  const [application] = directory.find("application", "appId", appId);
  return application !== undefined && edge(asking, "owners", application);
};

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
  if (object.kind === "user") return any(roles, ROLES.deletedUsers);
  if (object.kind === "group") {
    const isAssignable = object.values["isAssignableToRole"] === true;
    return any(roles, isAssignable ? ROLES.manageAssignableGroups : ROLES.deletedGroups);
  }
  return any(
    roles,
    object.kind === "administrativeUnit" ? ROLES.manageRoles : ROLES.deletedApplications,
  );
};

const ofDevice: Right = (asking) => {
  if (any(asking.roles, ROLES.manageDevices)) return true;
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
    path: /^\/users\/:\w+\/(photo|extensions)(\/|$)/,
    may: (asking) => isSelf(asking) || overUser(ROLES.updateUser)(asking),
  },
  { path: /^\/users\/:user\/(manager|sponsors)\//, may: overUser(ROLES.updateUser) },
  { methods: ["POST"], path: /^\/groups$/, may: createGroup },
  { path: /^\/groups\/:group\/assignLicense$/, may: byRole(ROLES.assignLicenses) },
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
      textOf(call.body["action"]).startsWith("self") || any(roles, ROLES.manageRoles),
  },
  { path: /^\/(directoryRoles|roleManagement)/, may: byRole(ROLES.manageRoles) },
  { methods: ["POST"], path: /^\/applications$/, may: member },
  {
    path: /^\/applications\/:application\/extensionProperties/,
    may: (asking) =>
      asking.roles.has("Directory Writers") || owned("application", "application")(asking),
  },
  { path: /^\/applications\/:/, may: owned("application", "application") },
  { methods: ["POST"], path: /^\/servicePrincipals$/, may: createPrincipal },
  { path: /^\/servicePrincipals\/:principal\/appRoleAssign/, may: assignAppRole },
  { path: /^\/servicePrincipals\/:/, may: owned("servicePrincipal", "principal") },
  { path: /^\/oauth2PermissionGrants/, may: byRole(ROLES.grantPermissions) },
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

function createGroup({ call, roles, isGuest }: Asking): boolean {
  if (call.body["isAssignableToRole"] === true) return any(roles, ROLES.manageAssignableGroups);
  return !isGuest || any(roles, ROLES.manageGroups);
}
