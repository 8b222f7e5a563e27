const names = (text: string): ReadonlySet<string> => new Set(text.toLowerCase().split(/\s+/));

/** Actions that every directory object has; here only where the reference documents them. */
const OF_DIRECTORY_OBJECTS =
  "checkMemberGroups checkMemberObjects getMemberGroups getMemberObjects restore";

/**
 * What Graph v1.0 has below one object of a set and the local cloud has not: navigation properties and bound
 * operations of its metadata document (msgraph-metadata, August 2026). Every other name is the caller's mistake.
 */
export const NOT_EMULATED_BELOW: Readonly<Record<string, ReadonlySet<string>>> = {
  users:
    names(`activities adhocCalls agreementAcceptances authentication calendar calendarGroups calendars
    calendarView chats cloudClipboard cloudPCs contactFolders contacts dataSecurityAndGovernance
    deviceManagementTroubleshootingEvents drive drives employeeExperience events
    exportDeviceAndAppManagementData findMeetingTimes followedSites getMailTips
    getManagedAppDiagnosticStatuses getManagedAppPolicies getManagedDevicesWithAppFailures
    inferenceClassification insights joinedTeams mailFolders managedAppRegistrations managedDevices messages
    onenote onlineMeetings outlook people planner presence reminderView removeAllDevicesFromManagement restore
    scopedRoleMemberOf sendMail settings solutions teamwork todo translateExchangeIds
    wipeManagedAppRegistrationsByDeviceTag`),
  groups:
    names(`calendar calendarView checkGrantedPermissionsForApp conversations createdOnBehalfOf drive
    drives events onenote planner restore sites team threads`),
  contacts: names("restore"),
  devices: names("restore"),
  applications: names(`createdOnBehalfOf synchronization ${OF_DIRECTORY_OBJECTS}`),
  serviceprincipals: names(`endpoints federatedIdentityCredentials synchronization restore`),
  "directory/administrativeunits": names(OF_DIRECTORY_OBJECTS),
  directoryroles: names(OF_DIRECTORY_OBJECTS),
  organization: names(`branding certificateBasedAuthConfiguration setMobileDeviceManagementAuthority
    ${OF_DIRECTORY_OBJECTS}`),
  domains: new Set(),
};

/** The set of a path and the name that follows an object's key: `users` and `messages` of /users/{id}/messages. */
export function belowObject(
  segments: readonly string[],
): { readonly set: string; readonly name: string; readonly depth: number } | undefined {
  const [first = "", second = ""] = segments.map((segment) => segment.toLowerCase());
  const depth = first === "directory" ? 3 : 2;
  const set = depth === 3 ? `${first}/${second}` : first;
  const name = segments[depth];
  return name === undefined || !Object.hasOwn(NOT_EMULATED_BELOW, set)
    ? undefined
    : { set, name, depth };
}
