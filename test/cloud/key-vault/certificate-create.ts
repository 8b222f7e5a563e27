import { randomUUID } from "node:crypto";

import { json, notEmulated, type CloudResponse } from "../http/exchange.ts";
import { bundleOf, entryOf, operationJson } from "./certificate-json.ts";
import { issuerNotFound } from "./issuers.ts";
import type { CertificateEntry, PendingOperation } from "./model.ts";
import { defaultPolicy, PolicyRefusal, readPolicy } from "./policy.ts";
import { badParameter, VaultRefusal } from "./vault-error.ts";
import { checkName, enabledOf, tagsIn, type VaultRequest } from "./vault-request.ts";
import {
  addCertificateVersion,
  certificateEntry,
  makeCertificate,
  readPem,
  readPkcs12,
} from "./vault-store.ts";

/** Starts the creation of a version by policy; the answer is 202 and the client polls the operation. */
export function create(request: VaultRequest, name: string): CloudResponse {
  request.count("certificate.create");
  request.authorise("certificates/create/action");
  checkName(name);
  const known = request.vault.certificates.get(name);
  const policy = guarded(() => readPolicy(request.body["policy"], known?.policy ?? defaultPolicy));
  const { issuerName } = policy;
  if (issuerName !== "Self") {
    const isKnown = issuerName === "Unknown" || request.vault.issuers.has(issuerName);
    if (!isKnown) throw issuerNotFound(issuerName);
    return notEmulated(`a certificate by the issuer ${issuerName}`);
  }
  const entry = certificateEntry(request.vault, name, policy);
  entry.policy = policy;
  const operation: PendingOperation = {
    requestId: randomUUID().replaceAll("-", ""),
    issuerName: "Self",
    status: "inProgress",
  };
  entry.pending = operation;
  void complete(request, name, operation, entry);
  const location = `${request.baseUrl}/certificates/${name}/pending?api-version=${request.query.get("api-version") ?? ""}&request_id=${operation.requestId}`;
  return json(202, operationJson(request, name, operation), { Location: location });
}

async function complete(
  request: VaultRequest,
  name: string,
  operation: PendingOperation,
  entry: CertificateEntry,
): Promise<void> {
  const made = await makeCertificate(entry, request.vault, name, request.nowMs);
  const version = addCertificateVersion(request.vault, name, made, {
    nowMs: request.nowMs,
    tags: tagsIn(request.body),
    pfxEncryption: request.pfxEncryption,
    enabled: enabledOf(request.body) ?? true,
  });
  operation.status = "completed";
  request.announce(name, version);
}

/** The last create operation. */
export function pending(request: VaultRequest, name: string): CloudResponse {
  request.count("certificate.pending");
  request.authorise("certificates/read");
  const operation = entryOf(request, name).pending;
  if (operation === undefined)
    throw new VaultRefusal(404, "PendingCertificateNotFound", "Pending certificate not found.");
  return json(200, operationJson(request, name, operation));
}

/** Imports a PEM or PKCS#12 file with key and certificate as a version; a PKCS#12 file has no password. */
export function importCertificate(request: VaultRequest, name: string): CloudResponse {
  request.count("certificate.import");
  request.authorise("certificates/import/action");
  const { value, pwd } = request.body;
  if (typeof value !== "string") throw badParameter("Parameter 'value' is required.");
  const isPem = value.includes("-----BEGIN ");
  if (!isPem && typeof pwd === "string" && pwd !== "")
    return notEmulated("importing a PKCS#12 file with a password");
  const made = isPem ? readPem(value) : readPkcs12(value);
  const contentType = isPem ? "application/x-pem-file" : "application/x-pkcs12";
  const base = {
    ...defaultPolicy,
    subject: `CN=${made.certificate.subject}`,
    contentType,
  } as const;
  const entry = certificateEntry(request.vault, name, base);
  entry.policy = guarded(() => readPolicy(request.body["policy"], base));
  const version = addCertificateVersion(request.vault, name, made, {
    nowMs: request.nowMs,
    tags: tagsIn(request.body),
    pfxEncryption: request.pfxEncryption,
    enabled: enabledOf(request.body) ?? true,
  });
  request.announce(name, version);
  return json(200, bundleOf(request, name, version, entry));
}

/** Parses a policy and converts its refusal to the vault's form. @throws VaultRefusal 400 */
export function guarded<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof PolicyRefusal) throw badParameter(error.message);
    throw error;
  }
}
