/**
 * What Entra's built-in roles allow of what is emulated here, role by role: the type of object, then each
 * action on it (permissions-reference, the table of each role, 2026-08). In Entra's names
 * `microsoft.directory/` is in front: `microsoft.directory/users/basic/update`.
 */
const LINES = `
AI Administrator: adminConsentRequestPolicy allProperties/allTasks; subscribedSkus standard/read; users
  allProperties/read
Agent ID Administrator: auditLogs allProperties/read; groups hiddenMembers/read; groups.unified createAsOwner;
  organization standard/read; policies standard/read; signInReports allProperties/read
Application Administrator: adminConsentRequestPolicy allProperties/allTasks; applicationPolicies basic/update
  create delete owners/read owners/update policyAppliedTo/read standard/read; applications appRoles/update
  audience/update authentication/update basic/update create credentials/update delete disablement/update
  extensionProperties/update notes/update owners/update permissions/update policies/update tag/update
  verification/update; applicationTemplates instantiate; auditLogs allProperties/read; deletedItems.applications
  delete restore; oAuth2PermissionGrants allProperties/allTasks; servicePrincipals appRoleAssignedTo/update
  audience/update authentication/update basic/update create credentials/update delete disable enable
  managePermissionGrantsForAll.microsoft-application-admin notes/update owners/update permissions/update
  policies/update tag/update; signInReports allProperties/read
Application Developer: applications createAsOwner; oAuth2PermissionGrants createAsOwner; servicePrincipals
  createAsOwner
Attribute Assignment Administrator: attributeSets allProperties/read; customSecurityAttributeDefinitions
  allProperties/read; devices customSecurityAttributes/read customSecurityAttributes/update; servicePrincipals
  customSecurityAttributes/read customSecurityAttributes/update; users customSecurityAttributes/read
  customSecurityAttributes/update
Attribute Assignment Reader: attributeSets allProperties/read; customSecurityAttributeDefinitions
  allProperties/read; devices customSecurityAttributes/read; servicePrincipals customSecurityAttributes/read;
  users customSecurityAttributes/read
Attribute Definition Administrator: attributeSets allProperties/allTasks; customSecurityAttributeDefinitions
  allProperties/allTasks
Attribute Definition Reader: attributeSets allProperties/read; customSecurityAttributeDefinitions
  allProperties/read
Authentication Administrator: deletedItems.users restore; users basic/update delete disable enable
  invalidateAllRefreshTokens manager/update password/update restore userPrincipalName/update
Azure Information Protection Administrator: authorizationPolicy standard/read
Billing Administrator: organization basic/update
Cloud Application Administrator: adminConsentRequestPolicy allProperties/allTasks; applicationPolicies
  basic/update create delete owners/read owners/update policyAppliedTo/read standard/read; applications
  appRoles/update audience/update authentication/update basic/update create credentials/update delete
  disablement/update extensionProperties/update notes/update owners/update permissions/update policies/update
  tag/update verification/update; applicationTemplates instantiate; auditLogs allProperties/read;
  deletedItems.applications delete restore; oAuth2PermissionGrants allProperties/allTasks; servicePrincipals
  appRoleAssignedTo/update audience/update authentication/update basic/update create credentials/update delete
  disable enable managePermissionGrantsForAll.microsoft-application-admin notes/update owners/update
  permissions/update policies/update tag/update; signInReports allProperties/read
Cloud Device Administrator: auditLogs allProperties/read; authorizationPolicy standard/read;
  deletedItems.devices delete restore; devices delete disable enable permissions/update; signInReports
  allProperties/read
Directory Readers: administrativeUnits members/read standard/read; applicationPolicies standard/read;
  applications owners/read policies/read standard/read; contacts memberOf/read standard/read; contracts
  standard/read; devices memberOf/read registeredOwners/read registeredUsers/read standard/read; directoryRoles
  eligibleMembers/read members/read standard/read; domains standard/read; groups appRoleAssignments/read
  memberOf/read members/read owners/read settings/read standard/read; groupSettings standard/read;
  oAuth2PermissionGrants standard/read; organization standard/read; roleAssignments standard/read;
  roleDefinitions standard/read; servicePrincipals appRoleAssignedTo/read appRoleAssignments/read memberOf/read
  oAuth2PermissionGrants/read ownedObjects/read owners/read policies/read standard/read; subscribedSkus
  standard/read; users appRoleAssignments/read deviceForResourceAccount/read directReports/read invitedBy/read
  licenseDetails/read manager/read memberOf/read oAuth2PermissionGrants/read ownedDevices/read ownedObjects/read
  photo/read registeredDevices/read scopedRoleMemberOf/read sponsorOf/read sponsors/read standard/read
Directory Writers: applications extensionProperties/update; contacts create; groups assignLicense
  assignedLabels/update basic/update classification/update create dynamicMembershipRule/update groupType/update
  members/update onPremWriteBack/update owners/update reprocessLicenseAssignment settings/update
  visibility/update; groupSettings basic/update create delete; oAuth2PermissionGrants basic/update create;
  servicePrincipals appRoleAssignedTo/update; users assignLicense basic/update create disable enable
  invalidateAllRefreshTokens inviteGuest manager/update photo/update reprocessLicenseAssignment sponsors/update
  userPrincipalName/update
Domain Name Administrator: domains allProperties/allTasks
Dynamics 365 Business Central Administrator: domains standard/read; organization standard/read; subscribedSkus
  standard/read; users standard/read
Exchange Administrator: contacts allProperties/read memberOf/read standard/read; groups hiddenMembers/read;
  groups.unified assignedLabels/update basic/update create delete members/update owners/update restore
External Identity Provider Administrator: domains federation/update
Global Administrator: adminConsentRequestPolicy allProperties/allTasks; administrativeUnits
  allProperties/allTasks; applications allProperties/allTasks disablement/update; applicationTemplates
  instantiate; auditLogs allProperties/read; authorizationPolicy allProperties/allTasks; contacts
  allProperties/allTasks; contracts allProperties/allTasks; deletedItems delete restore; devices
  allProperties/allTasks permissions/update; directoryRoles allProperties/allTasks; domains
  allProperties/allTasks federationConfiguration/basic/update federationConfiguration/create
  federationConfiguration/delete federationConfiguration/standard/read; groups allProperties/allTasks;
  groupsAssignableToRoles allProperties/update assignLicense create delete reprocessLicenseAssignment restore;
  groupSettings allProperties/allTasks; oAuth2PermissionGrants allProperties/allTasks; organization
  allProperties/allTasks; permissionGrantPolicies basic/update create delete standard/read; policies
  allProperties/allTasks; privilegedIdentityManagement allProperties/read; roleAssignments
  allProperties/allTasks; roleDefinitions allProperties/allTasks; scopedRoleMemberships allProperties/allTasks;
  servicePrincipals allProperties/allTasks managePermissionGrantsForAll.microsoft-company-admin; signInReports
  allProperties/read; subscribedSkus allProperties/allTasks; users allProperties/allTasks
  convertExternalToInternalMemberUser
Global Reader: adminConsentRequestPolicy allProperties/read; administrativeUnits allProperties/read;
  applications allProperties/read; auditLogs allProperties/read; authorizationPolicy standard/read; contacts
  allProperties/read; devices allProperties/read; directoryRoles allProperties/read; domains allProperties/read
  federationConfiguration/standard/read; groups allProperties/read; groupSettings allProperties/read;
  oAuth2PermissionGrants allProperties/read; organization allProperties/read; permissionGrantPolicies
  standard/read; policies allProperties/read; privilegedIdentityManagement allProperties/read; roleAssignments
  allProperties/read; roleDefinitions allProperties/read; scopedRoleMemberships allProperties/read;
  servicePrincipals allProperties/read; signInReports allProperties/read; subscribedSkus allProperties/read;
  users allProperties/read
Global Secure Access Administrator: applicationPolicies standard/read; applications owners/read policies/read
  standard/read; auditLogs allProperties/read; signInReports allProperties/read
Groups Administrator: deletedItems.groups delete restore; groups assignLicense assignedLabels/update
  basic/update classification/update create delete dynamicMembershipRule/update groupType/update
  hiddenMembers/read members/update onPremWriteBack/update owners/update reprocessLicenseAssignment restore
  settings/update visibility/update
Guest Inviter: users appRoleAssignments/read deviceForResourceAccount/read directReports/read inviteGuest
  invitedBy/read licenseDetails/read manager/read memberOf/read oAuth2PermissionGrants/read ownedDevices/read
  ownedObjects/read photo/read registeredDevices/read scopedRoleMemberOf/read sponsorOf/read sponsors/read
  standard/read
Helpdesk Administrator: users invalidateAllRefreshTokens password/update
Hybrid Identity Administrator: applications appRoles/update audience/update authentication/update basic/update
  create delete disablement/update notes/update owners/update permissions/update policies/update tag/update;
  applicationTemplates instantiate; auditLogs allProperties/read; deletedItems.applications delete restore;
  domains allProperties/read federation/update federationConfiguration/basic/update
  federationConfiguration/create federationConfiguration/delete federationConfiguration/standard/read;
  servicePrincipals appRoleAssignedTo/update audience/update authentication/update basic/update create delete
  disable enable notes/update owners/update permissions/update policies/update tag/update; signInReports
  allProperties/read
Identity Governance Administrator: groups members/update; servicePrincipals appRoleAssignedTo/update
Intune Administrator: contacts basic/update create delete; deletedItems.devices delete restore; devices
  basic/update create delete disable enable extensionAttributeSet1/update extensionAttributeSet2/update
  extensionAttributeSet3/update registeredOwners/update registeredUsers/update; groups hiddenMembers/read;
  groups.security assignedLabels/update basic/update classification/update create delete
  dynamicMembershipRule/update members/update owners/update visibility/update; users basic/update manager/update
  photo/update
Knowledge Administrator: groups.security basic/update create createAsOwner delete members/update owners/update
Knowledge Manager: groups.security basic/update create createAsOwner delete members/update owners/update
License Administrator: authorizationPolicy standard/read; groups assignLicense reprocessLicenseAssignment; users
  assignLicense reprocessLicenseAssignment usageLocation/update
Lifecycle Workflows Administrator: users lifeCycleInfo/read
Microsoft Entra Joined Device Local Administrator: groupSettings standard/read
Partner Tier1 Support: applications appRoles/update audience/update authentication/update basic/update
  credentials/update notes/update owners/update permissions/update policies/update tag/update; contacts
  basic/update create delete; deletedItems.groups restore; deletedItems.users restore; groups create delete
  members/update owners/update restore; groups.unified assignedLabels/update; oAuth2PermissionGrants
  allProperties/allTasks; servicePrincipals appRoleAssignedTo/update; users assignLicense basic/update create
  delete disable enable invalidateAllRefreshTokens manager/update password/update photo/update restore
  userPrincipalName/update
Partner Tier2 Support: applications appRoles/update audience/update authentication/update basic/update
  credentials/update notes/update owners/update permissions/update policies/update tag/update; contacts
  basic/update create delete; deletedItems.groups restore; deletedItems.users restore; domains
  allProperties/allTasks; groups create delete members/update owners/update restore; groups.unified
  assignedLabels/update; oAuth2PermissionGrants allProperties/allTasks; organization basic/update;
  roleAssignments allProperties/allTasks; roleDefinitions allProperties/allTasks; scopedRoleMemberships
  allProperties/allTasks; servicePrincipals appRoleAssignedTo/update; subscribedSkus standard/read; users
  assignLicense basic/update create delete disable enable invalidateAllRefreshTokens manager/update
  password/update photo/update restore userPrincipalName/update
Password Administrator: users password/update
Privileged Authentication Administrator: deletedItems.users restore; users basic/update delete disable enable
  invalidateAllRefreshTokens manager/update password/update restore userPrincipalName/update
Privileged Role Administrator: administrativeUnits allProperties/allTasks; authorizationPolicy
  allProperties/allTasks; directoryRoles allProperties/allTasks; groupsAssignableToRoles allProperties/update
  assignLicense create delete reprocessLicenseAssignment restore; oAuth2PermissionGrants allProperties/allTasks;
  permissionGrantPolicies allProperties/read allProperties/update create delete; privilegedIdentityManagement
  allProperties/allTasks; roleAssignments allProperties/allTasks; roleDefinitions allProperties/allTasks;
  scopedRoleMemberships allProperties/allTasks; servicePrincipals appRoleAssignedTo/update
  managePermissionGrantsForAll.microsoft-company-admin permissions/update
Reports Reader: auditLogs allProperties/read; signInReports allProperties/read
Security Administrator: applications policies/update; auditLogs allProperties/read; authorizationPolicy
  standard/read; domains federation/update federationConfiguration/basic/update federationConfiguration/create
  federationConfiguration/delete federationConfiguration/standard/read; policies basic/update create delete
  owners/update tenantDefault/update; privilegedIdentityManagement allProperties/read; servicePrincipals
  policies/update; signInReports allProperties/read
Security Operator: auditLogs allProperties/read; authorizationPolicy standard/read; privilegedIdentityManagement
  allProperties/read; signInReports allProperties/read; users disable enable invalidateAllRefreshTokens
  password/update
Security Reader: auditLogs allProperties/read; authorizationPolicy standard/read; domains
  federationConfiguration/standard/read; policies owners/read policyAppliedTo/read standard/read;
  privilegedIdentityManagement allProperties/read; signInReports allProperties/read
SharePoint Administrator: groups hiddenMembers/read; groups.unified assignedLabels/update basic/update create
  delete members/update owners/update restore
SharePoint Advanced Management Administrator: groups hiddenMembers/read; groups.unified assignedLabels/update
  basic/update create delete members/update owners/update restore
Teams Administrator: authorizationPolicy standard/read; groups hiddenMembers/read; groups.unified
  assignedLabels/update basic/update create delete members/update owners/update restore; permissionGrantPolicies
  standard/read
User Administrator: contacts basic/update create delete; deletedItems.groups restore; deletedItems.users
  restore; groups assignLicense basic/update classification/update create delete dynamicMembershipRule/update
  groupType/update hiddenMembers/read members/update onPremWriteBack/update owners/update
  reprocessLicenseAssignment restore settings/update visibility/update; groups.unified assignedLabels/update;
  oAuth2PermissionGrants allProperties/allTasks; policies standard/read; servicePrincipals
  appRoleAssignedTo/update; users assignLicense basic/update convertExternalToInternalMemberUser create delete
  disable enable invalidateAllRefreshTokens inviteGuest lifeCycleInfo/read manager/update password/update
  photo/update reprocessLicenseAssignment restore sponsors/update usageLocation/update userPrincipalName/update
Windows 365 Administrator: deletedItems.devices delete restore; devices basic/update create delete disable
  enable extensionAttributeSet1/update extensionAttributeSet2/update extensionAttributeSet3/update
  registeredOwners/update registeredUsers/update; groups.security assignedLabels/update basic/update
  classification/update create delete dynamicMembershipRule/update members/update owners/update
  visibility/update
Yammer Administrator: groups hiddenMembers/read; groups.unified assignedLabels/update basic/update create delete
  members/update owners/update restore
`;

