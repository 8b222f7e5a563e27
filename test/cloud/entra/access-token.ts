import type { KeyObject } from "node:crypto";

import type { Cloud } from "../../../shared/core/clouds.ts";
import { createClientCertificate } from "../certificates/client-certificate.ts";
import { decodeJwt, isSignedBy, opaqueId, signJwt } from "./jwt.ts";
import type { Application, ServicePrincipal } from "./model.ts";

/** How the client proved who it is: Entra's `appidacr` and `azpacr`. */
export type ClientProof = "secret" | "assertion";

interface TokenRequest {
  readonly tenantId: string;
  readonly principal: ServicePrincipal;
  readonly resource: { readonly principal: ServicePrincipal; readonly application: Application };
  /** The audience as requested: version 1 tokens repeat it, trailing slash included. */
  readonly requestedAudience: string;
  readonly proof: ClientProof;
  readonly lifetimeSeconds: number;
  /** The client declared the capability cp1 (continuous access evaluation). */
  readonly isCaeClient: boolean;
  /** Host that received the request; version 2 issuers contain it. */
  readonly host: string;
}

/** Entra's signing key: signs tokens and publishes the public key. */
export interface TokenSigner {
  readonly publicKey: KeyObject;
  readonly jwks: { readonly keys: readonly Readonly<Record<string, unknown>>[] };
  sign(request: TokenRequest): string;
  /** Signs these claims with the header of this version's tokens. */
  signClaims(version: 1 | 2, claims: Readonly<Record<string, unknown>>): string;
  /** The claims of a token that this signer made, else undefined. Does not check times. */
  open(token: string): Readonly<Record<string, unknown>> | undefined;
}

/** Creates a signing key that signs app-only access tokens with RS256. */
export async function createTokenSigner(cloud: Cloud, now: () => number): Promise<TokenSigner> {
  const { certificate, keys } = await createClientCertificate({
    subject: "accounts.accesscontrol.windows.net",
    notBefore: new Date(now() - 86_400_000),
    notAfter: new Date(now() + 5 * 365 * 86_400_000),
  });
  const kid = Buffer.from(certificate.thumbprint, "hex").toString("base64url");
  const signClaims: TokenSigner["signClaims"] = (version, claims) =>
    // Version 1 tokens name the key twice.
    signJwt(version === 2 ? { kid } : { x5t: kid, kid }, claims, keys.privateKey);
  return {
    publicKey: keys.publicKey,
    jwks: {
      keys: [
        {
          ...keys.publicKey.export({ format: "jwk" }),
          use: "sig",
          kid,
          x5t: kid,
          x5c: [certificate.der.toString("base64")],
        },
      ],
    },
    sign: (request) =>
      request.resource.application.accessTokenVersion === 2
        ? signClaims(2, version2(request, now()))
        : signClaims(1, version1(request, cloud, now())),
    signClaims,
    open(token) {
      const decoded = decodeJwt(token);
      return decoded !== undefined && isSignedBy(decoded, keys.publicKey)
        ? decoded.payload
        : undefined;
    },
  };
}

/** The issuer of version 1 tokens, the only one Azurite accepts for storage. */
export function version1Issuer(cloud: Cloud, tenantId: string): string {
  return cloud.loginHost.endsWith(".cn")
    ? `https://sts.chinacloudapi.cn/${tenantId}/`
    : `https://sts.windows.net/${tenantId}/`;
}

function version1(request: TokenRequest, cloud: Cloud, nowMs: number): Record<string, unknown> {
  const issuer = version1Issuer(cloud, request.tenantId);
  return {
    aud: request.requestedAudience,
    iss: issuer,
    ...times(request, nowMs),
    app_displayname: request.principal.displayName,
    appid: request.principal.appId,
    appidacr: request.proof === "secret" ? "1" : "2",
    idp: issuer,
    ...subject(request),
    ver: "1.0",
    wids: ["0997a1d0-0d1d-4acb-b408-d5ca73121e90"],
  };
}

function version2(request: TokenRequest, nowMs: number): Record<string, unknown> {
  return {
    aud: request.resource.application.appId,
    iss: `https://${request.host}/${request.tenantId}/v2.0`,
    ...times(request, nowMs),
    azp: request.principal.appId,
    azpacr: request.proof === "secret" ? "1" : "2",
    ...subject(request),
    ver: "2.0",
  };
}

/** Entra backdates its tokens by five minutes, so that a resource whose clock is behind accepts them. */
export const backdatedSeconds = 300;

function times(request: TokenRequest, nowMs: number): Record<string, number> {
  const issuedAt = Math.floor(nowMs / 1000) - backdatedSeconds;
  const expires = Math.floor(nowMs / 1000) + request.lifetimeSeconds;
  return { iat: issuedAt, nbf: issuedAt, exp: expires };
}

function subject(request: TokenRequest): Record<string, unknown> {
  const roles = request.principal.assignments
    .filter((held) => held.resourceId === request.resource.principal.objectId)
    .map((held) => held.value);
  return {
    idtyp: "app",
    oid: request.principal.objectId,
    sub: request.principal.objectId,
    tid: request.tenantId,
    // A token without roles is issued too: the resource must check them (facts §7.7).
    ...(roles.length > 0 && { roles: [...new Set(roles)] }),
    ...(request.isCaeClient && { xms_cc: ["cp1"] }),
    rh: opaqueId(),
    uti: opaqueId(),
  };
}
