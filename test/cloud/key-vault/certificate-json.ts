import {
  currentVersion,
  type CertificateEntry,
  type CertificateVersionEntry,
  type PendingOperation,
} from "./model.ts";
import { policyJson } from "./policy.ts";
import { notFound } from "./vault-error.ts";
import { attributesJson, deletedParts, type VaultRequest } from "./vault-request.ts";

/** The entry of a name that is not deleted. @throws VaultRefusal 404 */
export function entryOf(request: VaultRequest, name: string): CertificateEntry {
  const entry = request.vault.certificates.get(name);
  if (entry === undefined || entry.deletedMs !== undefined) throw notFound("certificate", name);
  return entry;
}

/** A version; the current one if `version` is not given. @throws VaultRefusal 404 */
export function versionOf(
  request: VaultRequest,
  name: string,
  version?: string,
): CertificateVersionEntry {
  const entry = entryOf(request, name);
  const found = version === undefined ? currentVersion(entry) : entry.versions.get(version);
  if (found === undefined) throw notFound("certificate", `${name}/${version ?? ""}`);
  return found;
}

/** The policy of a certificate in its REST form. */
export function policyOf(request: VaultRequest, name: string, entry: CertificateEntry): object {
  const [first] = entry.versions.values();
  const created = Math.floor((first?.attributes.createdMs ?? request.nowMs) / 1000);
  return {
    ...policyJson(entry.policy, `${request.baseUrl}/certificates/${name}/policy`),
    attributes: {
      enabled: true,
      created,
      updated: Math.max(created, Math.floor((entry.policyMs ?? 0) / 1000)),
    },
  };
}

/** An entry of a listing. */
export function itemOf(
  request: VaultRequest,
  id: string,
  version: CertificateVersionEntry,
): object {
  return {
    id: `${request.baseUrl}/certificates/${id}`,
    ...(version.certificate && {
      x5t: Buffer.from(version.certificate.thumbprint, "hex").toString("base64url"),
    }),
    attributes: attributesJson(request, version.attributes),
    tags: version.tags,
    subject: "",
  };
}

/** A certificate bundle in its REST form, as it is answered for a name. */
export function bundleOf(
  request: VaultRequest,
  name: string,
  version: CertificateVersionEntry,
  entry: CertificateEntry,
): Record<string, unknown> {
  return {
    ...versionJson(request, name, version),
    policy: policyOf(request, name, entry),
    pending: { id: `${request.baseUrl}/certificates/${name}/pending` },
  };
}

/** What is answered for a version: neither policy nor operation (recorded by Azure's SDK for .NET). */
export function versionJson(
  request: VaultRequest,
  name: string,
  version: CertificateVersionEntry,
): Record<string, unknown> {
  const id = `${name}/${version.version}`;
  return {
    ...itemOf(request, id, version),
    subject: undefined,
    ...(version.certificate && {
      kid: `${request.baseUrl}/keys/${id}`,
      sid: `${request.baseUrl}/secrets/${id}`,
      cer: version.certificate.der.toString("base64"),
    }),
  };
}

/** A deleted certificate in its REST form. */
export function deletedJson(
  request: VaultRequest,
  name: string,
  entry: CertificateEntry,
  version: CertificateVersionEntry,
): Record<string, unknown> {
  return {
    ...deletedParts(request, "certificates", name, entry.deletedMs ?? request.nowMs),
    ...bundleOf(request, name, version, entry),
  };
}

const merging = "Please Perform Merge to complete the request.";
const waiting =
  "Certificate request is in progress. This may take some time based on the issuer provider. Please check again later.";

/** A create operation in its REST form. */
export function operationJson(
  request: VaultRequest,
  name: string,
  operation: PendingOperation,
): Record<string, unknown> {
  const id = `${request.baseUrl}/certificates/${name}`;
  return {
    id: `${id}/pending`,
    issuer: { name: operation.issuer.name },
    csr: operation.signingRequest.toString("base64"),
    cancellation_requested: operation.isCancelled,
    status: operation.status,
    ...(operation.status === "completed" && { target: id }),
    ...(operation.status === "inProgress" && {
      status_details: `Pending certificate created. ${operation.issuer.name === "Unknown" ? merging : waiting}`,
    }),
    ...(operation.error && { error: operation.error }),
    request_id: operation.requestId,
  };
}
