import type { GraphError } from "../http/graph-error.ts";
import { invalidValue } from "../resources/resolve.ts";
import type { Kind, Values } from "../store/entity.ts";

/** The values that a property of type string may have besides null (resources/user, resources/group, resources/administrativeUnit). */
const ALLOWED: Readonly<Partial<Record<Kind, Readonly<Record<string, readonly string[]>>>>> = {
  user: {
    ageGroup: ["Minor", "NotAdult", "Adult"],
    consentProvidedForMinor: ["Granted", "Denied", "NotRequired"],
    userType: ["Member", "Guest"],
  },
  administrativeUnit: {
    membershipRuleProcessingState: ["On", "Paused"],
    membershipType: ["dynamic", "assigned"],
  },
  group: {
    membershipRuleProcessingState: ["On", "Paused"],
    theme: ["Teal", "Purple", "Green", "Blue", "Pink", "Orange", "Red"],
    visibility: ["Private", "Public", "HiddenMembership"],
  },
};

/** Policies may be combined, separated by commas (resources/user, passwordPolicies). */
const POLICIES = new Set(["none", "disablepasswordexpiration", "disablestrongpassword"]);

/** @throws GraphError 400 for a value that is not one of the property's */
export function checkEnumerations(kind: Kind, values: Values): void {
  const refuse = (name: string): GraphError => invalidValue(kind, name);
  for (const [name, allowed] of Object.entries(ALLOWED[kind] ?? {})) {
    const value = values[name];
    if (typeof value !== "string") continue;
    if (!allowed.some((one) => one.toLowerCase() === value.toLowerCase())) throw refuse(name);
  }
  const policies = values["passwordPolicies"];
  if (kind !== "user" || typeof policies !== "string") return;
  if (!policies.split(",").every((one) => POLICIES.has(one.trim().toLowerCase())))
    throw refuse("passwordPolicies");
}
