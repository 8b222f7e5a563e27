import {
  country2,
  emptiable,
  flag,
  instant,
  list,
  notClearable,
  oneOf,
  record,
  text,
  userPrincipalName,
} from "../../catalogue/fields.ts";
import type { GuardedCounts } from "../../catalogue/guarded.ts";
import type { Found } from "../../catalogue/operation.ts";
import type { Fields } from "../../catalogue/payload.ts";
import type { Properties } from "../../catalogue/row.ts";
import { isSame } from "../../catalogue/same-value.ts";
import { isRecord, recordOf } from "../../core/record.ts";

/** The extension attributes that Exchange introduced. */
export const extensionAttributes = Array.from(
  { length: 15 },
  (_, at) => `extensionAttribute${at + 1}`,
);

/**
 * The properties of a user that a row may set: those of Graph's v1.0 `user` that are writable and
 * kept in the directory. Left out: passwordProfile (the application makes passwords and accepts none),
 * identities and custom security attributes (they need permissions of their own and replace lists),
 * and what is stored outside the directory and cannot be set in the same request (aboutMe, birthday,
 * hireDate, interests, mySite, pastProjects, preferredName, responsibilities, schools, skills,
 * mailboxSettings). Lengths: Graph reference, resources/user.
 */
export const userProperties = {
  accountEnabled: flag,
  ageGroup: oneOf(["Minor", "NotAdult", "Adult"]),
  businessPhones: emptiable(list(64, 1)),
  city: text(128),
  companyName: text(64),
  consentProvidedForMinor: oneOf(["Granted", "Denied", "NotRequired"]),
  country: text(128),
  department: text(64),
  displayName: notClearable(text(256)),
  employeeHireDate: instant,
  employeeId: text(16),
  employeeLeaveDateTime: instant,
  employeeOrgData: record(["division", "costCenter"], { all: true }),
  employeeType: text(128),
  faxNumber: text(64),
  givenName: text(64),
  jobTitle: text(128),
  mail: notClearable(text(254)),
  mailNickname: notClearable(text(64)),
  mobilePhone: text(64),
  officeLocation: text(128),
  onPremisesExtensionAttributes: record(extensionAttributes),
  onPremisesImmutableId: text(256),
  otherMails: emptiable(list(250, 250)),
  passwordPolicies: text(128),
  postalCode: text(40),
  preferredDataLocation: text(16),
  preferredLanguage: text(32),
  showInAddressList: flag,
  state: text(128),
  streetAddress: text(1024, { lines: true }),
  surname: text(64),
  usageLocation: notClearable(country2),
  userPrincipalName,
  userType: oneOf(["Member", "Guest"]),
} as const satisfies Fields;

/** Permissions by property where Graph has a narrower one (Graph reference, user-update, 2026-07-04). */
const narrower: Readonly<Record<string, readonly string[]>> = {
  accountEnabled: ["User.EnableDisableAccount.All", "User.Read.All"],
  businessPhones: ["User-Phone.ReadWrite.All", "User.Read.All"],
  mobilePhone: ["User-Phone.ReadWrite.All", "User.Read.All"],
  otherMails: ["User-Mail.ReadWrite.All", "User.Read.All"],
  employeeLeaveDateTime: ["User-LifeCycleInfo.ReadWrite.All", "User.Read.All"],
};

/** The least-privileged permissions to PATCH these properties, each once, in alphabetical order. */
export function permissionsToSet(properties: readonly string[]): readonly string[] {
  const needed = properties.flatMap((name) => narrower[name] ?? ["User.ReadWrite.All"]);
  return [...new Set(needed)].toSorted();
}

/** The names by which people and systems know a user. */
const NAMES = ["userPrincipalName", "mail"];

/**
 * What guards count of a change of these values: one row may disable, rename, clear and make a guest at once.
 * A value that the user is known to have already is no change.
 */
export function countsOf(set: Properties, user: Found | undefined): GuardedCounts {
  const present = user?.state === "found" ? user.object : undefined;
  const changes = Object.entries(set).filter(
    ([name, wanted]) => present === undefined || !isSame(present[name], wanted),
  );
  let cleared = 0;
  for (const [name, wanted] of changes) cleared += clearedIn(present?.[name], wanted, present);
  const isDisabled = changes.some(
    ([name, wanted]) => name === "accountEnabled" && wanted === false,
  );
  const isRenamed = changes.some(([name, wanted]) => NAMES.includes(name) && !isNothing(wanted));
  const isMadeGuest = changes.some(([name, wanted]) => name === "userType" && wanted === "Guest");
  return {
    ...(isDisabled && { disables: 1 }),
    ...(cleared > 0 && { "cleared-values": cleared }),
    ...(isRenamed && { renames: 1 }),
    ...(isMadeGuest && { "guest-conversions": 1 }),
  };
}

/** How many values a change clears: of a property that is made of several, each counts. */
function clearedIn(present: unknown, wanted: unknown, user: Properties | undefined): number {
  if (isNothing(wanted)) return 1;
  if (!isRecord(wanted)) return 0;
  const had = recordOf(present);
  return Object.entries(wanted).filter(
    ([name, each]) => isNothing(each) && (user === undefined || !isSame(had[name], each)),
  ).length;
}

/** Null, an empty text, or an empty list: what was there is gone afterwards. */
const isNothing = (wanted: unknown): boolean =>
  wanted === null || wanted === "" || (Array.isArray(wanted) && wanted.length === 0);
