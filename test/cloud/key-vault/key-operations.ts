import { constants, privateDecrypt, publicEncrypt, type KeyObject } from "node:crypto";

import { json, type CloudResponse } from "../http/exchange.ts";
import { signEc, verifyEc } from "./elliptic.ts";
import { idOf, versionOf } from "./key-json.ts";
import type { KeyVersion } from "./model.ts";
import type { VaultAction } from "./roles.ts";
import { signDigest, verifyDigest } from "./rsa-sign.ts";
import { badParameter, disabled, VaultRefusal } from "./vault-error.ts";
import type { VaultRequest } from "./vault-request.ts";

interface Operation {
  /** The name in `key_ops` and in refusals. */
  readonly name: string;
  readonly action: VaultAction;
  /** Whether a key outside its life may still do it (about-keys-details, date-time controlled operations). */
  readonly isForOld: boolean;
  run(
    key: KeyVersion,
    algorithm: string,
    input: { value: Buffer; digest: Buffer },
  ): Buffer | boolean;
}

const isEc = (key: KeyObject): boolean => key.asymmetricKeyType === "ec";

/** Operations by the last segment of their address. */
const operations: Readonly<Record<string, Operation>> = {
  sign: {
    name: "sign",
    action: "keys/sign/action",
    isForOld: false,
    run: ({ privateKey }, algorithm, { value }) =>
      (isEc(privateKey) ? signEc : signDigest)(algorithm, value, privateKey),
  },
  verify: {
    name: "verify",
    action: "keys/verify/action",
    isForOld: true,
    run: ({ publicKey }, algorithm, { value, digest }) =>
      (isEc(publicKey) ? verifyEc : verifyDigest)(algorithm, digest, value, publicKey),
  },
  encrypt: { name: "encrypt", action: "keys/encrypt/action", isForOld: false, run: encrypt },
  decrypt: { name: "decrypt", action: "keys/decrypt/action", isForOld: true, run: decrypt },
  wrapkey: { name: "wrapKey", action: "keys/wrap/action", isForOld: false, run: encrypt },
  unwrapkey: { name: "unwrapKey", action: "keys/unwrap/action", isForOld: true, run: decrypt },
};

/** Whether the segment of an address is an operation of a key. */
export const isOperation = (segment: string | undefined): segment is string =>
  segment !== undefined && Object.hasOwn(operations, segment);

/** `POST /keys/{name}/{version}/{sign|verify|encrypt|decrypt|wrapkey|unwrapkey}`. */
export function operate(
  request: VaultRequest,
  segment: string,
  name: string,
  version?: string,
): CloudResponse {
  const operation = operations[segment];
  if (operation === undefined) throw new TypeError(`No operation ${segment}.`);
  request.count(`key.${operation.name}`);
  request.authorize(operation.action);
  const key = versionOf(request, name, version);
  if (!key.attributes.enabled) throw disabled("key", operation.name);
  if (!key.operations.includes(operation.name))
    throw new VaultRefusal(
      403,
      "Forbidden",
      `Operation ${operation.name} is not permitted on this key.`,
      { inner: "KeyOperationForbidden" },
    );
  if (!operation.isForOld) checkLife(key, operation.name, request.nowMs);
  const { alg, value, digest = "" } = request.body;
  if (typeof alg !== "string" || typeof value !== "string" || typeof digest !== "string")
    throw badParameter("Parameters 'alg' and 'value' are required.");
  const input = {
    value: Buffer.from(value, "base64url"),
    digest: Buffer.from(digest, "base64url"),
  };
  try {
    const made = operation.run(key, alg, input);
    return json(
      200,
      typeof made === "boolean"
        ? { value: made }
        : { kid: idOf(request, name, key), value: made.toString("base64url") },
    );
  } catch (error) {
    if (error instanceof RangeError) throw badParameter(error.message);
    throw error;
  }
}

/** Paddings of RSA by algorithm (rest/api/keyvault/keys/encrypt). */
const paddings: Readonly<Record<string, { padding: number; oaepHash?: string }>> = {
  RSA1_5: { padding: constants.RSA_PKCS1_PADDING },
  "RSA-OAEP": { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha1" },
  "RSA-OAEP-256": { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" },
};

/** @throws RangeError for an algorithm that RSA keys do not have */
function paddingOf(algorithm: string): { padding: number; oaepHash?: string } {
  const found = Object.hasOwn(paddings, algorithm) ? paddings[algorithm] : undefined;
  if (found === undefined) throw new RangeError(`${algorithm} is not supported for RSA keys.`);
  return found;
}

function encrypt(key: KeyVersion, algorithm: string, { value }: { value: Buffer }): Buffer {
  const options = { key: key.publicKey, ...paddingOf(algorithm) };
  try {
    return publicEncrypt(options, value);
  } catch {
    throw new RangeError(`Invalid length of 'value': ${value.length} bytes.`);
  }
}

function decrypt(key: KeyVersion, algorithm: string, { value }: { value: Buffer }): Buffer {
  const options = { key: key.privateKey, ...paddingOf(algorithm) };
  try {
    return privateDecrypt(options, value);
  } catch {
    throw new RangeError("The parameter is incorrect.");
  }
}

/** @throws VaultRefusal 403 for a key outside its lifetime: it may be read but not used */
function checkLife(key: KeyVersion, operation: string, nowMs: number): void {
  const { notBeforeMs, expiresMs } = key.attributes;
  const refuse = (which: string, inner: string): never => {
    throw new VaultRefusal(403, "Forbidden", `Operation ${operation} is not allowed on ${which}.`, {
      inner,
    });
  };
  if (expiresMs !== undefined && nowMs > expiresMs) refuse("an expired key", "KeyExpired");
  if (notBeforeMs !== undefined && nowMs < notBeforeMs)
    refuse("a key that is not yet valid", "KeyNotYetValid");
}
