import { json, type CloudResponse } from "../http/exchange.ts";
import { signedElsewhere } from "./certificate-import.ts";
import { bundleOf, entryOf, operationJson } from "./certificate-json.ts";
import type { CertificateEntry, PendingOperation, Vault } from "./model.ts";
import { badParameter, VaultRefusal } from "./vault-error.ts";
import { attributesIn, tagsIn, type VaultRequest } from "./vault-request.ts";
import { addCertificateVersion, signByPolicy } from "./vault-store.ts";

/** `/certificates/{name}/pending`: the last create operation is read, cancelled, deleted or merged. */
export function handlePending(request: VaultRequest, name: string): CloudResponse {
  switch (`${request.method} ${request.path[2] ?? ""}`) {
    case "GET ":
      request.count("certificate.pending");
      request.authorize("certificates/read");
      return get(request, name);
    case "PATCH ":
      request.count("certificate.cancel");
      request.authorize("certificates/update/action");
      return cancel(request, name);
    case "DELETE ": {
      request.count("certificate.give-up");
      request.authorize("certificates/update/action");
      const operation = operationOf(request, name);
      entryOf(request, name).pending = undefined;
      return json(200, operationJson(request, name, operation));
    }
    case "POST merge":
      request.count("certificate.merge");
      request.authorize("certificates/create/action");
      return merge(request, name);
    default:
      throw new VaultRefusal(405, "MethodNotAllowed", "Method not allowed");
  }
}

function get(request: VaultRequest, name: string): CloudResponse {
  const operation = operationOf(request, name);
  const isWaiting = operation.status === "inProgress";
  const headers = isWaiting ? { "Retry-After": request.retryAfter(10) } : {};
  return json(200, operationJson(request, name, operation), headers);
}

/** The answer still says that it is in progress (recorded by Azure's SDK for .NET). */
function cancel(request: VaultRequest, name: string): CloudResponse {
  const operation = operationOf(request, name);
  if (operation.status !== "inProgress")
    throw new VaultRefusal(403, "Forbidden", "Pending status must be in progress to allow update.");
  operation.isCancelled = request.body["cancellation_requested"] === true;
  return json(200, operationJson(request, name, operation));
}

/** The operation; `request_id` filters (create-certificate-scenarios). @throws VaultRefusal 404 */
function operationOf(request: VaultRequest, name: string): PendingOperation {
  const { pending } = request.vault.certificates.get(name) ?? {};
  const asked = request.query.get("request_id") ?? pending?.requestId;
  if (pending === undefined || asked !== pending.requestId)
    throw new VaultRefusal(
      404,
      "PendingCertificateNotFound",
      `Pending certificate not found: ${name}`,
    );
  return pending;
}

/** Completes the operation with a certificate for its key (rest/api/keyvault/certificates/merge-certificate). */
function merge(request: VaultRequest, name: string): CloudResponse {
  const entry = entryOf(request, name);
  const operation = operationOf(request, name);
  const { issuer, status } = operation;
  if (status === "completed") throw badParameter("The certificate operation is completed already.");
  if (status === "inProgress" && issuer.name !== "Unknown")
    throw new VaultRefusal(
      403,
      "Forbidden",
      `Merge is forbidden on pending object created with issuer : ${issuer.name} while it is in progess.`,
    );
  const { x5c } = request.body;
  if (!Array.isArray(x5c) || x5c.length === 0) throw badParameter("Property 'x5c' is required.");
  const { made, chain } = signedElsewhere(x5c.map(String), operation.keys);
  const version = addCertificateVersion(request.vault, name, made, {
    ...operation,
    nowMs: request.nowMs,
    tags: tagsIn(request.body) ?? operation.tags,
    enabled: attributesIn(request.body).enabled ?? operation.enabled,
    pfxEncryption: request.pfxEncryption,
    chain,
  });
  operation.status = "completed";
  request.announce(name, version);
  const { baseUrl, query } = request;
  const location = `${baseUrl}/certificates/${name}?api-version=${query.get("api-version") ?? ""}`;
  return json(201, bundleOf(request, name, version, entry), { Location: location });
}

/** @throws VaultRefusal 409 while an operation is in progress (create-certificate-scenarios) */
export function checkNonePending(entry: CertificateEntry | undefined): void {
  if (entry?.deletedMs === undefined && entry?.pending?.status === "inProgress")
    throw new VaultRefusal(
      409,
      "Forbidden",
      "A new key vault certificate can not be created or imported while a pending key vault certificate's status is inProgress.",
    );
}

/**
 * Ends the operations that are due: those that were to be cancelled, and those that the vault itself
 * signs, after the time that this takes.
 */
export async function settleOperations(
  vault: Vault,
  context: Pick<VaultRequest, "nowMs" | "pfxEncryption" | "announce">,
): Promise<void> {
  for (const [name, entry] of vault.certificates) {
    const { pending } = entry;
    if (pending?.status !== "inProgress") continue;
    if (pending.isCancelled) pending.status = "cancelled";
    else if (pending.dueMs !== undefined && context.nowMs >= pending.dueMs) {
      pending.status = "completed";
      const made = await signByPolicy(entry.policy, pending.keys, context.nowMs);
      const { nowMs, pfxEncryption } = context;
      const options = { ...pending, nowMs, pfxEncryption };
      context.announce(name, addCertificateVersion(vault, name, made, options));
    }
  }
}
