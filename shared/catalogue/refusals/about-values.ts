import type { Cause } from "./cause.ts";

const CORRECT = "Correct the row by what Graph says and send it again in a new batch.";

/** Why Graph does not take these values. */
export const valueCauses: readonly Cause[] = [
  {
    name: "password",
    scope: "common",
    message:
      /password (does not|doesn't) comply|password complexity|password is (too weak|banned)/i,
    why: "The new password breaks the tenant's rules",
    fix: "Send the row again: another password is made. If it fails again, look at the tenant's banned passwords.",
  },
  {
    name: "name-taken",
    scope: "row",
    code: /^(ObjectConflict|Request_MultipleObjectsWithSameKeyValue)$/,
    message: /same value for property|A conflicting object with one or more/i,
    why: "Another object has this name or address",
    fix: "Look for it among the deleted objects too, which keep theirs for 30 days. Choose another name, or purge or rename that object.",
  },
  {
    name: "domain",
    scope: "common",
    message: /domain portion of the|verified domain/i,
    why: "The domain is not a verified one of the tenant, or a federated one",
    fix: "Use a verified, managed domain of the tenant.",
  },
  {
    name: "read-only",
    scope: "common",
    message: /is read-only and cannot be set|read-only propert/i,
    why: "Graph lets nobody set this property",
    fix: "Leave the column out.",
  },
  {
    name: "missing-value",
    scope: "common",
    message:
      /value is required|required but is empty or missing|missing from the request payload|must be specified/i,
    why: "A value is missing that Graph requires",
    fix: CORRECT,
  },
  {
    name: "malformed",
    scope: "common",
    message:
      /Cannot convert|node was (found|expected)|JSON reader|contained entities|does not exist on type|Resource not found for the segment|value without a type name|malformed|Unsupported resource type/i,
    why: "Graph does not understand the request: this program made a wrong one",
    fix: "Report it with the request id. No other row of the operation will do better until a release mends it.",
  },
  {
    name: "invalid-value",
    scope: "row",
    code: /^InvalidValue$/,
    message: /Invalid value|invalid values|is invalid|is not valid|exceeds the maximum/i,
    why: "Graph does not take one of the values",
    fix: CORRECT,
  },
];
