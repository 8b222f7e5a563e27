import { createHash, createPublicKey, randomBytes, randomUUID, X509Certificate } from "node:crypto";

import { digestOf } from "./jwt.ts";
import type { KeyCredential, PasswordCredential } from "./model.ts";

/**
 * A certificate (PEM or DER) as registered on an application.
 * @throws Error if it is not a certificate
 */
export function keyCredentialOf(certificate: string | Buffer, registeredMs: number): KeyCredential {
  const parsed = new X509Certificate(certificate);
  const der = parsed.raw;
  return {
    keyId: randomUUID(),
    displayName: parsed.subject,
    der,
    thumbprint: createHash("sha1").update(der).digest("hex").toUpperCase(),
    thumbprintSha256: createHash("sha256").update(der).digest("hex").toUpperCase(),
    publicKey: createPublicKey(parsed.publicKey.export({ type: "spki", format: "pem" })),
    startMs: Date.parse(parsed.validFrom),
    endMs: Date.parse(parsed.validTo),
    registeredMs,
  };
}

/** A new client secret; only its digest is stored. */
export function createPassword(endMs: number): { credential: PasswordCredential; secret: string } {
  const secret = `${randomBytes(3).toString("base64url")}~${randomBytes(26).toString("base64url")}`;
  return {
    secret,
    credential: {
      secretId: randomUUID(),
      digest: digestOf(secret),
      hint: secret.slice(0, 3),
      endMs,
    },
  };
}
