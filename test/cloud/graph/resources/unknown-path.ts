import { GraphError, notEmulated } from "../http/graph-error.ts";
import { belowObject, NOT_EMULATED_BELOW } from "./not-emulated-below.ts";
import type { Found } from "./router.ts";

/** First segments of Graph v1.0, emulated here or not: any other is the caller's mistake. */
const GRAPH_SETS = new Set(
  `administrativeUnits admin agreementAcceptances agreements appCatalogs applications applicationTemplates
  auditLogs authenticationMethodConfigurations authenticationMethodsPolicy certificateBasedAuthConfiguration
  chats communications compliance connections contacts contracts copilot dataPolicyOperations datasetExport
  deviceAppManagement deviceManagement devices directory directoryObjects directoryRoles
  directoryRoleTemplates domainDnsRecords domains drive drives education employeeExperience external
  filterOperators functions groupLifecyclePolicies groups groupSettings groupSettingTemplates identity
  identityGovernance identityProtection identityProviders informationProtection invitations me oauth2PermissionGrants
  organization permissionGrants places planner policies print privacy reports rolemanagement
  schemaExtensions scopedRoleMemberships search security serviceprincipals shares sites solutions storage
  subscribedskus subscriptions teams teamsTemplates teamwork tenantRelationships users`
    .toLowerCase()
    .split(/\s+/),
);

/** The error for a path that no route serves. */
export function unknownPath(
  method: string,
  segments: readonly string[],
  found: Exclude<Found, { kind: "route" }>,
): GraphError {
  const [first = ""] = segments;
  if (first.toLowerCase() === "me") {
    return new GraphError(
      400,
      "BadRequest",
      "/me request is only valid with delegated authentication flow.",
    );
  }
  if (segments.length === 0) return notEmulated("the service document");
  if (first.toLowerCase() === "$metadata") return notEmulated("the metadata document");
  if (!GRAPH_SETS.has(first.toLowerCase())) return noSegment(first);
  if (found.kind === "methods" && isNoMethod(method, segments)) return noMethod();
  const strange = strangeName(segments, found);
  // An action that v1.0 lacks is no method of its target (json-batching, answer 4).
  if (strange !== undefined) return method === "GET" ? noSegment(strange) : noMethod();
  return notEmulated(`${method} /${segments.map(masked).join("/")}`);
}

const noSegment = (name: string): GraphError =>
  new GraphError(400, "BadRequest", `Resource not found for the segment '${name}'.`);

const noMethod = (): GraphError =>
  new GraphError(
    405,
    "Request_BadRequest",
    "Specified HTTP method is not allowed for the request target.",
  );

/** The first name below an object that neither Graph nor the local cloud has there. */
function strangeName(
  segments: readonly string[],
  found: Exclude<Found, { kind: "route" }>,
): string | undefined {
  const below = belowObject(segments);
  if (!below || found.known > below.depth) return undefined;
  return NOT_EMULATED_BELOW[below.set]?.has(functionName(below.name)) ? undefined : below.name;
}

/** An operation may have its namespace. */
const functionName = (segment: string): string =>
  segment.replace(/^microsoft\.graph\./i, "").toLowerCase();

/** Sets whose objects Graph makes itself, or only reads. */
const READ_ONLY = new Set([
  "applicationtemplates",
  "contacts",
  "contracts",
  "directoryobjects",
  "directoryroletemplates",
  "groupsettingtemplates",
  "organization",
  "subscribedskus",
]);

/** Sets whose objects can be made but not changed or deleted. */
const ONLY_MADE = new Set(["directoryroles"]);

/** Methods that no collection and no single directory object supports, here or at Microsoft. */
function isNoMethod(method: string, segments: readonly string[]): boolean {
  if (!["GET", "POST", "PATCH", "PUT", "DELETE"].includes(method)) return true;
  // `/directoryObjects/validateProperties` is an action of Microsoft's, not a key.
  if (method === "POST" && /^[A-Za-z.]+$/.test(segments[1] ?? "")) return false;
  const set = (segments[0] ?? "").toLowerCase();
  if (segments.length <= 2 && method !== "GET" && READ_ONLY.has(set)) return true;
  if (set === "invitations") return true;
  if (segments.length === 2 && ONLY_MADE.has(set)) return true;
  const isDefinition = /^(?:attributeSets|customSecurityAttributeDefinitions)$/i;
  if (method === "DELETE" && isDefinition.test(segments[1] ?? "")) return true;
  const wrong = segments.length === 1 ? ["PATCH", "PUT", "DELETE"] : ["POST", "PUT"];
  return segments.length <= 2 && wrong.includes(method);
}

/** Messages must not contain ids or names of people. */
const masked = (segment: string, index: number): string =>
  index === 0 || /^[$A-Za-z.]+$/.test(segment) ? segment : "{id}";
