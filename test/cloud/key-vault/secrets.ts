import { json, type CloudResponse } from "../http/exchange.ts";
import { backup, restore } from "./backup.ts";
import { pfxAsPem } from "./certificate-import.ts";
import { listCurrent, listVersions } from "./listing.ts";
import type { SecretVersion } from "./model.ts";
import { describe, entryOf, idOf, versionOf } from "./secret-json.ts";
import { isSince } from "./service-version.ts";
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

/** The largest secret, in bytes (about-secrets). */
const LONGEST = 25_600;

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
  request.authorize("secrets/getSecret/action");
  const secret = versionOf(request, name, version);
  if (!secret.attributes.enabled) throw disabled("secret", "get");
  const { value, contentType } = converted(secret, wantedType(request));
  return json(200, { value, ...describe(request, name, secret), contentType });
}

const wantedType = ({ query }: VaultRequest): string | null =>
  isSince(query, "2025-06-01") ? query.get("outContentType") : null;

/** The secret of a certificate in another format: only from PFX to PEM (rest/api/keyvault/secrets/get-secret). */
function converted(
  { value, contentType }: SecretVersion,
  wanted: string | null,
): Pick<SecretVersion, "value" | "contentType"> {
  if (wanted === null || wanted === contentType) return { value, contentType };
  if (wanted !== "application/x-pem-file" || contentType !== "application/x-pkcs12")
    throw badParameter("Property outContentType has invalid value\r\n");
  return { value: pfxAsPem(value), contentType: wanted };
}

function listSecrets(request: VaultRequest): CloudResponse {
  request.count("secret.list");
  request.authorize("secrets/readMetadata/action");
  return listCurrent(request, "secrets", request.vault.secrets, (name, secret) => ({
    ...describe(request, name, secret),
    id: idOf(request, name),
  }));
}

function listSecretVersions(request: VaultRequest, name: string): CloudResponse {
  request.count("secret.versions");
  request.authorize("secrets/readMetadata/action");
  return listVersions(request, "secrets", request.vault.secrets, (_id, secret) =>
    describe(request, name, secret),
  );
}

function setSecret(request: VaultRequest, name: string): CloudResponse {
  request.count("secret.set");
  request.authorize("secrets/setSecret/action");
  const { value, contentType } = request.body;
  checkName(name);
  if (typeof value !== "string") throw badParameter("Parameter 'value' is required.");
  if (Buffer.byteLength(value) > LONGEST)
    throw badParameter("Property value has invalid value\r\n");
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
  request.authorize("secrets/update/action");
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
  request.authorize("secrets/delete");
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
