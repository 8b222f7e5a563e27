import { json, type CloudResponse } from "../http/exchange.ts";
import { bundleOf, deletedJson } from "./certificate-json.ts";
import { currentVersion } from "./model.ts";
import { notFound, VaultRefusal } from "./vault-error.ts";
import { attributesJson, type VaultHandler, type VaultRequest } from "./vault-request.ts";

/** `/deletedcertificates/{name}`: get, recover, purge. */
export const handleDeletedCertificates: VaultHandler = (request) => {
  const [name = "", second] = request.path;
  const entry = request.vault.certificates.get(name);
  const version = entry && currentVersion(entry);
  if (entry?.deletedMs === undefined || version === undefined) throw notFound("certificate", name);
  const { vault } = request;
  const parts = [entry, vault.keys.get(name), vault.secrets.get(name)];
  if (request.method === "POST" && second === "recover") {
    request.count("certificate.recover");
    request.authorise("certificates/recover/action");
    for (const part of parts) if (part !== undefined) part.deletedMs = undefined;
    return json(200, bundleOf(request, name, version, entry));
  }
  if (request.method === "DELETE") {
    request.count("certificate.purge");
    request.authorise("certificates/purge/action");
    for (const map of [vault.certificates, vault.keys, vault.secrets]) map.delete(name);
    return { status: 204 };
  }
  request.count("certificate.deleted");
  request.authorise("certificates/read");
  return json(200, deletedJson(request, name, entry, version));
};

/** `/deletedsecrets/{name}`: get, recover, purge. */
export const handleDeletedSecrets: VaultHandler = (request) => {
  const [name = "", second] = request.path;
  const entry = request.vault.secrets.get(name);
  const secret = entry && currentVersion(entry);
  if (entry?.deletedMs === undefined || secret === undefined) throw notFound("secret", name);
  const describe = (): CloudResponse =>
    json(200, {
      id: `${request.baseUrl}/secrets/${name}/${secret.version}`,
      attributes: attributesJson(secret.attributes),
      recoveryId: `${request.baseUrl}/deletedsecrets/${name}`,
    });
  if (request.method === "POST" && second === "recover") {
    refuseManaged(secret.managed);
    request.count("secret.recover");
    request.authorise("secrets/recover/action");
    entry.deletedMs = undefined;
    return describe();
  }
  if (request.method === "DELETE") {
    refuseManaged(secret.managed);
    return purgeSecret(request, name);
  }
  request.count("secret.deleted");
  request.authorise("secrets/readMetadata/action");
  return describe();
};

function purgeSecret(request: VaultRequest, name: string): CloudResponse {
  request.count("secret.purge");
  request.authorise("secrets/purge/action");
  request.vault.secrets.delete(name);
  return { status: 204 };
}

function refuseManaged(managed: boolean): void {
  if (managed)
    throw new VaultRefusal(
      403,
      "Forbidden",
      "Operation is not allowed on this secret, since it is associated with a certificate.",
    );
}
