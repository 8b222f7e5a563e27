import { json, notEmulated, type CloudResponse } from "../http/exchange.ts";
import { currentVersion, type SecretVersion, type Versioned } from "./model.ts";
import { badParameter, disabled, notFound, VaultRefusal } from "./vault-error.ts";
import {
  attributesIn,
  attributesJson,
  changeAttributes,
  deletedParts,
  pageOf,
  readTags,
  tagsIn,
  type VaultHandler,
  type VaultRequest,
} from "./vault-request.ts";
import { addSecret } from "./vault-store.ts";

/** `/secrets…`: get, list, list versions, set, update, delete. */
export const handleSecrets: VaultHandler = (request) => {
  const [name, second] = request.path;
  if (name === undefined) return listSecrets(request);
  if (second === "versions") return listVersions(request, name);
  if (second === "backup") return notEmulated("backup of secrets");
  switch (request.method) {
    case "GET":
      return getSecret(request, name, second);
    case "PUT":
      return setSecret(request, name);
    case "PATCH":
      return updateSecret(request, name, second);
    case "DELETE":
      return deleteSecret(request, name);
    default:
      throw new VaultRefusal(405, "MethodNotAllowed", "Method not allowed");
  }
};

function idOf(request: VaultRequest, name: string, version?: string): string {
  return `${request.baseUrl}/secrets/${name}${version === undefined ? "" : `/${version}`}`;
}

function entryOf(request: VaultRequest, name: string): Versioned<SecretVersion> {
  const entry = request.vault.secrets.get(name);
  if (entry === undefined || entry.deletedMs !== undefined) throw notFound("secret", name);
  return entry;
}

function versionOf(request: VaultRequest, name: string, version?: string): SecretVersion {
  const entry = entryOf(request, name);
  const found = version === undefined ? currentVersion(entry) : entry.versions.get(version);
  if (found === undefined) throw notFound("secret", `${name}/${version ?? ""}`);
  return found;
}

/** A secret without its value. */
export function describe(request: VaultRequest, name: string, secret: SecretVersion): object {
  return {
    id: idOf(request, name, secret.version),
    contentType: secret.contentType,
    attributes: attributesJson(secret.attributes),
    tags: secret.tags,
    ...(secret.managed && {
      managed: true,
      kid: `${request.baseUrl}/keys/${name}/${secret.version}`,
    }),
  };
}

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
  const items = [...request.vault.secrets]
    .filter(([, entry]) => entry.deletedMs === undefined)
    .flatMap(([name, entry]) => {
      const current = currentVersion(entry);
      return current ? [{ ...describe(request, name, current), id: idOf(request, name) }] : [];
    });
  return json(200, pageOf(request, items, "/secrets"));
}

function listVersions(request: VaultRequest, name: string): CloudResponse {
  request.count("secret.versions");
  request.authorise("secrets/readMetadata/action");
  const items = [...(request.vault.secrets.get(name)?.versions.values() ?? [])]
    .toSorted((a, b) => (a.version < b.version ? -1 : 1))
    .map((secret) => describe(request, name, secret));
  return json(200, pageOf(request, items, `/secrets/${name}/versions`));
}

function setSecret(request: VaultRequest, name: string): CloudResponse {
  request.count("secret.set");
  request.authorise("secrets/setSecret/action");
  const { value, contentType } = request.body;
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
      tags: readTags(request.body),
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
