import type { KeyPair } from "../certificates/key-pair.ts";
import { json, notEmulated, type CloudResponse } from "../http/exchange.ts";
import { backup, restore } from "./backup.ts";
import { entryOf, keyItem, keyJson, versionOf } from "./key-json.ts";
import { checkHsm, generateKey, importKey, isHsmType, readOperations } from "./key-material.ts";
import { isOperation, operate } from "./key-operations.ts";
import { changeRelease, readRelease, release } from "./key-release.ts";
import { rotate, rotationPolicy } from "./key-rotation.ts";
import { listCurrent, listVersions } from "./listing.ts";
import type { KeyProtection, ReleasePolicy } from "./model.ts";
import { badParameter, disabled, VaultRefusal } from "./vault-error.ts";
import {
  attributesIn,
  changeAttributes,
  checkName,
  deletedParts,
  tagsIn,
  type VaultHandler,
  type VaultRequest,
} from "./vault-request.ts";
import { addKey } from "./vault-store.ts";

/** `/keys…`: create, import, get, list, list versions, change, delete, rotate, back up, restore, operate. */
export const handleKeys: VaultHandler = (request) => {
  const [name, second, third] = request.path;
  if (name === undefined) return listKeys(request);
  if (second === "versions") return listKeyVersions(request);
  if (second === "rotationpolicy") return rotationPolicy(request, name);
  if (request.path.at(-1) === "attestation" && request.path.length > 1)
    return notEmulated("the attestation of keys");
  if (request.method === "POST") return post(request, name, second, third);
  if (request.method === "PUT" && second === undefined) return bringKey(request, name);
  if (request.method === "PATCH") return updateKey(request, name, second);
  if (request.method === "DELETE" && second === undefined) return deleteKey(request, name);
  if (request.method === "GET" && third === undefined) return getKey(request, name, second);
  throw new VaultRefusal(405, "MethodNotAllowed", "Method not allowed");
};

function post(
  request: VaultRequest,
  name: string,
  second: string | undefined,
  third: string | undefined,
): CloudResponse | Promise<CloudResponse> {
  if (isOperation(third)) return operate(request, third, name, second);
  if (isOperation(second)) return operate(request, second, name);
  if (third === "release") return release(request, name, second);
  if (second === "release") return release(request, name);
  if (name === "restore") return restore(request, "keys");
  if (second === "create") return createKey(request, name);
  if (second === "rotate") return rotate(request, name);
  if (second === "backup") return backup(request, "keys", name);
  return notEmulated(`${request.method} ${request.path.join("/")} on keys`);
}

function getKey(request: VaultRequest, name: string, version?: string): CloudResponse {
  request.count("key.get");
  request.authorize("keys/read");
  const key = versionOf(request, name, version);
  if (!key.attributes.enabled) throw disabled("key", "get");
  return json(200, keyJson(request, name, key));
}

/** A new version of a key of its own (rest/api/keyvault/keys/create-key); RSA or EC. */
async function createKey(request: VaultRequest, name: string): Promise<CloudResponse> {
  request.count("key.create");
  request.authorize("keys/create/action");
  checkName(name);
  const { kty, key_ops: operations } = request.body;
  if (kty === undefined) throw badParameter("Property kty has invalid value\r\n");
  const isHsm = isHsmType(kty, request.vault);
  const made = readRelease(request, request.vault.keys.get(name), isHsm);
  const keys = await generateKey(request.body);
  return added(request, name, keys, { operations, isHsm, ...made });
}

/** A new version from a caller's key (rest/api/keyvault/keys/import-key). */
function bringKey(request: VaultRequest, name: string): CloudResponse {
  request.count("key.import");
  request.authorize("keys/import/action");
  checkName(name);
  const { key, Hsm: hsm } = request.body as {
    key?: { key_ops?: unknown; key_hsm?: unknown };
    Hsm?: unknown;
  };
  const isHsm = hsm === true || key?.key_hsm !== undefined;
  if (isHsm) checkHsm(request.vault);
  if (key?.key_hsm !== undefined) return notEmulated("a key that an HSM has wrapped");
  const made = readRelease(request, request.vault.keys.get(name), isHsm);
  return added(request, name, importKey(key), { operations: key?.key_ops, isHsm, ...made });
}

function added(
  request: VaultRequest,
  name: string,
  keys: KeyPair,
  made: {
    readonly operations: unknown;
    readonly policy: ReleasePolicy | undefined;
  } & KeyProtection,
): CloudResponse {
  const { isHsm, isExportable } = made;
  const key = addKey(request.vault, name, request.nowMs, {
    keys,
    protection: { isHsm, isExportable },
    operations: readOperations(made.operations, keys.publicKey),
    attributes: attributesIn(request.body),
    tags: tagsIn(request.body),
  });
  entryOf(request, name).release = made.policy;
  return json(200, keyJson(request, name, key));
}

function listKeys(request: VaultRequest): CloudResponse {
  request.count("key.list");
  request.authorize("keys/read");
  return listCurrent(request, "keys", request.vault.keys, (name, key) =>
    keyItem(request, name, key),
  );
}

function listKeyVersions(request: VaultRequest): CloudResponse {
  request.count("key.versions");
  request.authorize("keys/read");
  return listVersions(request, "keys", request.vault.keys, (id, key) => keyItem(request, id, key));
}

/** Changes attributes, operations and tags of a version (rest/api/keyvault/keys/update-key). */
function updateKey(request: VaultRequest, name: string, version?: string): CloudResponse {
  request.count("key.update");
  request.authorize("keys/update/action");
  const key = versionOf(request, name, version);
  if (key.managed) throw managedKey("update");
  const { key_ops: operations } = request.body;
  changeRelease(request, entryOf(request, name), key);
  changeAttributes(key.attributes, attributesIn(request.body), request.nowMs);
  if (Array.isArray(operations)) key.operations = readOperations(operations, key.publicKey);
  key.tags = tagsIn(request.body) ?? key.tags;
  return json(200, keyJson(request, name, key));
}

function deleteKey(request: VaultRequest, name: string): CloudResponse {
  request.count("key.delete");
  request.authorize("keys/delete");
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
