import type { Cause } from "./cause.ts";

/** Why Graph does not serve this application, or not now. */
export const accessCauses: readonly Cause[] = [
  {
    name: "quota",
    scope: "common",
    code: /^Directory_QuotaExceeded$/,
    message: /object quota limit|maximum quota count/i,
    why: "A quota of the directory or of the object is used up",
    fix: "Free objects (deleted ones count until purged) or raise the quota, then send the row again in a new batch.",
  },
  {
    name: "object-full",
    scope: "row",
    code: /^Directory_ResourceSizeExceeded$/,
    message: /size of the object has exceeded/i,
    why: "The object holds as many values as an object may",
    fix: "Remove values of it, then send the row again in a new batch.",
  },
  {
    name: "token",
    scope: "common",
    code: /^(InvalidAuthenticationToken|Authentication_|Authorization_Identity)/,
    status: (status) => status === 401 || status === 403,
    why: "Graph does not accept the application's token",
    fix: "Check the registration and its certificate, and whether the tenant blocks the application. The doctor command tells.",
  },
  {
    name: "throttled",
    scope: "common",
    code: /^(TooManyRequests|Request_Throttled)/,
    status: (status) => status === 429,
    why: "Graph is throttling",
    fix: "No action needed: the row waits.",
  },
  {
    name: "concurrent",
    scope: "row",
    code: /^Directory_ConcurrencyViolation$/,
    message: /concurrent requests being made/i,
    why: "Another change to the same object was under way",
    fix: "No action needed: the row is sent again.",
  },
  {
    name: "forbidden",
    scope: "common",
    code: /^(Authorization_RequestDenied|AccessDenied|Forbidden|Error_AccessDenied)$/,
    message: /Insufficient privileges/i,
    status: (status) => status === 403,
    why: "Graph does not let this application make the change",
    fix: "",
  },
  {
    name: "service",
    scope: "common",
    status: (status) => status >= 500 || status === 408 || status === 423,
    why: "Graph had a fault",
    fix: "Look whether the change was made, then send the row again in a new batch.",
  },
];
