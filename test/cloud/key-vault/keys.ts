import { json, notEmulated, type CloudResponse } from "../http/exchange.ts";
import { currentVersion, type KeyVersion } from "./model.ts";
import { signDigest } from "./rsa-sign.ts";
import { badParameter, disabled, notFound, VaultRefusal } from "./vault-error.ts";
import {
  attributesJson,
  enabledOf,
  pageOf,
  readTags,
  type VaultHandler,
  type VaultRequest,
} from "./vault-request.ts";
import { addKey } from "./vault-store.ts";

/** `/keys…`: create (RSA), get, list versions, sign. */
export const handleKeys: VaultHandler = (request) => {
  const [name, second, third] = request.path;
  if (name === undefined) return notEmulated("the listing of keys");
  if (second === "versions") return listVersions(request, name);
  if (request.method === "POST" && second === "create") return createKey(request, name);
  if (request.method === "GET" && third === undefined) return getKey(request, name, second);
  if (request.method === "POST" && (second === "sign" || third === "sign"))
    return sign(request, name, third === "sign" ? second : undefined);
  return notEmulated(`${request.method} ${request.path.join("/")} on keys`);
};

function versionOf(request: VaultRequest, name: string, version?: string): KeyVersion {
  const entry = request.vault.keys.get(name);
  if (entry === undefined || entry.deletedMs !== undefined) throw notFound("key", name);
  const found =
    version === undefined || version === "" ? currentVersion(entry) : entry.versions.get(version);
  if (found === undefined) throw notFound("key", `${name}/${version ?? ""}`);
  return found;
}

function idOf(request: VaultRequest, name: string, key: KeyVersion): string {
  return `${request.baseUrl}/keys/${name}/${key.version}`;
}

function getKey(request: VaultRequest, name: string, version?: string): CloudResponse {
  request.count("key.get");
  request.authorise("keys/read");
  const key = versionOf(request, name, version);
  if (!key.attributes.enabled) throw disabled("key", "get");
  return json(200, keyJson(request, name, key));
}

/** A key bundle (rest/api/keyvault/keys/get-key). */
function keyJson(request: VaultRequest, name: string, key: KeyVersion): object {
  const jwk = key.publicKey.export({ format: "jwk" });
  return {
    key: {
      kid: idOf(request, name, key),
      kty: "RSA",
      key_ops: key.operations,
      n: jwk.n,
      e: jwk.e,
    },
    attributes: attributesJson(key.attributes),
    ...(key.managed ? { managed: true } : { tags: key.tags ?? {} }),
  };
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
    enabled: enabledOf(request.body) ?? true,
    tags: readTags(request.body),
    ...(Array.isArray(operations) && { operations: operations.map(String) }),
  });
  return json(200, keyJson(request, name, key));
}

function listVersions(request: VaultRequest, name: string): CloudResponse {
  request.count("key.versions");
  request.authorise("keys/read");
  const items = [...(request.vault.keys.get(name)?.versions.values() ?? [])]
    .toSorted((a, b) => (a.version < b.version ? -1 : 1))
    .map((key) => ({
      kid: idOf(request, name, key),
      attributes: attributesJson(key.attributes),
      ...(key.managed && { managed: true }),
    }));
  return json(200, pageOf(request, items, `/keys/${name}/versions`));
}

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
