import type { Cloud } from "../../../shared/core/clouds.ts";
import { version1Issuer } from "../entra/access-token.ts";
import type { TokenClaims, TokenVerdict, TokenVerifier } from "../entra/verify-token.ts";
import type { CloudRequest } from "../http/exchange.ts";
import type { Vault } from "./model.ts";
import { VaultRefusal } from "./vault-error.ts";

const vaultAppId = "cfa8b339-82a2-471a-a3c9-0fc0be7a4093";

/**
 * The claims of a caller whose token is valid for this vault.
 * @throws VaultRefusal 401 with the challenge that names authority and resource
 */
export function authenticate(
  request: CloudRequest,
  vault: Vault,
  options: { readonly cloud: Cloud; readonly verifyToken: TokenVerifier },
  count: (operation: string) => void,
): TokenClaims {
  const { cloud } = options;
  const resource = `https://${cloud.vaultSuffix}`;
  const verdict = options.verifyToken(request.headers.authorization, [resource, vaultAppId]);
  const expectedIssuer = version1Issuer(cloud, vault.tenantId);
  if (verdict.ok && verdict.claims.tenantId === vault.tenantId) return verdict.claims;
  count("challenge");
  const message = verdict.ok
    ? `AKV10032: Invalid issuer. Expected one of ${expectedIssuer}, found ${verdict.claims.issuer}.`
    : reason(verdict, resource);
  throw new VaultRefusal(401, "Unauthorized", message, {
    headers: {
      "WWW-Authenticate": `Bearer authorization="https://${cloud.loginHost}/${vault.tenantId}", resource="${resource}"`,
    },
  });
}

function reason(verdict: Extract<TokenVerdict, { ok: false }>, resource: string): string {
  switch (verdict.problem) {
    case "missing":
      return "AKV10000: Request is missing a Bearer or PoP token.";
    case "audience":
      return `AKV10022: Invalid audience. Expected ${resource}, found: ${verdict.found ?? ""}.`;
    case "issuer":
      return `AKV10032: Invalid issuer. Found ${verdict.found ?? ""}.`;
    case "expired":
      return "[TokenExpired] Error validating token: IDX10223.";
    case "not-yet-valid":
      return "Error validating token: IDX10222.";
    case "signature":
      return "Error validating token: IDX10511.";
    case "malformed":
      return "AKV10002: Invalid token.";
    case "revoked":
      return "Error validating token: the token was revoked.";
    default:
      throw new TypeError("No such token problem.");
  }
}
