import { changedIn, isSelf, overUser, type Right } from "./asking.ts";

const BASIC = "users/basic/update";
/** Who resets a password updates these too (privileged-roles-permissions, who can reset passwords). */
const RECOVERY = [BASIC, "users/password/update"];

/** Properties that need another action than `users/basic/update` (permissions-reference, custom-user-permissions). */
const PROPERTIES: ReadonlyMap<string, readonly string[]> = new Map([
  ["ageGroup", [BASIC, "users/parentalControls/update"]],
  ["businessPhones", RECOVERY],
  ["consentProvidedForMinor", [BASIC, "users/parentalControls/update"]],
  // Nobody but a Global Administrator (tutorial-lifecycle-workflows-set-employeeleavedatetime).
  ["employeeLeaveDateTime", ["users/lifeCycleInfo/update"]],
  ["mobilePhone", RECOVERY],
  ["otherMails", RECOVERY],
  ["passwordPolicies", [BASIC, "users/passwordPolicies/update"]],
  ["passwordProfile", ["users/password/update"]],
  ["usageLocation", ["users/usageLocation/update"]],
  ["userPrincipalName", ["users/userPrincipalName/update"]],
]);

function actionsFor(name: string, value: unknown): readonly string[] {
  if (name === "accountEnabled") return [value === false ? "users/disable" : "users/enable"];
  if (name.startsWith("extension_")) return [BASIC, "users/extensionProperties/update"];
  return PROPERTIES.get(name) ?? [BASIC];
}

/** A person's own: the mobile phone (users-default-permissions), and the profile that SharePoint keeps. */
const OWN: ReadonlySet<string> = new Set(
  `mobilePhone aboutMe birthday interests mySite pastProjects preferredName responsibilities schools
  skills`.split(/\s+/),
);

/** Every other property of the body needs a role. */
export const updateUser: Right = (asking) =>
  changedIn(asking).every(
    (name) =>
      (OWN.has(name) && isSelf(asking)) ||
      overUser(...actionsFor(name, asking.call.body[name]))(asking),
  );
