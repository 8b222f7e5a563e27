import type { TokenVerdict } from "../../entra/verify-token.ts";
import { GraphError } from "./graph-error.ts";

const MESSAGES: Readonly<Record<string, string>> = {
  missing: "Access token is empty.",
  malformed: "IDX14100: JWT is not well formed, there are no dots (.).",
  signature: "Access token validation failure. Signature is invalid.",
  "not-yet-valid": "Lifetime validation failed, the token is not yet valid.",
  expired: "Lifetime validation failed, the token is expired.",
  audience: "Access token validation failure. Invalid audience.",
  issuer: "Access token validation failure. Invalid issuer.",
  revoked:
    "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp",
};

/** Graph's 401 for a token it refuses, with the challenge that says how to get another. */
export function unauthenticated(
  verdict: Extract<TokenVerdict, { ok: false }>,
  loginHost: string,
): GraphError {
  const challenge = [
    'Bearer realm=""',
    `authorization_uri="https://${loginHost}/common/oauth2/authorize"`,
    'client_id="00000003-0000-0000-c000-000000000000"',
  ];
  if (verdict.claimsChallenge !== undefined) {
    const claims = Buffer.from(verdict.claimsChallenge).toString("base64");
    challenge.push(
      'errorDescription="Continuous access evaluation resulted in challenge."',
      'error="insufficient_claims"',
      `claims="${claims}"`,
    );
  }
  return new GraphError(401, "InvalidAuthenticationToken", MESSAGES[verdict.problem] ?? "", {
    headers: { "WWW-Authenticate": challenge.join(", ") },
  });
}
