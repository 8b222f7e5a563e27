import { sign, type KeyObject } from "node:crypto";

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A proof of possession as application-rollkey-prooftoken makes it. */
export function proofOf(key: KeyObject, claims: Readonly<Record<string, unknown>>): string {
  const now = Math.floor(Date.now() / 1000);
  const signed = `${encode({ alg: "RS256", typ: "JWT" })}.${encode({
    aud: "00000002-0000-0000-c000-000000000000",
    nbf: now,
    exp: now + 600,
    ...claims,
  })}`;
  return `${signed}.${sign("sha256", Buffer.from(signed), key).toString("base64url")}`;
}
