import { createPublicKey, type KeyObject } from "node:crypto";

import { CompactEncrypt, calculateJwkThumbprint } from "jose";

import { parseJson } from "../../core/parse-json.ts";
import { isRecord } from "../../core/record.ts";
import type { SealPassword } from "../../runner/ports.ts";

/** A public key that passwords are sealed to. */
export interface PasswordKey {
  readonly key: KeyObject;
  readonly alg: "RSA-OAEP-256" | "ECDH-ES";
  /** The JWK's own name; without it the key's thumbprint (RFC 7638). */
  readonly kid: string | undefined;
}

const CURVES = ["prime256v1", "secp384r1", "secp521r1"];
const LEAST_RSA_BITS = 2048;

/** What a setting must be that holds such a key. */
export const passwordKeyMust = `be a public key as a JWK or PEM, RSA from ${LEAST_RSA_BITS.toLocaleString("en")} bits or EC P-256, P-384 or P-521, and never a private one`;

/** Reads a key out of a setting; `undefined` if it is none. A private key is refused: it must not be where the app runs. */
export function readPasswordKey(text: string): PasswordKey | undefined {
  if (/PRIVATE/.test(text)) return undefined;
  try {
    return text.startsWith("{") ? fromJwk(text) : keyOf(createPublicKey(inLines(text)));
  } catch {
    return undefined;
  }
}

/** An application setting has no line breaks: they may be written as \n, or be blanks. */
function inLines(pem: string): string {
  const [all = "", begin = "", body = "", end = ""] =
    /^(-----BEGIN PUBLIC KEY-----)(.*)(-----END PUBLIC KEY-----)$/s.exec(
      pem.replaceAll("\\n", "\n").trim(),
    ) ?? [];
  if (all === "") throw new TypeError("not a public key in PEM");
  return [begin, ...(body.replaceAll(/\s/g, "").match(/.{1,64}/g) ?? []), end].join("\n");
}

function fromJwk(text: string): PasswordKey | undefined {
  const jwk: unknown = parseJson(text);
  if (!isRecord(jwk) || jwk["d"] !== undefined || jwk["k"] !== undefined) return undefined;
  const { use, alg, kid } = jwk;
  if (use !== undefined && use !== "enc") return undefined;
  const key = keyOf(createPublicKey({ key: jwk, format: "jwk" }));
  if (key === undefined || (alg !== undefined && alg !== key.alg)) return undefined;
  return { ...key, kid: typeof kid === "string" ? kid : undefined };
}

function keyOf(key: KeyObject): PasswordKey | undefined {
  const { modulusLength = 0, namedCurve = "" } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === "rsa" && modulusLength >= LEAST_RSA_BITS) {
    return { key, alg: "RSA-OAEP-256", kid: undefined };
  }
  return key.asymmetricKeyType === "ec" && CURVES.includes(namedCurve)
    ? { key, alg: "ECDH-ES", kid: undefined }
    : undefined;
}

/**
 * Seals passwords to a key, each as a compact JWE. Its header, which is not secret but cannot be changed
 * without notice, names the batch and the row, so that nobody gives one user's password to another.
 */
export function createPasswordSealer({ key, alg, kid }: PasswordKey): SealPassword {
  const named = kid === undefined ? calculateJwkThumbprint(key.export({ format: "jwk" })) : kid;
  return async (clear, { batch, row }) =>
    new CompactEncrypt(new TextEncoder().encode(clear))
      .setProtectedHeader({ alg, enc: "A256GCM", kid: await named, batch, row })
      .encrypt(key);
}
