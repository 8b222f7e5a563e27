import type { Registry } from "../entra/registry.ts";
import type { TokenVerifier } from "../entra/verify-token.ts";
import { json, notEmulated, type CloudRequest, type CloudResponse } from "../http/exchange.ts";

/** The part of Azure Resource Manager that a sign-in with Azure CLI needs. */
export interface Management {
  handle(request: CloudRequest, count: (operation: string) => void): CloudResponse;
}

const audiences = ["https://management.core.windows.net", "https://management.azure.com"].flatMap(
  (audience) => [audience, `${audience}/`],
);

/** Serves `/subscriptions` (empty) and `/tenants` (the token's tenant). */
export function createManagement(registry: Registry, verifyToken: TokenVerifier): Management {
  return {
    handle(request, count) {
      const url = new URL(request.target, `https://${request.host}`);
      const verdict = verifyToken(request.headers.authorization, audiences);
      if (!verdict.ok) {
        count("refused");
        const code =
          verdict.problem === "missing" ? "AuthenticationFailed" : "InvalidAuthenticationToken";
        return json(401, {
          error: { code, message: `Authentication failed: ${verdict.problem}.` },
        });
      }
      if (!url.searchParams.has("api-version"))
        return json(400, {
          error: {
            code: "MissingApiVersionParameter",
            message:
              "The api-version query parameter (?api-version=) is required for all requests.",
          },
        });
      if (url.pathname === "/subscriptions") {
        count("subscriptions");
        return json(200, { value: [], count: { type: "Total", value: 0 } });
      }
      if (url.pathname === "/tenants") {
        count("tenants");
        const { tenantId } = verdict.claims;
        const tenant = registry.tenant(tenantId);
        return json(200, {
          value: [
            {
              id: `/tenants/${tenantId}`,
              tenantId,
              displayName: tenant?.displayName,
              defaultDomain: tenant?.domains[0],
              domains: tenant?.domains,
              tenantCategory: "Home",
            },
          ],
        });
      }
      count("unknown");
      return notEmulated(`Azure Resource Manager's ${url.pathname}`);
    },
  };
}
