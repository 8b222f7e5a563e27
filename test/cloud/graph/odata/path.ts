import { GraphError } from "../http/graph-error.ts";

/** The functions and actions that may be written with their namespace: `microsoft.graph.delta()`. */
const OPERATIONS = new Set([
  "delta",
  "getByIds",
  "checkMemberGroups",
  "checkMemberObjects",
  "getMemberGroups",
  "getMemberObjects",
  "validateProperties",
  "getUserOwnedObjects",
  "getAvailableExtensionProperties",
  "retryServiceProvisioning",
  "assignLicense",
  "reprocessLicenseAssignment",
  "revokeSignInSessions",
  "restore",
  "renew",
  "addKey",
  "removeKey",
  "addPassword",
  "removePassword",
]);

/** `users('x')`, `groups(uniqueName='x')`, `delta()`. */
const CALL = /^([A-Za-z.]+)\((.*)\)$/;

const unquote = (text: string): string =>
  text.startsWith("'") && text.endsWith("'") && text.length >= 2
    ? text.slice(1, -1).replaceAll("''", "'")
    : text;

/**
 * The segments of a path below the version, decoded and normalized: a key in parentheses becomes a
 * separate segment (`users('x')` → `users`, `x`), an alternate key stays named
 * (`groups(uniqueName='x')` → `groups`, `uniqueName=x`), operations lose namespace and parentheses.
 * @throws GraphError 400 if a segment cannot be decoded.
 */
export function segmentsOf(path: string): readonly string[] {
  const segments: string[] = [];
  for (const raw of path.split("/")) {
    if (raw === "") continue;
    // The caller's own tenant, by its name in the older API.
    if (raw === "myorganization" && segments.length === 0) continue;
    let text: string;
    try {
      text = decodeURIComponent(raw);
    } catch {
      throw new GraphError(400, "BadRequest", "Malformed encoding in the request URI.");
    }
    const short = text.replace(/^(?:microsoft\.)?graph\./, "").replace(/\(\)$/, "");
    if (OPERATIONS.has(short)) {
      segments.push(short);
      continue;
    }
    // Graph's own SDKs shorten a cast: `graph.user`.
    text = text.replace(/^graph\.(?=[A-Za-z]+$)/, "microsoft.graph.");
    const call = CALL.exec(text);
    if (!call) {
      segments.push(text);
      continue;
    }
    const [, name = "", inner = ""] = call;
    const named = /^([A-Za-z]+)=(.*)$/.exec(inner);
    segments.push(name);
    if (named) segments.push(`${named[1] ?? ""}=${unquote(named[2] ?? "")}`);
    else segments.push(unquote(inner));
  }
  return segments;
}
