import { json, type CloudResponse } from "../http/exchange.ts";
import { backup, restore } from "./backup.ts";
import { listCurrent, listVersions } from "./listing.ts";
import { describe, entryOf, idOf, versionOf } from "./secret-json.ts";
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
import { addSecret } from "./vault-store.ts";

/** `/secrets…`: get, list, list versions, set, update, delete. */
export const handleSecrets: VaultHandler = (request) => {
  const [name, second] = request.path;
  if (name === undefined) return listSecrets(request);
  if (second === "versions") return listSecretVersions(request, name);
  switch (request.method) {
    case "GET":
      return getSecret(request, name, second);
    case "PUT":
      return setSecret(request, name);
    case "PATCH":
      return updateSecret(request, name, second);
    case "DELETE":
      return deleteSecret(request, name);
    case "POST":
      if (name === "restore") return restore(request, "secrets");
      if (second === "backup") return backup(request, "secrets", name);
    default:
  }
  throw new VaultRefusal(405, "MethodNotAllowed", "Method not allowed");
};

function getSecret(request: VaultRequest, name: string, version?: string): CloudResponse {
  request.count("secret.get");
  request.authorise("secrets/getSecret/action");
  const secret = versionOf(request, name, version);
  if (!secret.attributes.enabled) throw disabled("secret", "get");
  return json(200, { value: secret.value, ...describe(request, name, secret) });
}

function listSecrets(request: VaultRequest): CloudResponse {
  request.count("secret.list");
  request.authorise("secrets/readMetadata/action");
  return listCurrent(request, "secrets", request.vault.secrets, (name, secret) => ({
    ...describe(request, name, secret),
    id: idOf(request, name),
  }));
}

function listSecretVersions(request: VaultRequest, name: string): CloudResponse {
  request.count("secret.versions");
  request.authorise("secrets/readMetadata/action");
  return listVersions(request, "secrets", request.vault.secrets, (_id, secret) =>
    describe(request, name, secret),
  );
}

function setSecret(request: VaultRequest, name: string): CloudResponse {
  request.count("secret.set");
  request.authorise("secrets/setSecret/action");
  const { value, contentType } = request.body;
  checkName(name);
  if (typeof value !== "string") throw badParameter("Parameter 'value' is required.");
  if (request.vault.certificates.has(name)) throw managedSecret("set");
  const { enabled = true, ...life } = attributesIn(request.body);
  const secret = addSecret(
    request.vault,
    name,
    {
      value,
      ...(typeof contentType === "string" && { contentType }),
      attributes: { enabled, ...life },
      tags: tagsIn(request.body),
    },
    request.nowMs,
  );
  return json(200, { value, ...describe(request, name, secret) });
}

function updateSecret(request: VaultRequest, name: string, version?: string): CloudResponse {
  request.count("secret.update");
  request.authorise("secrets/update/action");
  const secret = versionOf(request, name, version);
  if (secret.managed) throw managedSecret("update");
  const { contentType } = request.body;
  changeAttributes(secret.attributes, attributesIn(request.body), request.nowMs);
  if (typeof contentType === "string") secret.contentType = contentType;
  secret.tags = tagsIn(request.body) ?? secret.tags;
  return json(200, describe(request, name, secret));
}

function deleteSecret(request: VaultRequest, name: string): CloudResponse {
  request.count("secret.delete");
  request.authorise("secrets/delete");
  const entry = entryOf(request, name);
  const secret = versionOf(request, name);
  if (secret.managed) throw managedSecret("delete");
  entry.deletedMs = request.nowMs;
  return json(200, {
    ...deletedParts(request, "secrets", name, entry.deletedMs),
    ...describe(request, name, secret),
  });
}

function managedSecret(operation: string): VaultRefusal {
  return new VaultRefusal(
    403,
    "Forbidden",
    `Operation "${operation}" is not allowed on this secret, since it is associated with a certificate.`,
  );
}
