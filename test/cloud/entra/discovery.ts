import { randomUUID } from "node:crypto";

import { json, type CloudRequest, type CloudResponse } from "../http/exchange.ts";
import { version1Issuer } from "./access-token.ts";
import type { EntraState } from "./entra-state.ts";
import { describeRefusal, EntraRefusal } from "./refusals/refusal.ts";

/** Host names of the real Entra in the global cloud, as instance discovery lists them. */
const globalAliases = [
  "login.microsoftonline.com",
  "login.windows.net",
  "login.microsoft.com",
  "sts.windows.net",
];
const shared = new Set(["common", "organizations", "consumers"]);

/** Instance discovery: whether a host is one of Entra's authorities, and its aliases. */
export function instanceDiscovery(request: CloudRequest, state: EntraState): CloudResponse {
  const query = new URL(request.target, `https://${request.host}`).searchParams;
  const endpoint = query.get("authorization_endpoint");
  const asked = endpoint === null ? request.host : hostOf(endpoint);
  const { loginHost } = state.cloud;
  const aliases = loginHost === globalAliases[0] ? globalAliases : [loginHost];
  if (asked !== request.host && !aliases.includes(asked))
    return json(400, {
      error: "invalid_instance",
      error_description: `AADSTS50049: Unknown or invalid instance.`,
      error_codes: [50_049],
    });
  return json(200, {
    tenant_discovery_endpoint: (endpoint ?? `https://${request.host}/common/`).replace(
      /\/oauth2\/.*$|\/?$/u,
      "/v2.0/.well-known/openid-configuration",
    ),
    "api-version": "1.1",
    metadata: [
      {
        preferred_network: loginHost,
        preferred_cache: loginHost === globalAliases[0] ? "login.windows.net" : loginHost,
        aliases,
      },
      // A client that was given this address treats it as a separate authority.
      ...(aliases.includes(request.host)
        ? []
        : [
            {
              preferred_network: request.host,
              preferred_cache: request.host,
              aliases: [request.host],
            },
          ]),
    ],
  });
}

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return "";
  }
}

/** The signing keys; those of version 2 say for which issuer they sign. */
export function keySet(
  request: CloudRequest,
  tenantName: string,
  version: 1 | 2,
  state: EntraState,
): CloudResponse {
  if (version === 1) return json(200, state.signer.jwks);
  const id = state.registry.tenant(tenantName)?.tenantId ?? "{tenantid}";
  return json(200, {
    keys: state.signer.jwks.keys.map((key) => ({
      ...key,
      cloud_instance_name: "microsoftonline.com",
      issuer: `https://${request.host}/${id}/v2.0`,
    })),
  });
}

/** The token endpoint's refusal, which has another `error` here (seen in azure-cli#22145). */
const unknownTenant = (request: CloudRequest, tenant: string, state: EntraState): object =>
  describeRefusal(
    new EntraRefusal(90_002),
    { tenant, appId: "", appName: "", scope: "", resource: "", detail: "" },
    { nowMs: state.loginNow(), correlationId: randomUUID(), host: request.host },
  );

/** A tenant's OpenID configuration in either version; issuer and endpoints use the requested host. */
export function openIdConfiguration(
  request: CloudRequest,
  tenantName: string,
  version: 1 | 2,
  state: EntraState,
): CloudResponse {
  const tenant = state.registry.tenant(tenantName);
  const isShared = shared.has(tenantName.toLowerCase());
  if (tenant === undefined && !isShared)
    return json(400, { ...unknownTenant(request, tenantName, state), error: "invalid_tenant" });
  const id = tenant?.tenantId ?? "{tenantid}";
  const base = `https://${request.host}/${isShared ? tenantName : id}`;
  const path = version === 2 ? "oauth2/v2.0" : "oauth2";
  return json(200, {
    token_endpoint: `${base}/${path}/token`,
    token_endpoint_auth_methods_supported: [
      "client_secret_post",
      "private_key_jwt",
      "client_secret_basic",
    ],
    jwks_uri: `${base}/discovery/${version === 2 ? "v2.0/" : ""}keys`,
    response_modes_supported: ["query", "fragment", "form_post"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    response_types_supported: ["code", "id_token", "code id_token", "id_token token"],
    scopes_supported: ["openid", "profile", "email", "offline_access"],
    issuer: version === 2 ? `https://${request.host}/${id}/v2.0` : version1Issuer(state.cloud, id),
    authorization_endpoint: `${base}/${path}/authorize`,
    device_authorization_endpoint: `${base}/${path}/devicecode`,
    end_session_endpoint: `${base}/${path}/logout`,
    claims_supported: ["sub", "iss", "aud", "exp", "iat", "tid", "ver"],
    tenant_region_scope: "EU",
    cloud_instance_name: "microsoftonline.com",
    cloud_graph_host_name: "graph.windows.net",
    msgraph_host: state.cloud.graphHost,
    rbac_url: "https://pas.windows.net",
  });
}
