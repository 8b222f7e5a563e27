import { createSigningRequest } from "../certificates/signing-request.ts";
import { json, notEmulated, type CloudResponse } from "../http/exchange.ts";
import { readPem, readPkcs12 } from "./certificate-import.ts";
import { bundleOf, operationJson } from "./certificate-json.ts";
import { curveName } from "./elliptic.ts";
import { issuerNotFound } from "./issuers.ts";
import type { PendingOperation } from "./model.ts";
import {
  type CertificatePolicy,
  commonNameOf,
  defaultPolicy,
  extensionsOf,
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
  signOwn,
} from "./vault-store.ts";

/**
 * Starts the creation of a version by policy; the answer is 202 and the client polls the operation. A
 * version by the issuer Unknown waits for `merge`.
 */
export async function create(request: VaultRequest, name: string): Promise<CloudResponse> {
  request.count("certificate.create");
  request.authorise("certificates/create/action");
  checkName(name);
  const known = request.vault.certificates.get(name);
  const policy = guarded(() => readPolicy(request.body["policy"], known?.policy ?? defaultPolicy));
  const { issuer } = policy;
  const isSelf = issuer.name === "Self";
  if (!isSelf && issuer.name !== "Unknown") {
    if (!request.vault.issuers.has(issuer.name)) throw issuerNotFound(issuer.name);
    return notEmulated(`a certificate by the issuer ${issuer.name}`);
  }
  const entry = certificateEntry(request.vault, name, policy);
  entry.policy = policy;
  entry.policyMs = request.nowMs;
  const operation = await begin(request, name, policy);
  entry.pending = operation;
  // The operation is in progress when it is answered, and done when it is asked for.
  const body = operationJson(request, name, operation);
  if (isSelf) {
    const made = await signOwn(policy, operation.keys, request.nowMs);
    const version = addCertificateVersion(request.vault, name, made, {
      ...operation,
      nowMs: request.nowMs,
      pfxEncryption: request.pfxEncryption,
    });
    operation.status = "completed";
    request.announce(name, version);
  } else addUnsignedVersion(entry, operation, request.nowMs);
  const location = `${request.baseUrl}/certificates/${name}/pending?api-version=${request.query.get("api-version") ?? ""}&request_id=${operation.requestId}`;
  return json(202, body, { Location: location, "Retry-After": request.retryAfter(10) });
}

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
    signingRequest: createSigningRequest(commonNameOf(policy), keys, extensionsOf(policy)),
    version: newVersion(),
    tags: tagsIn(request.body),
    enabled: enabledOf(request.body) ?? true,
    isCancelled: false,
    status: "inProgress",
  };
}

/** Imports a PEM or PKCS#12 file with key and certificate as a version. */
export function importCertificate(request: VaultRequest, name: string): CloudResponse {
  request.count("certificate.import");
  request.authorise("certificates/import/action");
  checkName(name);
  const { value, pwd } = request.body;
  if (typeof value !== "string") throw badParameter("Parameter 'value' is required.");
  // PEM comes as it is, or in base64 again.
  const text = value.includes(pemHead) ? value : Buffer.from(value, "base64").toString("latin1");
  const isPem = text.includes(pemHead);
  const made = isPem ? readPem(text) : readPkcs12(value, typeof pwd === "string" ? pwd : "");
  const { publicKey } = made.keys;
  const base: CertificatePolicy = {
    ...defaultPolicy,
    subject: `CN=${made.certificate.subject}`,
    contentType: isPem ? "application/x-pem-file" : "application/x-pkcs12",
    issuer: { name: "Unknown" },
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
