import { json, type CloudResponse } from "../http/exchange.ts";
import { bundleOf, deletedJson, itemOf } from "./certificate-json.ts";
import { keyItem, keyJson } from "./key-json.ts";
import { pageOf } from "./listing.ts";
import { currentVersion, type Versioned } from "./model.ts";
import { checkPurge } from "./retention.ts";
import { describe } from "./secret-json.ts";
import { notFound, VaultRefusal } from "./vault-error.ts";
import { deletedParts, type VaultHandler, type VaultRequest } from "./vault-request.ts";

/** `/deletedcertificates…`: list, get, recover, purge. */
export const handleDeletedCertificates: VaultHandler = (request) => {
  const { vault } = request;
  const [name, second] = request.path;
  if (name === undefined) {
    return listDeleted(request, "certificates", vault.certificates, (each, version) =>
      itemOf(request, each, version),
    );
  }
  const { entry, version } = deletedOf(vault.certificates, "certificate", name);
  const parts = [entry, vault.keys.get(name), vault.secrets.get(name)];
  if (request.method === "POST" && second === "recover") {
    request.count("certificate.recover");
    request.authorize("certificates/recover/action");
    for (const part of parts) if (part !== undefined) part.deletedMs = undefined;
    return json(200, bundleOf(request, name, version, entry));
  }
  if (request.method === "DELETE") {
    request.count("certificate.purge");
    request.authorize("certificates/purge/action");
    checkPurge(vault);
    for (const map of [vault.certificates, vault.keys, vault.secrets]) map.delete(name);
    return { status: 204 };
  }
  request.count("certificate.deleted");
  request.authorize("certificates/read");
  return json(200, deletedJson(request, name, entry, version));
};

/** `/deletedsecrets…`: list, get, recover, purge. */
export const handleDeletedSecrets: VaultHandler = (request) => {
  const { vault } = request;
  const [name, second] = request.path;
  if (name === undefined) {
    return listDeleted(request, "secrets", vault.secrets, (each, version) => ({
      ...describe(request, each, version),
      id: `${request.baseUrl}/secrets/${each}`,
    }));
  }
  const { entry, version, deletedMs } = deletedOf(vault.secrets, "secret", name);
  if (request.method === "POST" && second === "recover") {
    refuseManaged("secret", version.managed);
    request.count("secret.recover");
    request.authorize("secrets/recover/action");
    entry.deletedMs = undefined;
    return json(200, describe(request, name, version));
  }
  if (request.method === "DELETE") {
    refuseManaged("secret", version.managed);
    request.count("secret.purge");
    request.authorize("secrets/purge/action");
    checkPurge(vault);
    vault.secrets.delete(name);
    return { status: 204 };
  }
  request.count("secret.deleted");
  request.authorize("secrets/readMetadata/action");
  return json(200, {
    ...deletedParts(request, "secrets", name, deletedMs),
    ...describe(request, name, version),
  });
};

/** `/deletedkeys…`: list, get, recover, purge. */
export const handleDeletedKeys: VaultHandler = (request) => {
  const { vault } = request;
  const [name, second] = request.path;
  if (name === undefined) {
    return listDeleted(request, "keys", vault.keys, (each, version) =>
      keyItem(request, each, version),
    );
  }
  const { entry, version, deletedMs } = deletedOf(vault.keys, "key", name);
  if (request.method === "POST" && second === "recover") {
    refuseManaged("key", version.managed);
    request.count("key.recover");
    request.authorize("keys/recover/action");
    entry.deletedMs = undefined;
    return json(200, keyJson(request, name, version));
  }
  if (request.method === "DELETE") {
    refuseManaged("key", version.managed);
    request.count("key.purge");
    request.authorize("keys/purge/action");
    checkPurge(vault);
    vault.keys.delete(name);
    return { status: 204 };
  }
  request.count("key.deleted");
  request.authorize("keys/read");
  return json(200, {
    ...deletedParts(request, "keys", name, deletedMs),
    ...keyJson(request, name, version),
  });
};

/** A soft-deleted name, its last version, and since when it is deleted. @throws VaultRefusal 404 */
function deletedOf<V, E extends Versioned<V>>(
  map: ReadonlyMap<string, E & Versioned<V>>,
  kind: "secret" | "key" | "certificate",
  name: string,
): { readonly entry: E; readonly version: V; readonly deletedMs: number } {
  const entry = map.get(name);
  const version = entry && currentVersion<V>(entry);
  if (entry?.deletedMs === undefined || version === undefined) throw notFound(kind, name);
  return { entry, version, deletedMs: entry.deletedMs };
}

const listed = {
  certificates: "certificates/read",
  keys: "keys/read",
  secrets: "secrets/readMetadata/action",
} as const;

function listDeleted<V>(
  request: VaultRequest,
  collection: keyof typeof listed,
  map: ReadonlyMap<string, Versioned<V>>,
  item: (name: string, version: V) => object,
): CloudResponse {
  request.count(`${collection.slice(0, -1)}.list-deleted`);
  request.authorize(listed[collection]);
  const items = [...map].flatMap(([name, entry]) => {
    const version = currentVersion(entry);
    return entry.deletedMs === undefined || version === undefined
      ? []
      : [{ ...deletedParts(request, collection, name, entry.deletedMs), ...item(name, version) }];
  });
  return pageOf(request, items, `/deleted${collection}`);
}

function refuseManaged(kind: "secret" | "key", managed: boolean): void {
  if (managed)
    throw new VaultRefusal(
      403,
      "Forbidden",
      `Operation is not allowed on this ${kind}, since it is associated with a certificate.`,
    );
}
