import { publicJwk } from "./key-material.ts";
import { currentVersion, type KeyEntry, type KeyVersion } from "./model.ts";
import { isSince } from "./service-version.ts";
import { notFound } from "./vault-error.ts";
import { attributesJson, type VaultRequest } from "./vault-request.ts";

/** The entry of a name that is not deleted. @throws VaultRefusal 404 */
export function entryOf(request: VaultRequest, name: string): KeyEntry {
  const entry = request.vault.keys.get(name);
  if (entry === undefined || entry.deletedMs !== undefined) throw notFound("key", name);
  return entry;
}

/** A version; the current one if none is named. @throws VaultRefusal 404 */
export function versionOf(request: VaultRequest, name: string, version?: string): KeyVersion {
  const entry = entryOf(request, name);
  const found =
    version === undefined || version === "" ? currentVersion(entry) : entry.versions.get(version);
  if (found === undefined) throw notFound("key", `${name}/${version ?? ""}`);
  return found;
}

/** The id of a version. */
export const idOf = (request: VaultRequest, name: string, key: KeyVersion): string =>
  `${request.baseUrl}/keys/${name}/${key.version}`;

/** A key bundle (rest/api/keyvault/keys/get-key). */
export function keyJson(request: VaultRequest, name: string, key: KeyVersion): object {
  const release = request.vault.keys.get(name)?.release;
  return {
    key: {
      kid: idOf(request, name, key),
      key_ops: key.operations,
      ...publicJwk(key.publicKey, key.protection.isHsm),
    },
    attributes: keyAttributes(request, key),
    ...(key.managed ? { managed: true } : { tags: key.tags }),
    ...(release && { release_policy: release }),
  };
}

/** An entry of a listing. */
export const keyItem = (
  request: VaultRequest,
  id: string,
  key: KeyVersion,
): Record<string, unknown> => ({
  kid: `${request.baseUrl}/keys/${id}`,
  attributes: keyAttributes(request, key),
  ...(key.managed ? { managed: true } : { tags: key.tags }),
});

/** New keys in HSMs are on platform 2, those in software on 0 (about-keys). */
const keyAttributes = (
  request: VaultRequest,
  { attributes, protection }: KeyVersion,
): Record<string, unknown> => ({
  ...attributesJson(request, attributes),
  ...(isSince(request.query, "7.3") && { exportable: protection.isExportable }),
  ...(isSince(request.query, "7.5") && { hsmPlatform: protection.isHsm ? "2" : "0" }),
});
