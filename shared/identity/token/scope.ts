import { OperatorError } from "../../core/errors.ts";

/** v1.0 resources whose audience ends in `/`. They refuse a token without that slash. */
const SLASHED_AUDIENCES = new Set([
  "https://database.windows.net",
  "https://database.usgovcloudapi.net",
  "https://database.chinacloudapi.cn",
]);

const SUFFIX = "/.default";
/** `.default` as a whole segment; it may be part of a name, as in `api.defaultcorp.com`. */
const DEFAULT_SEGMENT = /(?:^|[/:])\.default(?:$|\/)/;

/** An App ID URI (`https:`, `api:`, `urn:` …) or an application id; without a query, fragment or space. */
const RESOURCE =
  /^(?:[a-z][a-z0-9+.-]*:[^\s?#"\\]+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i;

/**
 * The resource that `text` names, either itself or by its `/.default` scope. Everything before the last
 * slash of a scope is the audience, so Azure SQL, whose audience ends in `/`, is requested as `https://database.windows.net//.default` (Entra: v2 client credentials, `.default`).
 *
 * @throws OperatorError SCOPE_INVALID for what Entra would refuse as AADSTS70011, 28002 or 700023:
 * several resources, none, or a scope that is not `.default`.
 */
export function toResource(text: string): string {
  const words = text.trim().split(/\s+/);
  if (words.length > 1) {
    throw invalid(
      "A token is for one resource, but several were named (Entra: AADSTS28002, 700022).",
    );
  }
  if (text.trim() === "") throw invalid("No resource was named (Entra: AADSTS700023).");
  const resource = text.endsWith(SUFFIX) ? text.slice(0, -SUFFIX.length) : text;
  if (!RESOURCE.test(resource) || DEFAULT_SEGMENT.test(resource)) {
    throw invalid(
      "An app requests a whole resource, as `<resource>/.default`, and no single permission (Entra: AADSTS70011).",
    );
  }
  return SLASHED_AUDIENCES.has(resource) ? `${resource}/` : resource;
}

/** The only scope that a daemon may request of a resource. `resource` comes from `toResource`. */
export const scopeOf = (resource: string): string => resource + SUFFIX;

/**
 * Refuses a resource that is not in the list. If a permission was appended to one in the list, the error
 * says so.
 *
 * @throws OperatorError SCOPE_INVALID, RESOURCE_NOT_ALLOWED
 */
export function checkResource(resource: string, allowed: ReadonlySet<string>): void {
  if (allowed.has(resource)) return;
  for (const known of allowed) {
    if (resource.startsWith(`${known.replace(/\/$/, "")}/`)) {
      throw invalid(
        `A permission was appended to ${known}. An app gets all its granted permissions by \`.default\` (Entra: AADSTS70011, 1002012).`,
      );
    }
  }
  throw new OperatorError("RESOURCE_NOT_ALLOWED", "This resource is not in the allow-list.", {
    fix: "Add its App ID URI to the allowed resources of this deployment, then restart.",
    disposition: "refuse",
  });
}

const invalid = (what: string): OperatorError =>
  new OperatorError("SCOPE_INVALID", what, {
    fix: "Name one resource by its App ID URI, such as https://graph.microsoft.com, and request other resources separately.",
    disposition: "refuse",
  });
