import { json, type CloudResponse } from "../http/exchange.ts";
import { signedElsewhere } from "./certificate-import.ts";
import { bundleOf, entryOf, operationJson } from "./certificate-json.ts";
import type { PendingOperation } from "./model.ts";
import { badParameter, VaultRefusal } from "./vault-error.ts";
import { attributesIn, tagsIn, type VaultRequest } from "./vault-request.ts";
import { addCertificateVersion } from "./vault-store.ts";

/** `/certificates/{name}/pending`: the last create operation is read, cancelled, deleted or merged. */
export function handlePending(request: VaultRequest, name: string): CloudResponse {
  switch (`${request.method} ${request.path[2] ?? ""}`) {
    case "GET ":
      request.count("certificate.pending");
      request.authorise("certificates/read");
      break;
    case "PATCH ":
      request.count("certificate.cancel");
      request.authorise("certificates/update/action");
      operationOf(request, name).isCancelled = request.body["cancellation_requested"] === true;
      break;
    case "DELETE ": {
      request.count("certificate.give-up");
      request.authorise("certificates/update/action");
      const operation = operationOf(request, name);
      entryOf(request, name).pending = undefined;
      return json(200, operationJson(request, name, operation));
    }
    case "POST merge":
      return merge(request, name);
    default:
      throw new VaultRefusal(405, "MethodNotAllowed", "Method not allowed");
  }
  const operation = operationOf(request, name);
  const headers =
    operation.status === "inProgress" ? { "Retry-After": request.retryAfter(10) } : {};
  return json(200, operationJson(request, name, operation), headers);
}

/** @throws VaultRefusal 404 */
function operationOf(request: VaultRequest, name: string): PendingOperation {
  const { pending } = request.vault.certificates.get(name) ?? {};
  if (pending === undefined)
    throw new VaultRefusal(
      404,
      "PendingCertificateNotFound",
      `Pending certificate not found: ${name}`,
    );
  return pending;
}

/** Completes the operation with a certificate for its key (rest/api/keyvault/certificates/merge-certificate). */
function merge(request: VaultRequest, name: string): CloudResponse {
  request.count("certificate.merge");
  request.authorise("certificates/create/action");
  const entry = entryOf(request, name);
  const operation = operationOf(request, name);
  if (operation.status === "completed")
    throw badParameter("The certificate operation is completed already.");
  const { x5c } = request.body;
  if (!Array.isArray(x5c) || x5c.length === 0) throw badParameter("Property 'x5c' is required.");
  const { made, chain } = signedElsewhere(x5c.map(String), operation.keys);
  const version = addCertificateVersion(request.vault, name, made, {
    version: operation.version,
    nowMs: request.nowMs,
    tags: tagsIn(request.body) ?? operation.tags,
    enabled: attributesIn(request.body).enabled ?? operation.enabled,
    pfxEncryption: request.pfxEncryption,
    chain,
  });
  operation.status = "completed";
  request.announce(name, version);
  return json(201, bundleOf(request, name, version, entry));
}
