import {
  createApplication,
  createPrincipal,
  assignAppRole,
  grantPermission,
  owned,
  updateApplication,
  updatePrincipal,
} from "./application-rights.ts";
import {
  allowed,
  byAction,
  isSelf,
  member,
  overUser,
  textOf,
  type Entry,
  type Right,
} from "./asking.ts";
import { createGroup, ofGroup, updateGroup } from "./group-rights.ts";
import { isLimited, ofProfile, ofVisibleGroup } from "./guest-view.ts";
import {
  deleteObject,
  invite,
  ofDeleted,
  ofDevice,
  requestRole,
  RESTORES,
  tenantSettings,
} from "./other-rights.ts";
import { updateUser } from "./user-rights.ts";

const selfOr =
  (...actions: readonly string[]): Right =>
  (asking) =>
    isSelf(asking) || overUser(...actions)(asking);

/** Schedules and requests of roles (rbacapplication-list-roleeligibilityschedules). */
const READ_SCHEDULES = byAction("privilegedIdentityManagement/allProperties/read");

const notLimited: Right = (asking) => !isLimited(asking);

/** What needs more than a user's default permissions to be read. Everything else a member may read. */
export const READ_RIGHTS: readonly Entry[] = [
  {
    path: /^\/directory\/(attributeSets|customSecurityAttributeDefinitions)/,
    // Global Administrators have none of it by default (custom-security-attributes-overview).
    may: byAction("attributeSets/allProperties/read"),
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
    may: READ_SCHEDULES,
  },
  // Deleted objects, by the roles that may restore them (directory-deleteditems-list).
  {
    path: /^\/directory\/deletedItems/,
    may: (asking) =>
      asking.roles.has("Global Reader") || RESTORES.some((action) => allowed(asking, action)),
  },
  // What guests read: nothing by list, others' profiles in part, no devices, roles, units, licenses or
  // policies (users-default-permissions).
  {
    path: /^\/(users|groups|devices|contacts|applications|servicePrincipals|directoryObjects)(\/delta(\(\))?|\/\$count)?$/,
    may: notLimited,
  },
  {
    path: /^\/(devices|directoryRoles|directory|roleManagement|subscribedSkus|contracts|policies|groupSettings|oauth2PermissionGrants)(\/|$)/,
    may: notLimited,
  },
  { path: /^\/users\/:\w+(\/(manager|directReports|photos?)(\/.*)?)?$/, may: ofProfile },
  { path: /^\/users\/:/, may: (asking) => !isLimited(asking) || isSelf(asking) },
  { path: /^\/groups\/:/, may: ofVisibleGroup },
];

