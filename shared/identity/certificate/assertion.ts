import { randomUUID } from "node:crypto";

import type { ServerClock } from "./server-clock.ts";
import type { AssertionAlgorithm, SigningKey } from "./signing-key.ts";

/** entra-docs, certificate credentials: "5-10 minutes after nbf at most". */
const LIFE_MS = 10 * 60_000;
/** Renewed at half its life, so that it cannot expire in transit; MSAL would send it to its last second. */
const RENEWED_AFTER_MS = LIFE_MS / 2;
/** After a correction of the clock by more than this, an older assertion is not used. */
const CLOCK_STEP_MS = 3_000;

/** Makes an assertion for the token endpoint `audience`, signed by `key`. */
export type Assertions = (key: SigningKey, audience: string) => Promise<string>;

/**
 * Makes assertions for `clientId` by the server's clock. One is signed for all concurrent callers and
 * kept for half its life: a signature in Key Vault costs a round trip, and MSAL asks on every call.
 */
export function createAssertions(options: {
  readonly clientId: string;
  readonly algorithm: AssertionAlgorithm;
  readonly clock: ServerClock;
}): Assertions {
  const { clientId, algorithm, clock } = options;
  const kept = new Map<string, { text: Promise<string>; madeAtMs: number; behindMs: number }>();

  const isFresh = ({ madeAtMs, behindMs }: { madeAtMs: number; behindMs: number }): boolean =>
    Math.abs(behindMs - clock.behindMs()) <= CLOCK_STEP_MS &&
    Math.abs(clock.now() - madeAtMs) < RENEWED_AFTER_MS;

  return (key, audience) => {
    const name = `${key.thumbprints.sha256} ${audience}`;
    const existing = kept.get(name);
    if (existing && isFresh(existing)) return existing.text;
    for (const [other, entry] of kept) if (!isFresh(entry)) kept.delete(other);
    const madeAtMs = clock.now();
    const text = signJwt(key, algorithm, {
      aud: audience,
      iss: clientId,
      sub: clientId,
      jti: randomUUID(),
      ...lifeFrom(madeAtMs),
    });
    kept.set(name, { text, madeAtMs, behindMs: clock.behindMs() });
    // A failed signature is not kept, so the next caller asks the vault again.
    text.catch(() => kept.delete(name));
    return text;
  };
}

/** The time claims of a JWT that lives ten minutes from `nowMs`. */
export const lifeFrom = (nowMs: number): { nbf: number; iat: number; exp: number } => {
  const now = Math.floor(nowMs / 1000);
  return { nbf: now, iat: now, exp: now + LIFE_MS / 1000 };
};

/** A JWT signed by `key`. Its header names the certificate by its thumbprint. */
export async function signJwt(
  key: SigningKey,
  algorithm: AssertionAlgorithm,
  claims: Readonly<Record<string, unknown>>,
): Promise<string> {
  const named =
    algorithm === "PS256"
      ? { "x5t#S256": base64url(key.thumbprints.sha256) }
      : { x5t: base64url(key.thumbprints.sha1) };
  const signed = `${encode({ alg: algorithm, typ: "JWT", ...named })}.${encode(claims)}`;
  const signature = await key.sign(algorithm, Buffer.from(signed));
  return `${signed}.${signature.toString("base64url")}`;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

const base64url = (hex: string): string => Buffer.from(hex, "hex").toString("base64url");
