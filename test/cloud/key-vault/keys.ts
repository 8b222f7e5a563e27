import type { KeyPair } from "../certificates/key-pair.ts";
import { json, notEmulated, type CloudResponse } from "../http/exchange.ts";
import { backup, restore } from "./backup.ts";
import { entryOf, keyItem, keyJson, versionOf } from "./key-json.ts";
import { generateKey, importKey, readOperations } from "./key-material.ts";
import { isOperation, operate } from "./key-operations.ts";
import { rotate, rotationPolicy } from "./key-rotation.ts";
import { listCurrent, listVersions } from "./listing.ts";
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
  if (name === "restore") return restore(request, "keys");
  if (second === "create") return createKey(request, name);
  if (second === "rotate") return rotate(request, name);
  if (second === "backup") return backup(request, "keys", name);
  return notEmulated(`${request.method} ${request.path.join("/")} on keys`);
}

function getKey(request: VaultRequest, name: string, version?: string): CloudResponse {
  request.count("key.get");
  request.authorise("keys/read");
  const key = versionOf(request, name, version);
  if (!key.attributes.enabled) throw disabled("key", "get");
  return json(200, keyJson(request, name, key));
}

/** A new version of a key of its own (rest/api/keyvault/keys/create-key); RSA or EC. */
async function createKey(request: VaultRequest, name: string): Promise<CloudResponse> {
  request.count("key.create");
  request.authorise("keys/create/action");
  checkName(name);
  const { kty, key_ops: operations } = request.body;
  if (kty === "RSA-HSM" || kty === "EC-HSM")
    return notEmulated(`a key of the type ${kty}: the vault is a standard one`);
  // "oct" is a type of managed HSMs.
  if (kty !== "RSA" && kty !== "EC") throw badParameter("Property kty has an invalid value.");
  const keys = await generateKey(request.body);
  return added(request, name, keys, operations);
}

/** A new version from a caller's key (rest/api/keyvault/keys/import-key). */
function bringKey(request: VaultRequest, name: string): CloudResponse {
  request.count("key.import");
  request.authorise("keys/import/action");
  checkName(name);
  const { key, Hsm: hsm } = request.body as { key?: { key_ops?: unknown }; Hsm?: unknown };
  if (hsm === true) return notEmulated("a key in an HSM: the vault is a standard one");
  return added(request, name, importKey(key), key?.key_ops);
}

function added(
  request: VaultRequest,
  name: string,
  keys: KeyPair,
  operations: unknown,
): CloudResponse {
  const key = addKey(request.vault, name, request.nowMs, {
    keys,
    operations: readOperations(operations, keys.publicKey),
    attributes: attributesIn(request.body),
    tags: tagsIn(request.body),
  });
  return json(200, keyJson(request, name, key));
}

function listKeys(request: VaultRequest): CloudResponse {
  request.count("key.list");
  request.authorise("keys/read");
  return listCurrent(request, "keys", request.vault.keys, (name, key) =>
    keyItem(request, name, key),
  );
}

function listKeyVersions(request: VaultRequest): CloudResponse {
  request.count("key.versions");
  request.authorise("keys/read");
  return listVersions(request, "keys", request.vault.keys, (id, key) => keyItem(request, id, key));
}

/** Changes attributes, operations and tags of a version (rest/api/keyvault/keys/update-key). */
function updateKey(request: VaultRequest, name: string, version?: string): CloudResponse {
  request.count("key.update");
  request.authorise("keys/update/action");
  const key = versionOf(request, name, version);
  if (key.managed) throw managedKey("update");
  const { key_ops: operations } = request.body;
  changeAttributes(key.attributes, attributesIn(request.body), request.nowMs);
  if (Array.isArray(operations)) key.operations = readOperations(operations, key.publicKey);
  key.tags = tagsIn(request.body) ?? key.tags;
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
