import { createSigningRequest } from "../certificates/signing-request.ts";
import { json, type CloudResponse } from "../http/exchange.ts";
import { readPem, readPkcs12, traitsOf } from "./certificate-import.ts";
import { bundleOf, operationJson } from "./certificate-json.ts";
import { checkNonePending, settleOperations } from "./certificate-pending.ts";
import { curveName } from "./elliptic.ts";
import { issuerNotFound } from "./issuers.ts";
import { checkHsm } from "./key-material.ts";
import type { PendingOperation } from "./model.ts";
import {
  type CertificatePolicy,
  defaultPolicy,
  extensionsOf,
  isHsmPolicy,
  nameOf,
  PolicyRefusal,
  readPolicy,
} from "./policy.ts";
import { badParameter } from "./vault-error.ts";
import { checkName, enabledOf, tagsIn, type VaultRequest } from "./vault-request.ts";
import {
  addCertificateVersion,
  addUnsignedVersion,
  certificateEntry,
  keysFor,
  newVersion,
} from "./vault-store.ts";

/**
 * Starts the creation of a version by policy; the answer is 202 and the client polls the operation. A
 * version by the issuer Unknown waits for `merge`, one by an issuer of the vault for that issuer.
 */
export async function create(request: VaultRequest, name: string): Promise<CloudResponse> {
  request.count("certificate.create");
  request.authorize("certificates/create/action");
  checkName(name);
  const { vault } = request;
  const known = vault.certificates.get(name);
  checkNonePending(known);
  const policy = guarded(() => readPolicy(request.body["policy"], known?.policy ?? manual));
  const { name: issuer } = policy.issuer;
  if (issuer !== "Self" && issuer !== "Unknown" && !vault.issuers.has(issuer))
    throw issuerNotFound(issuer);
  if (isHsmPolicy(policy)) checkHsm(vault);
  const entry = certificateEntry(vault, name, policy);
  entry.policy = policy;
  entry.policyMs = request.nowMs;
  const operation = await begin(request, name, policy);
  entry.pending = operation;
  // The operation is in progress when it is answered, though it may be done when it is asked for.
  const body = operationJson(request, name, operation);
  if (operation.dueMs === undefined) addUnsignedVersion(entry, operation, request.nowMs);
  else await settleOperations(vault, request);
  const location = `${request.baseUrl}/certificates/${name}/pending?api-version=${request.query.get("api-version") ?? ""}&request_id=${operation.requestId}`;
  return json(202, body, { Location: location, "Retry-After": request.retryAfter(10) });
}

/** Without an issuer a certificate is to be merged (create-certificate-scenarios). */
const manual: CertificatePolicy = { ...defaultPolicy, issuer: { name: "Unknown" } };

async function begin(
  request: VaultRequest,
  name: string,
  policy: CertificatePolicy,
): Promise<PendingOperation> {
  const keys = await keysFor(policy, request.vault, name);
  return {
    requestId: newVersion(),
    issuer: policy.issuer,
    keys,
    signingRequest: createSigningRequest(nameOf(policy), keys, extensionsOf(policy)),
    version: newVersion(),
    tags: tagsIn(request.body),
    enabled: enabledOf(request.body) ?? true,
    dueMs:
      policy.issuer.name === "Self" ? request.nowMs + request.certificateSeconds * 1000 : undefined,
    isCancelled: false,
    status: "inProgress",
  };
}

/** Imports a PEM or PKCS#12 file with key and certificate as a version. */
export function importCertificate(request: VaultRequest, name: string): CloudResponse {
  request.count("certificate.import");
  request.authorize("certificates/import/action");
  checkName(name);
  checkNonePending(request.vault.certificates.get(name));
  const { value, pwd } = request.body;
  if (typeof value !== "string") throw badParameter("Parameter 'value' is required.");
  // PEM comes as it is, or in base64 again.
  const text = value.includes(pemHead) ? value : Buffer.from(value, "base64").toString("latin1");
  const isPem = text.includes(pemHead);
  const made = isPem ? readPem(text) : readPkcs12(value, typeof pwd === "string" ? pwd : "");
  const { publicKey } = made.keys;
  const base: CertificatePolicy = {
    ...manual,
    ...traitsOf(made.certificate),
    contentType: isPem ? "application/x-pem-file" : "application/x-pkcs12",
    ...(publicKey.asymmetricKeyType === "ec"
      ? { keyType: "EC", curve: curveName(publicKey) }
      : { keySize: publicKey.asymmetricKeyDetails?.modulusLength ?? 2048 }),
  };
  const entry = certificateEntry(request.vault, name, base);
  entry.policy = guarded(() => readPolicy(request.body["policy"], base));
  entry.policyMs = request.nowMs;
  const version = addCertificateVersion(request.vault, name, made, {
    nowMs: request.nowMs,
    tags: tagsIn(request.body),
    pfxEncryption: request.pfxEncryption,
    enabled: enabledOf(request.body) ?? true,
  });
  request.announce(name, version);
  return json(200, bundleOf(request, name, version, entry));
}

const pemHead = "-----BEGIN ";

/** Parses a policy and converts its refusal to the vault's form. @throws VaultRefusal 400 */
export function guarded<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof PolicyRefusal) throw badParameter(error.message);
    throw error;
  }
}
