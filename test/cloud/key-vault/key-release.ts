import type { CloudResponse } from "../http/exchange.ts";
import { entryOf, versionOf } from "./key-json.ts";
import { currentVersion, type KeyEntry, type KeyVersion, type ReleasePolicy } from "./model.ts";
import { badParameter, disabled, VaultRefusal } from "./vault-error.ts";
import type { VaultRequest } from "./vault-request.ts";

/** A refusal of secure key release: its numbers as seen in recordings and issues of Azure's SDKs. */
const refused = (number: number, message: string): VaultRefusal =>
  badParameter(`AKV.SKR.${number}: ${message}`);

/**
 * Whether a new version may be released, and under which policy.
 * @throws VaultRefusal 400 unless both are given for a key in an HSM, or neither is
 */
export function readRelease(
  { body, vault }: VaultRequest,
  entry: KeyEntry | undefined,
  isHsm: boolean,
): { isExportable: boolean; policy: ReleasePolicy | undefined } {
  const { exportable } = (body["attributes"] ?? {}) as { exportable?: unknown };
  const known = entry && currentVersion(entry)?.protection.isExportable;
  const isExportable = exportable === undefined ? (known ?? false) : exportable === true;
  const policy = policyIn(body) ?? entry?.release;
  if (isExportable && vault.sku === "standard")
    throw refused(
      1001,
      "The exportable attribute is only supported with premium vaults and API version >= '7.3-preview'.",
    );
  if (known !== undefined && known !== isExportable)
    throw refused(1003, "The exportable attribute of an existing key cannot be changed.");
  if (isExportable && policy === undefined)
    throw refused(1004, "Exportable keys must have release policy.");
  if (!isExportable && policy !== undefined)
    throw refused(1005, "Non-exportable keys must not have release policy.");
  if (isExportable && !isHsm)
    throw refused(1006, "The exportable attribute is only supported for keys in HSMs.");
  return { isExportable, policy };
}

/** Changes a key's policy as a PATCH does. @throws VaultRefusal 400 */
export function changeRelease(
  { body, path: [, version] }: VaultRequest,
  entry: KeyEntry,
  key: KeyVersion,
): void {
  const { exportable } = (body["attributes"] ?? {}) as { exportable?: unknown };
  if (exportable !== undefined && exportable !== key.protection.isExportable)
    throw refused(1014, "Cannot modify the exportable state of a key.");
  const policy = policyIn(body);
  if (policy === undefined) return;
  if (!key.protection.isExportable)
    throw refused(1005, "Non-exportable keys must not have release policy.");
  if (version !== undefined)
    throw refused(1016, "Key Release Policy can only be set on versionless key.");
  if (entry.release?.immutable === true)
    throw refused(1020, "Immutable Key Release Policy cannot be modified.");
  entry.release = policy;
}

/** @throws VaultRefusal 400 for a policy that is no JSON */
function policyIn(body: Readonly<Record<string, unknown>>): ReleasePolicy | undefined {
  const given = (body["release_policy"] ?? {}) as Partial<ReleasePolicy>;
  if (typeof given.data !== "string" || given.data === "") return undefined;
  try {
    const rules: unknown = JSON.parse(Buffer.from(given.data, "base64url").toString("utf8"));
    return {
      contentType: given.contentType ?? "application/json; charset=utf-8",
      data: Buffer.from(JSON.stringify(rules)).toString("base64url"),
      immutable: given.immutable === true,
    };
  } catch {
    throw badParameter("The release policy is not valid JSON.");
  }
}

/**
 * `POST /keys/{name}/{version}/release` (rest/api/keyvault/keys/release). Nothing here attests an environment,
 * so every statement is refused as one that cannot be verified (azure-sdk-for-net#27957).
 */
export function release(request: VaultRequest, name: string, version?: string): CloudResponse {
  request.count("key.release");
  request.authorize("keys/release/action");
  const key = versionOf(request, name, version);
  if (!key.attributes.enabled) throw disabled("key", "release");
  if (entryOf(request, name).release === undefined)
    throw new VaultRefusal(403, "Forbidden", "Operation release is not permitted on this key.", {
      inner: "KeyOperationForbidden",
    });
  const { target } = request.body;
  if (typeof target !== "string" || target === "")
    throw badParameter("Property target has invalid value\r\n");
  throw new VaultRefusal(
    403,
    "Forbidden",
    "Target environment attestation statement cannot be verified.",
    { inner: "AccessDenied" },
  );
}
