import { backdatedSeconds } from "../../entra/access-token.ts";
import type { TokenClaims, TokenVerdict } from "../../entra/verify-token.ts";
import type { CloudRequest } from "../../http/exchange.ts";
import type { Caller } from "../app/options.ts";
import { peopleIn } from "../app/people.ts";
import type { Tenant } from "../app/tenant.ts";
import { GraphError, notEmulated } from "./graph-error.ts";
import type { Incoming } from "./incoming.ts";
import { unauthenticated } from "./unauthenticated.ts";

/** An authenticated request: its caller and its target. */
export interface Admission {
  readonly tenant: Tenant;
  readonly caller: Caller;
  readonly incoming: Incoming;
  readonly bodyText: string;
}

/** What authentication needs: the token verifier and the tenants. */
export interface Doorkeeper {
  readonly loginHost: string;
  readonly tenant: (id: string) => Tenant | undefined;
  readonly verifyToken: (authorization: string | undefined) => TokenVerdict;
}

/** What is written as a stream, with its own content type (profilephoto-update, application-update). */
const STREAM = /\/(?:\$value|logo)\/?$/i;

/** Larger bodies are refused (413). Graph publishes no limit; this one is our choice. */
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * Authenticates a request and reads its body.
 * @throws GraphError 401 for the token, 400 for version or content type, 413 for size, 501 for beta.
 */
export function admit(request: CloudRequest, door: Doorkeeper): Admission {
  const match = /^\/([^/?]+)(\/[^?]*)?(\?.*)?$/.exec(request.target);
  const [, version = "", path = "/", search = ""] = match ?? [];
  const verdict = door.verifyToken(request.headers.authorization);
  if (!verdict.ok) throw unauthenticated(verdict, door.loginHost);
  if (version === "beta") throw notEmulated("the beta version of Microsoft Graph");
  if (version !== "v1.0") throw new GraphError(400, "BadRequest", `Invalid version: ${version}`);
  const { tenantId, appId } = verdict.claims;
  const tenant = door.tenant(tenantId);
  // A token can outlive the service principal it was issued to, so Graph looks the principal up.
  if (!tenant?.registry.servicePrincipal(tenantId, appId)) {
    throw new GraphError(
      401,
      "Authorization_IdentityNotFound",
      "The identity of the calling application could not be established.",
    );
  }
  if (request.body.length > MOST_BYTES) {
    throw new GraphError(413, "RequestEntityTooLarge", "The request is too large.");
  }
  const bodyText = request.body.toString("utf8");
  const writes = !["GET", "DELETE", "HEAD"].includes(request.method);
  if (writes && bodyText !== "" && request.headers["content-type"] === undefined) {
    throw new GraphError(
      400,
      "BadRequest",
      "Write requests (excluding DELETE) must contain the Content-Type header declaration.",
    );
  }
  const contentType = request.headers["content-type"] ?? "";
  const isStream = writes && STREAM.test(path);
  if (
    writes &&
    !isStream &&
    bodyText !== "" &&
    !/^application\/(?:[\w.+-]*\+)?json\b/i.test(contentType)
  ) {
    throw new GraphError(
      415,
      "BadRequest",
      "Entity only allows writes with a JSON Content-Type header.",
    );
  }
  return {
    tenant,
    caller: callerOf(tenant, verdict.claims, door.loginHost),
    bodyText,
    incoming: {
      method: request.method,
      target: `${path}${search}`,
      headers: flatHeaders(request.headers),
      hasBody: bodyText !== "",
      body: isStream ? undefined : parsed(bodyText),
      ...(isStream && { bytes: request.body }),
      root: `https://${request.host}/v1.0`,
    },
  };
}

/**
 * Clients that take part in continuous access evaluation are told at once that the person's sessions
 * were ended or the account disabled (concept-continuous-access-evaluation). @throws GraphError 401
 */
function demandSession(tenant: Tenant, claims: TokenClaims, loginHost: string): void {
  if (!claims.isCaeClient) return;
  const person = peopleIn(() => tenant).find(tenant.id, claims.principalId);
  if (person === undefined) return;
  const issuedMs = claims.issuedAtMs + backdatedSeconds * 1000;
  if (person.accountEnabled && issuedMs >= person.sessionsValidFromMs) return;
  const value = String(Math.floor(person.sessionsValidFromMs / 1000));
  const claimsChallenge = JSON.stringify({ access_token: { nbf: { essential: true, value } } });
  throw unauthenticated({ ok: false, problem: "revoked", claimsChallenge }, loginHost);
}

/** @throws GraphError 401 if the person was deleted, or the person's sessions were ended */
function callerOf(tenant: Tenant, claims: TokenClaims, loginHost: string): Caller {
  const { tenantId, appId, principalId, roles, scopes } = claims;
  if (scopes === undefined) return { tenantId, appId, principalId, roles };
  const person = tenant.directory.get(principalId);
  if (person?.kind !== "user" || person.state !== "live")
    throw new GraphError(
      401,
      "Authorization_IdentityNotFound",
      "The identity of the calling user could not be established.",
    );
  demandSession(tenant, claims, loginHost);
  // The roles in a person's token are the person's app roles, not permissions.
  return { tenantId, appId, principalId, roles: [], scopes };
}

/** Headers with one string each. */
export function flatHeaders(headers: CloudRequest["headers"]): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return flat;
}

/** The parsed JSON of a body; `undefined` if it is empty or not JSON. */
export const parsed = (text: string): unknown => {
  if (text === "") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};
