import { createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto";

import { checkTime } from "./assertion.ts";
import { isSignedBy, type DecodedJwt } from "./jwt.ts";
import type { Application, FederatedCredential } from "./model.ts";
import { EntraRefusal } from "./refusals/refusal.ts";
import { tokenExchangeAppId } from "./well-known.ts";

/** External issuers whose keys were registered here; the real Entra would fetch their JWKS. */
export interface Issuers {
  add(issuer: string, keys: readonly Readonly<Record<string, unknown>>[]): void;
  keysOf(issuer: string): readonly KeyObject[];
}

export function createIssuers(): Issuers {
  const known = new Map<string, readonly KeyObject[]>();
  return {
    add: (issuer, keys) =>
      void known.set(
        issuer,
        keys.map((key) => createPublicKey({ key: key as JsonWebKey, format: "jwk" })),
      ),
    keysOf: (issuer) => known.get(issuer) ?? [],
  };
}

/**
 * Verifies another issuer's assertion against the application's federated credentials. The comparison
 * of issuer, audience and subject is case-sensitive (facts §7.10).
 * @throws EntraRefusal 70025 none at all, 700211–700213 no match, 700229 not app-only, 50013 signature, 700024 time
 */
export function verifyFederatedAssertion(
  assertion: DecodedJwt,
  application: Application,
  options: {
    readonly issuers: Issuers;
    /** This Entra's own issuers, whose key signs tokens of managed identities. */
    readonly own: { readonly isOwn: (issuer: string) => boolean; readonly key: KeyObject };
    /** The audience of this cloud's token exchange. */
    readonly exchange: string;
    readonly nowMs: number;
  },
): void {
  const { payload } = assertion;
  const issuer = String(payload["iss"]);
  const subject = String(payload["sub"]);
  const audiences = [payload["aud"]].flat().map(String);
  if (application.federatedCredentials.length === 0) throw new EntraRefusal(70_025);
  demandMatch(application.federatedCredentials, [
    [700_211, issuer, (held) => held.issuer === issuer],
    [700_213, subject, (held) => held.subject === subject],
    [
      700_212,
      audiences.join(" "),
      (held) => audiences.some((given) => isAudience(held, given, options.exchange)),
    ],
  ]);
  const isOwn = options.own.isOwn(issuer);
  if (isOwn && payload["idtyp"] !== "app") throw new EntraRefusal(700_229);
  const keys = isOwn ? [options.own.key] : options.issuers.keysOf(issuer);
  if (!keys.some((key) => isSignedBy(assertion, key)))
    throw new EntraRefusal(50_013, "The key was not found.");
  checkTime(payload, options.nowMs);
}

/** A managed identity's token has the exchange's app id as audience; the credential names its URI. */
function isAudience(held: FederatedCredential, given: string, exchange: string): boolean {
  return given === held.audience || (given === tokenExchangeAppId && held.audience === exchange);
}

/** @throws EntraRefusal with the number of the first step that no credential is left after */
function demandMatch(
  credentials: readonly FederatedCredential[],
  steps: readonly (readonly [number, string, (held: FederatedCredential) => boolean])[],
): void {
  let left = credentials;
  for (const [code, presented, matches] of steps) {
    left = left.filter((held) => matches(held));
    if (left.length === 0) throw new EntraRefusal(code, presented);
  }
}
