import { json, notEmulated, type CloudResponse } from "../http/exchange.ts";
import { entryOf, idOf, keyItem, keyJson, versionOf } from "./key-json.ts";
import { rotate, rotationPolicy } from "./key-rotation.ts";
import { currentVersion, type KeyVersion } from "./model.ts";
import { signDigest } from "./rsa-sign.ts";
import { badParameter, disabled, VaultRefusal } from "./vault-error.ts";
import {
  attributesIn,
  changeAttributes,
  deletedParts,
  pageOf,
  readTags,
  tagsIn,
  type VaultHandler,
  type VaultRequest,
} from "./vault-request.ts";
import { addKey } from "./vault-store.ts";

/** `/keys…`: create (RSA), get, list, list versions, change, delete, rotate, sign. */
export const handleKeys: VaultHandler = (request) => {
  const [name, second, third] = request.path;
  if (name === undefined) return listKeys(request);
  if (second === "versions") return listVersions(request, name);
  if (second === "rotationpolicy") return rotationPolicy(request, name);
  if (request.method === "POST" && second === "rotate") return rotate(request, name);
  if (request.method === "PATCH") return updateKey(request, name, second);
  if (request.method === "DELETE" && second === undefined) return deleteKey(request, name);
  if (request.method === "POST" && second === "create") return createKey(request, name);
  if (request.method === "GET" && third === undefined) return getKey(request, name, second);
  if (request.method === "POST" && (second === "sign" || third === "sign"))
    return sign(request, name, third === "sign" ? second : undefined);
  return notEmulated(`${request.method} ${request.path.join("/")} on keys`);
};

function getKey(request: VaultRequest, name: string, version?: string): CloudResponse {
  request.count("key.get");
  request.authorise("keys/read");
  const key = versionOf(request, name, version);
  if (!key.attributes.enabled) throw disabled("key", "get");
  return json(200, keyJson(request, name, key));
}

/** A new version of a key of its own (rest/api/keyvault/keys/create-key); RSA only. */
async function createKey(request: VaultRequest, name: string): Promise<CloudResponse> {
  request.count("key.create");
  request.authorise("keys/create/action");
  const { kty, key_size: bits = 2048, key_ops: operations } = request.body;
  if (kty !== "RSA") return notEmulated(`a key of the type ${String(kty)}`);
  if (bits !== 2048 && bits !== 3072 && bits !== 4096)
    throw badParameter("The specified key size is not supported.");
  const key = await addKey(request.vault, name, request.nowMs, {
    bits,
    attributes: attributesIn(request.body),
    tags: readTags(request.body),
    ...(Array.isArray(operations) && { operations: operations.map(String) }),
  });
  return json(200, keyJson(request, name, key));
}

function listKeys(request: VaultRequest): CloudResponse {
  request.count("key.list");
  request.authorise("keys/read");
  const items = [...request.vault.keys]
    .filter(([, entry]) => entry.deletedMs === undefined)
    .flatMap(([name, entry]) => {
      const current = currentVersion(entry);
      return current ? [keyItem(request, name, current)] : [];
    });
  return json(200, pageOf(request, items, "/keys"));
}

function listVersions(request: VaultRequest, name: string): CloudResponse {
  request.count("key.versions");
  request.authorise("keys/read");
  const items = [...(request.vault.keys.get(name)?.versions.values() ?? [])]
    .toSorted((a, b) => (a.version < b.version ? -1 : 1))
    .map((key) => keyItem(request, `${name}/${key.version}`, key));
  return json(200, pageOf(request, items, `/keys/${name}/versions`));
}

/** Changes attributes, operations and tags of a version (rest/api/keyvault/keys/update-key). */
function updateKey(request: VaultRequest, name: string, version?: string): CloudResponse {
  request.count("key.update");
  request.authorise("keys/update/action");
  const key = versionOf(request, name, version);
  if (key.managed) throw managedKey("update");
  const { key_ops: operations } = request.body;
  changeAttributes(key.attributes, attributesIn(request.body), request.nowMs);
  if (Array.isArray(operations)) key.operations = operations.map(String);
  key.tags = tagsIn(request.body) ?? key.tags ?? {};
  return json(200, keyJson(request, name, key));
}

function deleteKey(request: VaultRequest, name: string): CloudResponse {
  request.count("key.delete");
  request.authorise("keys/delete");
  const entry = entryOf(request, name);
  const key = versionOf(request, name);
  if (key.managed) throw managedKey("delete");
  entry.deletedMs = request.nowMs;
  return json(200, {
    ...deletedParts(request, "keys", name, entry.deletedMs),
    ...keyJson(request, name, key),
  });
}

const managedKey = (operation: string): VaultRefusal =>
  new VaultRefusal(
    403,
    "Forbidden",
    `Operation "${operation}" is not allowed on this key, since it is associated with a certificate.`,
  );

function sign(request: VaultRequest, name: string, version?: string): CloudResponse {
  request.count("key.sign");
  request.authorise("keys/sign/action");
  const key = versionOf(request, name, version);
  if (!key.attributes.enabled) throw disabled("key", "sign");
  if (!key.operations.includes("sign")) {
    throw new VaultRefusal(403, "Forbidden", "Operation sign is not permitted on this key.", {
      inner: "KeyOperationForbidden",
    });
  }
  checkLife(key, request.nowMs);
  const { alg, value } = request.body;
  if (typeof alg !== "string" || typeof value !== "string")
    throw badParameter("Parameters 'alg' and 'value' are required.");
  try {
    const signature = signDigest(alg, Buffer.from(value, "base64url"), key.privateKey);
    return json(200, {
      kid: idOf(request, name, key),
      value: signature.toString("base64url"),
    });
  } catch (error) {
    if (error instanceof RangeError) throw badParameter(error.message);
    throw error;
  }
}

/** @throws VaultRefusal 403 for a key outside its lifetime: it may be read but not used */
function checkLife(key: KeyVersion, nowMs: number): void {
  const { notBeforeMs, expiresMs } = key.attributes;
  if (expiresMs !== undefined && nowMs > expiresMs)
    throw new VaultRefusal(403, "Forbidden", "Operation sign is not allowed on an expired key.", {
      inner: "KeyExpired",
    });
  if (notBeforeMs !== undefined && nowMs < notBeforeMs)
    throw new VaultRefusal(
      403,
      "Forbidden",
      "Operation sign is not allowed on a key that is not yet valid.",
      { inner: "KeyNotYetValid" },
    );
}