const joined = LINES.trim().replaceAll("\n  ", " ");

/** Of one role: `users basic/update create; groups …`. */
function actionsIn(text: string): ReadonlySet<string> {
  const actions = text.split("; ").flatMap((part) => {
    const [kind, ...names] = part.trim().split(" ");
    return names.map((name) => `${kind}/${name}`);
  });
  return new Set(actions);
}

const ACTIONS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  joined.split("\n").map((line) => {
    const [role = "", text = ""] = line.split(": ");
    return [role, actionsIn(text)];
  }),
);

const NONE: ReadonlySet<string> = new Set();

/** The actions of a built-in role: `users/basic/update`. */
export const actionsOfRole = (displayName: string): ReadonlySet<string> =>
  ACTIONS.get(displayName) ?? NONE;

/**
 * Whether `actions` include `wanted`, by its own name or as one of all properties or tasks of its type, to
 * which custom security attributes do not belong (custom-security-attributes-overview).
 */
export function covers(actions: ReadonlySet<string>, wanted: string): boolean {
  if (actions.has(wanted)) return true;
  if (wanted.includes("/customSecurityAttributes/")) return false;
  const kind = wanted.slice(0, wanted.indexOf("/"));
  if (actions.has(`${kind}/allProperties/allTasks`)) return true;
  const verb = wanted.slice(wanted.lastIndexOf("/") + 1);
  return actions.has(`${kind}/allProperties/${verb}`);
}
