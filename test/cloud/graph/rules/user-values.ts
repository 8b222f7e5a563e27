import { badRequest } from "../http/graph-error.ts";
import type { Call } from "../resources/call.ts";
import { invalidValue } from "../resources/resolve.ts";
import type { Entity, Values } from "../store/entity.ts";
import { checkEnumerations } from "./enumerations.ts";
import { checkExtensionValues } from "./extension-values.ts";
import { objectConflict } from "./object-conflict.ts";

/** user-post-users: `A-Z a-z 0-9 ' . - _ ! # ^ ~`, no accents. */
const LOCAL_PART = /^[A-Za-z0-9'.\-_!#^~]{1,64}$/;

/** @throws GraphError 400 for a malformed name or a domain that is not verified in the tenant. */
export function checkUserPrincipalName(call: Call, upn: string): void {
  const at = upn.lastIndexOf("@");
  const [local, domain] = [upn.slice(0, at), upn.slice(at + 1)];
  if (at < 1 || domain === "" || !LOCAL_PART.test(local) || local.endsWith(".")) {
    throw badRequest("Property userPrincipalName is invalid.", [
      {
        code: "InvalidValue",
        message: "Property userPrincipalName is invalid.",
        target: "userPrincipalName",
      },
    ]);
  }
  if (!call.tenant.isVerifiedDomain(domain)) {
    const message =
      "The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.";
    throw badRequest(message, [{ code: "InvalidValue", message, target: "userPrincipalName" }]);
  }
}

/** A password of 8 to 256 characters from three of four classes, unless the policy is relaxed. */
export function checkPassword(profile: unknown, policies: unknown): void {
  const password = (profile as Values | null)?.["password"];
  if (password === undefined) return;
  const strong = !(typeof policies === "string" && policies.includes("DisableStrongPassword"));
  const text = typeof password === "string" ? password : "";
  const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((one) => one.test(text)).length;
  if (text.length < 8 || text.length > 256 || (strong && classes < 3)) {
    throw badRequest(
      "The specified password does not comply with password complexity requirements. Please provide a different password.",
    );
  }
}

/** @throws GraphError 400 ObjectConflict if another user has the name. */
export function demandFreeName(call: Call, upn: string, self?: Entity): void {
  const { directory, conditions } = call.tenant;
  const taken = directory.find("user", "userPrincipalName", upn).find((other) => other !== self);
  const heldByDeleted =
    conditions.deletedUsersHoldNames &&
    [...directory.deleted.user].some(
      (other) => other !== self && originalName(other).toLowerCase() === upn.toLowerCase(),
    );
  if (taken || heldByDeleted) throw objectConflict("userPrincipalName", taken);
}

/** @throws GraphError 400 if another user or group has the address. */
function demandFreeMail(call: Call, mail: string, self?: Entity): void {
  const { directory, conditions } = call.tenant;
  const taken = (["user", "group"] as const)
    .flatMap((kind) => directory.find(kind, "mail", mail))
    .find((other) => other !== self);
  if (taken) throw objectConflict("proxyAddresses", taken, conditions.takenAddress);
}

/** A deleted user's name is prefixed with its id, so that the name is free for another user. */
export const deletedName = (user: Entity): string =>
  `${user.id.replaceAll("-", "")}${String(user.values["userPrincipalName"])}`;

/** The name a deleted user had. */
export const originalName = (user: Entity): string => {
  const name = String(user.values["userPrincipalName"]);
  const prefix = user.id.replaceAll("-", "");
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
};

const SYNCED_READ_ONLY =
  "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration.";

/** @throws GraphError 400: the object is mastered on premises. */
export const onPremisesMastered = () => badRequest(SYNCED_READ_ONLY);

/** Properties that may be set on a synced user because they are mastered in the cloud. */
const CLOUD_MASTERED = new Set([
  "usageLocation",
  "passwordPolicies",
  "otherMails",
  "preferredDataLocation",
  "customSecurityAttributes",
  "userType",
  "ageGroup",
  "consentProvidedForMinor",
]);

/** user-update: up to 250 values of up to 250 characters. */
const MOST_MAILS = 250;
const isLongMail = (mail: unknown): boolean => String(mail).length > 250;

const isLocalAccount = ({ signInType }: Values): boolean =>
  signInType === "emailAddress" || signInType === "userName";

/**
 * An update of the identities replaces them all, so it has to have the user principal name; a local account
 * is added only to a user who has one (user-update). @throws GraphError 400
 */
function demandSignInNames(values: Values, self: Entity): void {
  if (!Array.isArray(values["identities"])) return;
  const identities = values["identities"] as readonly Values[];
  const held = (self.values["identities"] ?? []) as readonly Values[];
  const hasName = identities.some(({ signInType }) => signInType === "userPrincipalName");
  if (!hasName || (identities.some(isLocalAccount) && !held.some(isLocalAccount)))
    throw invalidValue("user", "identities");
}

/** The rules for a user's values beyond their types. @throws GraphError 400 */
export function checkUserValues(call: Call, values: Values, self?: Entity): void {
  const upn = values["userPrincipalName"];
  if (typeof upn === "string") {
    checkUserPrincipalName(call, upn);
    demandFreeName(call, upn, self);
  }
  const location = values["usageLocation"];
  if (typeof location === "string" && !/^[A-Za-z]{2}$/.test(location)) {
    throw invalidValue("user", "usageLocation");
  }
  const anchor = values["onPremisesImmutableId"];
  const holder =
    typeof anchor === "string"
      ? call.tenant.directory
          .find("user", "onPremisesImmutableId", anchor)
          .find((other) => other !== self)
      : undefined;
  if (holder) throw objectConflict("onPremisesImmutableId", holder);
  // user-update: `$` and `_` cannot be used.
  if (typeof anchor === "string" && /[$_]/.test(anchor))
    throw invalidValue("user", "onPremisesImmutableId");
  checkEnumerations("user", values);
  checkExtensionValues(call, "user", values);
  if (values["mail"] === null) throw invalidValue("user", "mail");
  if (typeof values["mail"] === "string") demandFreeMail(call, values["mail"], self);
  const nickname = values["mailNickname"];
  if (typeof nickname === "string" && /[@()\\[\]";:<>, ]/.test(nickname)) {
    throw invalidValue("user", "mailNickname");
  }
  const mails = values["otherMails"];
  if (Array.isArray(mails) && (mails.length > MOST_MAILS || mails.some(isLongMail)))
    throw invalidValue("user", "otherMails");
  if (self) demandSignInNames(values, self);
  const phones = values["businessPhones"];
  if (Array.isArray(phones) && phones.length > 1) throw invalidValue("user", "businessPhones");
  if (
    self?.values["onPremisesSyncEnabled"] === true &&
    Object.keys(values).some((name) => !CLOUD_MASTERED.has(name))
  ) {
    throw onPremisesMastered();
  }
}
