import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type JsonWebKey,
  type KeyObject,
} from "node:crypto";
import { promisify } from "node:util";

import type { KeyPair } from "../certificates/key-pair.ts";
import { curveName, curves } from "./elliptic.ts";
import { isInHsm, keyTypeIn } from "./key-type.ts";
import { badParameter, VaultRefusal } from "./vault-error.ts";
import type { VaultKind } from "./vault-kind.ts";

const generate = promisify(generateKeyPair);

/** What is asked for in a new key, in the words of its request. */
export interface KeyRequest {
  readonly kty?: unknown;
  readonly key_size?: unknown;
  readonly crv?: unknown;
}

/** A new key, off the main thread. @throws VaultRefusal 400 for a size or curve that does not exist */
export function generateKey({ kty, key_size: bits, crv }: KeyRequest): Promise<KeyPair> {
  if (kty === "EC" || kty === "EC-HSM") {
    const name = typeof crv === "string" && crv !== "" ? crv : "P-256";
    const curve = Object.hasOwn(curves, name) ? curves[name] : undefined;
    if (curve === undefined) throw badParameter("The specified curve is not supported.");
    return generate("ec", { namedCurve: curve.openssl });
  }
  const modulusLength = bits ?? 2048;
  if (modulusLength !== 2048 && modulusLength !== 3072 && modulusLength !== 4096)
    throw badParameter("The specified key size is not supported.");
  return generate("rsa", { modulusLength });
}

/** The key in a JSON Web Key that a caller brings. @throws VaultRefusal 400 without its private part */
export function importKey(given: unknown): KeyPair {
  const jwk = (given ?? {}) as JsonWebKey;
  const { crv } = jwk;
  try {
    const key = { ...jwk, ...(crv !== undefined && { crv: curves[crv]?.jwk ?? crv }) };
    const privateKey = createPrivateKey({ key, format: "jwk" });
    return { privateKey, publicKey: createPublicKey(privateKey) };
  } catch {
    throw badParameter("The specified key is not a valid private key.");
  }
}

/** A new key of the same kind. */
export const generateAnother = (key: KeyObject): Promise<KeyPair> =>
  generateKey(
    key.asymmetricKeyType === "ec"
      ? { kty: "EC", crv: curveName(key) }
      : { kty: "RSA", key_size: key.asymmetricKeyDetails?.modulusLength },
  );

/** The public part as Key Vault shows it; HSMs write the exponent in four octets (recorded by Azure's SDK for .NET). */
export function publicJwk(key: KeyObject, isHsm: boolean): Record<string, unknown> {
  const { kty, n, e, x, y } = key.export({ format: "jwk" });
  const type = `${kty ?? ""}${isHsm ? "-HSM" : ""}`;
  if (kty === "EC") return { kty: type, crv: curveName(key), x, y };
  const octets = Buffer.from(e ?? "", "base64url");
  const padded = Buffer.concat([Buffer.alloc(Math.max(0, 4 - octets.length)), octets]);
  return { kty: type, n, e: isHsm ? padded.toString("base64url") : e };
}

/**
 * Whether a type of key is in an HSM.
 * @throws VaultRefusal 400 for a type that only managed HSMs have (azure-sdk-for-js#26212), 403 for one that
 * only premium vaults have
 */
export function isHsmType(kty: unknown, vault: VaultKind): boolean {
  const type = keyTypeIn(kty);
  if (type === undefined)
    throw new VaultRefusal(400, "BadParameter", `Invalid kty value: ${String(kty)}`, {
      inner: "KeyTypeNotSupported",
    });
  if (isInHsm(type)) checkHsm(vault);
  return isInHsm(type);
}

/** @throws VaultRefusal 403 in a standard vault (azure-sdk-for-python#29945) */
export function checkHsm({ sku }: VaultKind): void {
  if (sku === "standard")
    throw new VaultRefusal(
      403,
      "Forbidden",
      "Hardware key operation not allowed on standard vault",
    );
}

const able = {
  RSA: ["encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey"],
  EC: ["sign", "verify"],
} as const;

/** What a key may do unless its maker says less. */
export const operationsOf = (key: KeyObject): readonly string[] =>
  key.asymmetricKeyType === "ec" ? able.EC : able.RSA;

/** The operations asked for; all if none are. @throws VaultRefusal 400 for one that the key cannot do */
export function readOperations(given: unknown, key: KeyObject): readonly string[] {
  if (!Array.isArray(given) || given.length === 0) return operationsOf(key);
  const asked = given.map(String);
  // "import" and "export" say where a key may go, not what it can do.
  const odd = asked.find((each) => ![...operationsOf(key), "import", "export"].includes(each));
  if (odd !== undefined)
    throw badParameter(`Key operation ${odd} is not supported for this key type.`);
  return asked;
}
