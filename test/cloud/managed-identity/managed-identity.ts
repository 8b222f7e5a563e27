import { randomUUID } from "node:crypto";

import type { EntraState } from "../entra/entra-state.ts";
import type { ManagedIdentity } from "../entra/model.ts";
import { json, type CloudRequest, type CloudResponse } from "../http/exchange.ts";

/** Settings that a test may change while it runs (CloudSettings.identity). */
interface IdentitySettings {
  cacheTokens: boolean;
  tokenLifetimeSeconds: number;
  expiresOnFormat: "unix" | "iso";
}

/** App Service's token endpoint for managed identities, protocol 2019-08-01. */
export interface ManagedIdentityEndpoint {
  readonly settings: IdentitySettings;
  handle(request: CloudRequest, count: (operation: string) => void): CloudResponse;
  /** Empties the token cache. */
  reset(): void;
}

/** The platform returns a cached token until this long before it expires. */
const renewBeforeSeconds = 300;

interface HeldToken {
  readonly token: string;
  readonly expiresMs: number;
}

/**
 * Serves the tokens of every managed identity in the registry to callers that present `secret`. Like
 * the platform it caches tokens, so a role granted later is not in a cached token.
 */
export function createManagedIdentityEndpoint(
  state: EntraState,
  secret: string,
): ManagedIdentityEndpoint {
  const held = new Map<string, HeldToken>();
  const settings: IdentitySettings = {
    cacheTokens: true,
    tokenLifetimeSeconds: 86_400,
    expiresOnFormat: "unix",
  };

  const tokenOf = (identity: ManagedIdentity, resource: string): HeldToken | CloudResponse => {
    const cacheKey = `${identity.clientId} ${resource}`;
    const cached = held.get(cacheKey);
    if (
      settings.cacheTokens &&
      cached !== undefined &&
      cached.expiresMs - state.now() > renewBeforeSeconds * 1000
    )
      return cached;
    const principal = state.registry.servicePrincipal(identity.tenantId, identity.clientId);
    if (principal === undefined || !principal.accountEnabled)
      return refusal(400, `AADSTS7000112: Application '${identity.clientId}' is disabled.`);
    const known = state.registry.resource(identity.tenantId, resource);
    if (known === undefined)
      return refusal(
        400,
        `AADSTS500011: The resource principal named ${resource} was not found in the tenant.`,
      );
    const token = state.signer.sign({
      tenantId: identity.tenantId,
      principal,
      resource: known,
      requestedAudience: resource,
      proof: "assertion",
      lifetimeSeconds: settings.tokenLifetimeSeconds,
      isCaeClient: false,
      host: state.cloud.loginHost,
    });
    const fresh = { token, expiresMs: state.now() + settings.tokenLifetimeSeconds * 1000 };
    held.set(cacheKey, fresh);
    return fresh;
  };

  return {
    settings,
    reset: () => held.clear(),
    handle(request, count) {
      count("msi.token");
      const url = new URL(request.target, "http://127.0.0.1");
      const version = url.searchParams.get("api-version");
      const given = request.headers[version === OLDER ? "secret" : "x-identity-header"];
      if (given !== secret)
        return {
          status: 401,
          headers: { "Content-Type": "text/plain" },
          body: `Invalid secret token header: ${given === undefined ? "" : "(other)"}.`,
        };
      // Azure CLI appends a slash.
      if (!/^\/msi\/token\/?$/u.test(url.pathname) || request.method !== "GET")
        return refusal(404, "Not found.");
      if (version !== "2019-08-01" && version !== OLDER) return refuseVersion(request, version);
      const resource = url.searchParams.get("resource");
      if (resource === null || resource === "")
        return refusal(400, "The parameter 'resource' is required.");
      const identity = chooseIdentity(url.searchParams, [...state.registry.managedIdentities()]);
      if (identity === undefined)
        return refusal(
          400,
          "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.",
        );
      const token = tokenOf(identity, resource);
      if ("status" in token) return token;
      return json(200, {
        access_token: token.token,
        expires_on: expiresOn(
          token.expiresMs,
          version === OLDER ? "date" : settings.expiresOnFormat,
        ),
        resource,
        token_type: "Bearer",
        client_id: identity.clientId,
      });
    },
  };
}

/** The interface of MSI_ENDPOINT and MSI_SECRET, which Azure CLI still uses (overview-managed-identity). */
const OLDER = "2017-09-01";

function expiresOn(ms: number, format: IdentitySettings["expiresOnFormat"] | "date"): string {
  if (format === "unix") return String(Math.floor(ms / 1000));
  const iso = new Date(ms).toISOString();
  if (format === "iso") return iso;
  const [year = "", month = "", day = ""] = iso.slice(0, 10).split("-");
  return `${month}/${day}/${year} ${iso.slice(11, 19)} +00:00`;
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** The identity that one of the three parameters names, or the system-assigned one. */
function chooseIdentity(
  query: URLSearchParams,
  identities: readonly ManagedIdentity[],
): ManagedIdentity | undefined {
  const clientId = query.get("client_id") ?? query.get("clientid");
  if (clientId !== null) return identities.find((one) => same(one.clientId, clientId));
  const principalId = query.get("object_id") ?? query.get("principal_id");
  if (principalId !== null) return identities.find((one) => same(one.principalId, principalId));
  const resourceId = query.get("mi_res_id");
  if (resourceId !== null) return identities.find((one) => same(one.resourceId, resourceId));
  return identities.find((one) => one.kind === "system");
}

function refusal(status: number, message: string): CloudResponse {
  return json(status, { statusCode: status, message, correlationId: randomUUID() });
}

/** As seen in azure-docs#53726; without a version in the words of the library that it uses. */
function refuseVersion({ host, target }: CloudRequest, version: string | null): CloudResponse {
  const [code, message] =
    version === null
      ? ["ApiVersionUnspecified", "An API version is required, but was not specified."]
      : [
          "UnsupportedApiVersion",
          `The HTTP resource that matches the request URI 'http://${host}${target}' does not support the API version '${version}'.`,
        ];
  return json(400, { error: { code, message, innerError: null } });
}
