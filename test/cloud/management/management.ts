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

/** Those that the service listed in a refusal of September 2026. */
const VERSIONS =
  "2026-06-01,2025-04-01,2025-03-01,2024-10-01-preview,2024-11-01,2024-08-01,2024-07-01,2024-06-01-preview,2024-03-01," +
  "2023-07-01,2023-07-01-preview,2023-03-01-preview,2022-12-01,2022-11-01-preview,2022-09-01,2022-06-01,2022-05-01," +
  "2022-03-01-preview,2022-01-01,2021-04-01,2021-01-01,2020-10-01,2020-09-01,2020-08-01,2020-07-01,2020-06-01," +
  "2020-05-01,2020-01-01,2019-11-01,2019-10-01,2019-09-01,2019-08-01,2019-07-01,2019-06-01,2019-05-10,2019-05-01," +
  "2019-03-01,2018-11-01,2018-09-01,2018-08-01,2018-07-01,2018-06-01,2018-05-01,2018-02-01,2018-01-01,2017-12-01," +
  "2017-08-01,2017-06-01,2017-05-10,2017-05-01,2017-03-01,2016-09-01,2016-07-01,2016-06-01,2016-02-01,2015-11-01," +
  "2015-01-01,2014-04-01-preview,2014-04-01,2014-01-01,2013-03-01,2014-02-26,2014-04";

type Refusal = Extract<ReturnType<TokenVerifier>, { readonly ok: false }>;

/** Serves `/subscriptions` (empty) and `/tenants` (the token's tenant). */
export function createManagement(
  registry: Registry,
  verifyToken: TokenVerifier,
  now: () => number,
): Management {
  return {
    handle(request, count) {
      const url = new URL(request.target, `https://${request.host}`);
      const verdict = verifyToken(request.headers.authorization, audiences);
      if (!verdict.ok) {
        count("refused");
        return refuseToken(verdict, request.headers.authorization, now());
      }
      const version = url.searchParams.get("api-version");
      if (!version)
        return refusal(
          400,
          "MissingApiVersionParameter",
          "The api-version query parameter (?api-version=) is required for all requests.",
        );
      if (!VERSIONS.split(",").includes(version.toLowerCase()))
        return refusal(
          400,
          "InvalidApiVersionParameter",
          `The api-version '${version}' is invalid. The supported versions are '${VERSIONS}'.`,
        );
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

function refusal(
  status: number,
  code: string,
  message: string,
  headers?: Readonly<Record<string, string>>,
): CloudResponse {
  return json(status, { error: { code, message } }, headers);
}

/** What is known of the words: those of a wrong signature are those of any token that is not Entra's. */
function refuseToken(
  verdict: Refusal,
  authorization: string | undefined,
  nowMs: number,
): CloudResponse {
  switch (verdict.problem) {
    case "missing":
      return authorization === undefined
        ? refusal(
            401,
            "AuthenticationFailed",
            "Authentication failed. The 'Authorization' header is missing.",
            challenge("The authentication failed because of missing 'Authorization' header."),
          )
        : refusal(
            401,
            "AuthenticationFailedInvalidHeader",
            "Authentication failed. The 'Authorization' header is provided in an invalid format.",
          );
    case "malformed":
      return refusal(401, "InvalidAuthenticationToken", "The access token is invalid.");
    case "audience":
      return refusal(
        401,
        "InvalidAuthenticationTokenAudience",
        `The access token has been obtained for wrong audience or resource '${verdict.found ?? ""}'. ` +
          "It should exactly match with one of the allowed audiences " +
          "'https://management.core.windows.net/','https://management.core.windows.net'," +
          "'https://management.azure.com/','https://management.azure.com'.",
      );
    case "expired":
      return refusal(
        401,
        "ExpiredAuthenticationToken",
        `The access token expiry UTC time '${netDate(verdict.expiredAtMs ?? 0)}' is earlier than ` +
          `current UTC time '${netDate(nowMs)}'.`,
      );
    case "revoked": {
      const claims = Buffer.from(verdict.claimsChallenge ?? "").toString("base64");
      return refusal(
        401,
        "AuthenticationFailed",
        "Authentication failed.",
        challenge("User session has been revoked", claims),
      );
    }
    case "signature":
    case "not-yet-valid":
    case "issuer":
      return refusal(401, "AuthenticationFailed", "Authentication failed.");
  }
}

const challenge = (description: string, claims?: string): Readonly<Record<string, string>> => ({
  "WWW-Authenticate":
    `Bearer authorization_uri="https://login.windows.net/", error="invalid_token", ` +
    `error_description="${description}"${claims === undefined ? "" : `, claims="${claims}"`}`,
});

/** A time as .NET writes it in English: `1/18/2023 5:10:42 PM`. */
const netDate = (ms: number): string =>
  new Date(ms).toLocaleString("en-US", { timeZone: "UTC" }).replace(",", "").replace(/\s/gu, " ");
