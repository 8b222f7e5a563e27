import { generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const generate = promisify(generateKeyPair);

/** An RSA key pair, generated off the main thread. */
export function createRsaKeyPair(bits = 2048): Promise<KeyPair> {
  return generate("rsa", { modulusLength: bits });
}

/** A P-256 key pair: takes well under a millisecond to generate and use, so it needs no cache. */
export function createEcKeyPair(): Promise<KeyPair> {
  return generate("ec", { namedCurve: "P-256" });
}

/** The private key as unencrypted PKCS#8 in PEM. */
export function toPrivateKeyPem(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}