const USERS: readonly Entry[] = [
  { methods: ["POST"], path: /^\/users$/, may: byAction("users/create") },
  { methods: ["PATCH"], path: /^\/users\/:user$/, may: updateUser },
  { methods: ["DELETE"], path: /^\/users\/:user$/, may: overUser("users/delete") },
  {
    path: /^\/users\/:user\/revokeSignInSessions$/,
    may: selfOr("users/invalidateAllRefreshTokens"),
  },
  { path: /^\/users\/:user\/assignLicense$/, may: overUser("users/assignLicense") },
  {
    path: /^\/users\/:user\/reprocessLicenseAssignment$/,
    may: overUser("users/reprocessLicenseAssignment"),
  },
  { path: /^\/users\/:\w+\/appRoleAssignments/, may: assignAppRole },
  { path: /^\/users\/:\w+\/(mailboxSettings|changePassword)$/, may: isSelf },
  { path: /^\/users\/:\w+\/photo(\/|$)/, may: selfOr("users/photo/update") },
  { path: /^\/users\/:\w+\/extensions(\/|$)/, may: selfOr("users/basic/update") },
  { path: /^\/users\/:user\/manager\//, may: overUser("users/manager/update") },
  { path: /^\/users\/:user\/sponsors\//, may: overUser("users/sponsors/update") },
];

const GROUPS: readonly Entry[] = [
  { methods: ["POST"], path: /^\/groups$/, may: createGroup },
  { methods: ["PATCH"], path: /^\/groups\/:group$/, may: updateGroup },
  { methods: ["DELETE"], path: /^\/groups\/:group$/, may: ofGroup("delete") },
  { path: /^\/groups\/:group\/assignLicense$/, may: ofGroup("assignLicense", false) },
  { path: /^\/groups\/:group\/members\//, may: ofGroup("members/update") },
  { path: /^\/groups\/:group\/owners\//, may: ofGroup("owners/update") },
  { path: /^\/groups\/:\w+\/appRoleAssignments/, may: assignAppRole },
  { path: /^\/groups\/:\w+\/settings/, may: ofGroup("settings/update") },
  // What people do for themselves (group-addfavorite, group-subscribebymail).
  {
    path: /^\/groups\/:id\/((add|remove)Favorite|(un)?subscribeByMail|resetUnseenCount)$/,
    may: member,
  },
  { path: /^\/groups\/:/, may: ofGroup("basic/update") },
  // Groups Administrators (role groups-administrator: settings like naming and expiration policies).
  { path: /^\/groupLifecyclePolicies/, may: ({ roles }) => roles.has("Groups Administrator") },
  { path: /^\/groupSettings/, may: tenantSettings },
];

const APPLICATIONS: readonly Entry[] = [
  { methods: ["POST"], path: /^\/applications$/, may: createApplication },
  { methods: ["PATCH"], path: /^\/applications\/:application$/, may: updateApplication },
  {
    methods: ["DELETE"],
    path: /^\/applications\/:application$/,
    may: owned("application", "delete"),
  },
  {
    path: /^\/applications\/:application\/extensionProperties/,
    may: owned("application", "extensionProperties/update"),
  },
  {
    path: /^\/applications\/:application\/((add|remove)(Key|Password)|federated)/,
    may: owned("application", "credentials/update"),
  },
  { path: /^\/applications\/:application\/owners/, may: owned("application", "owners/update") },
  {
    path: /^\/applications\/:application\/\w+Policies/,
    may: owned("application", "policies/update"),
  },
  {
    path: /^\/applications\/:application\/(un)?setVerifiedPublisher$/,
    may: owned("application", "verification/update"),
  },
  { path: /^\/applications\/:/, may: owned("application", "basic/update") },
  {
    methods: ["POST"],
    path: /^\/servicePrincipals$/,
    may: (asking) => createPrincipal(asking, textOf(asking.call.body["appId"])),
  },
  { methods: ["PATCH"], path: /^\/servicePrincipals\/:principal$/, may: updatePrincipal },
  {
    methods: ["DELETE"],
    path: /^\/servicePrincipals\/:principal$/,
    may: owned("servicePrincipal", "delete"),
  },
  { path: /^\/servicePrincipals\/:principal\/appRoleAssign/, may: assignAppRole },
  {
    path: /^\/servicePrincipals\/:principal\/(add|remove)(Key|Password|TokenSigning)/,
    may: owned("servicePrincipal", "credentials/update"),
  },
  {
    path: /^\/servicePrincipals\/:principal\/owners/,
    may: owned("servicePrincipal", "owners/update"),
  },
  {
    path: /^\/servicePrincipals\/:principal\/\w+Policies/,
    may: owned("servicePrincipal", "policies/update"),
  },
  {
    path: /^\/servicePrincipals\/:principal\/delegatedPermission/,
    may: owned("servicePrincipal", "permissions/update"),
  },
  { path: /^\/servicePrincipals\/:/, may: owned("servicePrincipal", "basic/update") },
  { path: /^\/oauth2PermissionGrants/, may: grantPermission },
  {
    path: /^\/applicationTemplates\/:/,
    may: byAction("applicationTemplates/instantiate"),
  },
  { path: /^\/policies\/authorizationPolicy/, may: byAction("authorizationPolicy/update") },
  { path: /^\/policies\/adminConsent/, may: byAction("adminConsentRequestPolicy/update") },
  { path: /^\/policies\/permissionGrant/, may: byAction("permissionGrantPolicies/create") },
  // Application Administrators and Cloud Application Administrators (tenantappmanagementpolicy-update).
  {
    path: /^\/policies\/\w*appManagement/i,
    may: byAction("applicationPolicies/basic/update"),
  },
  // Of these no page that was found names a role.
  { path: /^\/policies\/(authenticationFlows|identitySecurity)/, may: () => false },
  {
    methods: ["POST"],
    path: /^\/policies/,
    may: byAction("applicationPolicies/create", "policies/create"),
  },
  {
    methods: ["PATCH"],
    path: /^\/policies/,
    may: byAction("applicationPolicies/basic/update", "policies/basic/update"),
  },
  {
    methods: ["DELETE"],
    path: /^\/policies/,
    may: byAction("applicationPolicies/delete", "policies/delete"),
  },
];

/** Who may change what, in the order of the paths; what is not listed only a Global Administrator may. */
export const PERSON_RIGHTS: readonly Entry[] = [
  { path: /^\/invitations$/, may: invite, evenAdministrators: true },
  { path: /validateProperties$/, may: () => true },
  ...USERS,
  ...GROUPS,
  ...APPLICATIONS,
  { path: /^\/schemaExtensions/, may: member },
  {
    path: /^\/domains\/:domain\/federationConfiguration/,
    may: byAction("domains/federationConfiguration/basic/update"),
  },
  { path: /^\/domains/, may: byAction("domains/allProperties/update") },
  { path: /^\/organization/, may: byAction("organization/basic/update") },
  {
    path: /^\/directory\/(attributeSets|customSecurityAttributeDefinitions)/,
    may: byAction("attributeSets/allProperties/update"),
    evenAdministrators: true,
  },
  { methods: ["DELETE"], path: /^\/directoryObjects\/:id$/, may: deleteObject },
  { path: /^\/directory\/deletedItems/, may: ofDeleted },
  { path: /^\/directory\/administrativeUnits/, may: byAction("administrativeUnits/update") },
  { path: /^\/roleManagement\/directory\/roleAssignmentScheduleRequests$/, may: requestRole },
  { path: /^\/directoryRoles/, may: byAction("directoryRoles/update") },
  {
    path: /^\/roleManagement\/directory\/roleDefinitions/,
    may: byAction("roleDefinitions/allProperties/update"),
  },
  { path: /^\/roleManagement/, may: byAction("roleAssignments/allProperties/update") },
  { methods: ["POST"], path: /^\/devices$/, may: byAction("devices/create") },
  { path: /^\/devices\/:/, may: ofDevice },
];
