import type { Cloud } from "../../../shared/core/clouds.ts";
import { backdatedSeconds, version1Issuer, type TokenSigner } from "./access-token.ts";
import { decodeJwt } from "./jwt.ts";
import type { Registry } from "./registry.ts";

/** The verified claims of an access token. */
export interface TokenClaims {
  readonly tenantId: string;
  readonly appId: string;
  /** Object id of the service principal, or of the person on whose behalf it is. */
  readonly principalId: string;
  /** What the application may do on behalf of the person; undefined if it acts as itself. */
  readonly scopes?: readonly string[];
  readonly audience: string;
  readonly issuer: string;
  readonly roles: readonly string[];
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  /** The client supports claims challenges. */
  readonly isCaeClient: boolean;
  readonly all: Readonly<Record<string, unknown>>;
}

/** Why a bearer token is refused; each service has its own text for it. */
type TokenProblem =
  | "missing"
  | "malformed"
  | "signature"
  | "not-yet-valid"
  | "expired"
  | "audience"
  | "issuer"
  | "revoked";

export type TokenVerdict =
  | { readonly ok: true; readonly claims: TokenClaims }
  | {
      readonly ok: false;
      readonly problem: TokenProblem;
      /** The actual audience or issuer, for services that print it. */
      readonly found?: string;
      readonly expiredAtMs?: number;
      /** For `revoked`: the claims to request a new token with. */
      readonly claimsChallenge?: string;
    };

/** Verifies `Authorization: Bearer …` for one resource. */
export type TokenVerifier = (
  authorization: string | undefined,
  audiences: readonly string[],
) => TokenVerdict;

/** Clock skew that services tolerate before `nbf`; `exp` is exact to the second. */
const leewayMs = 300_000;

/** A verifier of the tokens that this cloud's Entra signs. */
export function createTokenVerifier(options: {
  readonly signer: TokenSigner;
  readonly registry: Registry;
  readonly cloud: Cloud;
  readonly now: () => number;
}): TokenVerifier {
  // Signatures are verified once per token: RSA costs more than the rest of a request.
  const verified = new Map<string, TokenClaims>();
  return (authorization, audiences) => {
    const token = /^Bearer\s+(\S+)$/iu.exec(authorization ?? "")?.[1];
    if (token === undefined) return { ok: false, problem: "missing" };
    let claims = verified.get(token);
    if (claims === undefined) {
      if (decodeJwt(token) === undefined) return { ok: false, problem: "malformed" };
      const payload = options.signer.open(token);
      if (payload === undefined) return { ok: false, problem: "signature" };
      claims = claimsOf(payload);
      if (verified.size > 10_000) verified.clear();
      verified.set(token, claims);
    }
    return judge(claims, audiences, options);
  };
}

function judge(
  claims: TokenClaims,
  audiences: readonly string[],
  options: { readonly registry: Registry; readonly cloud: Cloud; readonly now: () => number },
): TokenVerdict {
  const nowMs = options.now();
  if (nowMs >= claims.expiresAtMs)
    return { ok: false, problem: "expired", expiredAtMs: claims.expiresAtMs };
  if (nowMs < claims.issuedAtMs - leewayMs) return { ok: false, problem: "not-yet-valid" };
  if (!audiences.includes(claims.audience))
    return { ok: false, problem: "audience", found: claims.audience };
  const isOwnIssuer =
    claims.issuer === version1Issuer(options.cloud, claims.tenantId) ||
    claims.issuer.endsWith(`/${claims.tenantId}/v2.0`);
  if (!isOwnIssuer) return { ok: false, problem: "issuer", found: claims.issuer };
  const principal = options.registry.servicePrincipal(claims.tenantId, claims.appId);
  // Continuous access evaluation: only tokens of clients that declared cp1 are revoked early.
  const isRevoked =
    claims.isCaeClient &&
    (principal === undefined ||
      !principal.accountEnabled ||
      claims.issuedAtMs + backdatedSeconds * 1000 < principal.tokensValidFromMs);
  if (isRevoked) {
    const notBefore = Math.floor((principal?.tokensValidFromMs ?? nowMs) / 1000);
    const challenge = { access_token: { nbf: { essential: true, value: String(notBefore) } } };
    return { ok: false, problem: "revoked", claimsChallenge: JSON.stringify(challenge) };
  }
  return { ok: true, claims };
}

function claimsOf(payload: Readonly<Record<string, unknown>>): TokenClaims {
  const text = (name: string): string => {
    const value = payload[name];
    return typeof value === "string" ? value : "";
  };
  const list = (name: string): readonly string[] =>
    Array.isArray(payload[name]) ? (payload[name] as readonly string[]) : [];
  return {
    tenantId: text("tid"),
    appId: text("appid") || text("azp"),
    principalId: text("oid"),
    audience: text("aud"),
    issuer: text("iss"),
    roles: list("roles"),
    ...(typeof payload["scp"] === "string" && { scopes: payload["scp"].split(" ") }),
    issuedAtMs: Number(payload["iat"]) * 1000,
    expiresAtMs: Number(payload["exp"]) * 1000,
    isCaeClient: list("xms_cc").includes("cp1"),
    all: payload,
  };
}
