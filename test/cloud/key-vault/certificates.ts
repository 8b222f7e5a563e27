import { json, type CloudResponse } from "../http/exchange.ts";
import { backup, restore } from "./backup.ts";
import { create, guarded, importCertificate } from "./certificate-create.ts";
import {
  bundleOf,
  deletedJson,
  entryOf,
  itemOf,
  policyOf,
  versionJson,
  versionOf,
} from "./certificate-json.ts";
import { handlePending } from "./certificate-pending.ts";
import { handleContacts, handleIssuers } from "./issuers.ts";
import { listCurrent, listVersions } from "./listing.ts";
import { currentVersion } from "./model.ts";
import { readPolicy } from "./policy.ts";
import { VaultRefusal } from "./vault-error.ts";
import {
  attributesIn,
  changeAttributes,
  tagsIn,
  type VaultHandler,
  type VaultRequest,
} from "./vault-request.ts";

/** `/certificates…`: get, list, versions, policy, create, pending, import, update, delete, issuers, contacts. */
export const handleCertificates: VaultHandler = (request) => {
  const [name, second] = request.path;
  if (name === undefined) return listCertificates(request);
  if (name === "issuers") return handleIssuers(request);
  if (name === "contacts") return handleContacts(request);
  if (second === "pending") return handlePending(request, name);
  switch (`${request.method} ${second ?? ""}`) {
    case "GET versions":
      return listCertificateVersions(request);
    case "GET policy":
      request.count("certificate.policy");
      request.authorize("certificates/read");
      return json(200, policyOf(request, name, entryOf(request, name)));
    case "PATCH policy":
      return updatePolicy(request, name);
    case "POST create":
      return create(request, name);
    case "POST import":
      return importCertificate(request, name);
    case "POST backup":
      return backup(request, "certificates", name);
    default:
  }
  if (request.method === "POST" && name === "restore") return restore(request, "certificates");
  if (request.method === "GET") return getCertificate(request, name, second);
  if (request.method === "PATCH") return update(request, name, second);
  if (request.method === "DELETE" && second === undefined) return remove(request, name);
  throw new VaultRefusal(405, "MethodNotAllowed", "Method not allowed");
};

function getCertificate(request: VaultRequest, name: string, version?: string): CloudResponse {
  request.count("certificate.get");
  request.authorize("certificates/read");
  return json(200, shown(request, name, version));
}

/** What is answered for a name, or for a version of it. */
function shown(request: VaultRequest, name: string, version: string | undefined): object {
  const found = versionOf(request, name, version);
  return version === undefined
    ? bundleOf(request, name, found, entryOf(request, name))
    : versionJson(request, name, found);
}

function listCertificates(request: VaultRequest): CloudResponse {
  request.count("certificate.list");
  request.authorize("certificates/read");
  const isWhole = request.query.get("includePending") !== "true";
  const entries = [...request.vault.certificates].filter(
    ([, entry]) => !isWhole || currentVersion(entry)?.certificate !== undefined,
  );
  return listCurrent(request, "certificates", new Map(entries), (name, version) =>
    itemOf(request, name, version),
  );
}

function listCertificateVersions(request: VaultRequest): CloudResponse {
  request.count("certificate.versions");
  request.authorize("certificates/read");
  return listVersions(request, "certificates", request.vault.certificates, (id, version) =>
    itemOf(request, id, version),
  );
}

function updatePolicy(request: VaultRequest, name: string): CloudResponse {
  request.count("certificate.policy");
  request.authorize("certificates/update/action");
  const entry = entryOf(request, name);
  entry.policy = guarded(() => readPolicy(request.body, entry.policy));
  entry.policyMs = request.nowMs;
  return json(200, policyOf(request, name, entry));
}

function update(request: VaultRequest, name: string, version?: string): CloudResponse {
  request.count("certificate.update");
  request.authorize("certificates/update/action");
  const found = versionOf(request, name, version);
  // The certificate itself says from when to when it holds.
  const change = { ...attributesIn(request.body), notBeforeMs: undefined, expiresMs: undefined };
  changeAttributes(found.attributes, change, request.nowMs);
  found.tags = tagsIn(request.body) ?? found.tags;
  return json(200, shown(request, name, version));
}

function remove(request: VaultRequest, name: string): CloudResponse {
  request.count("certificate.delete");
  request.authorize("certificates/delete");
  const entry = entryOf(request, name);
  const version = versionOf(request, name);
  for (const part of [entry, request.vault.keys.get(name), request.vault.secrets.get(name)])
    if (part !== undefined) part.deletedMs = request.nowMs;
  return json(200, deletedJson(request, name, entry, version));
}
