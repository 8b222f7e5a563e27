import type { TokenClaims } from "../entra/verify-token.ts";
import { json, type CloudResponse } from "../http/exchange.ts";
import type { Vault } from "./model.ts";
import type { VaultAction } from "./roles.ts";

/** A refusal with Key Vault's own text. */
export class VaultRefusal extends Error {
  override readonly name = "VaultRefusal";
  readonly status: number;
  readonly code: string;
  readonly inner: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    more: { inner?: string; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.inner = more.inner;
    this.headers = more.headers ?? {};
  }
}

/** The answer for a refusal. */
export function vaultRefusalResponse(refusal: VaultRefusal): CloudResponse {
  return json(
    refusal.status,
    {
      error: {
        code: refusal.code,
        message: refusal.message,
        ...(refusal.inner !== undefined && { innererror: { code: refusal.inner } }),
      },
    },
    refusal.headers,
  );
}

export type ObjectKind = "secret" | "key" | "certificate";

const article: Readonly<Record<ObjectKind, string>> = {
  secret: "A secret",
  key: "A key",
  certificate: "A certificate",
};
const notFoundCode: Readonly<Record<ObjectKind, string>> = {
  secret: "SecretNotFound",
  key: "KeyNotFound",
  certificate: "CertificateNotFound",
};

/** The name or its version does not exist. */
export function notFound(kind: ObjectKind, id: string): VaultRefusal {
  return new VaultRefusal(
    404,
    notFoundCode[kind],
    `${article[kind]} with (name/id) ${id} was not found in this key vault. If you recently deleted this ${kind} you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182`,
  );
}

/** No role assignment allows the action; the text is that of vaults under Azure RBAC. */
export function forbiddenByRbac(
  vault: Vault,
  claims: TokenClaims,
  action: VaultAction,
  object: string,
): VaultRefusal {
  const resource = `/subscriptions/00000000-0000-4000-8000-000000000000/resourcegroups/local/providers/microsoft.keyvault/vaults/${vault.name}${object}`;
  return new VaultRefusal(
    403,
    "Forbidden",
    `Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or role definitions were changed recently, please observe propagation time.\r\nCaller: appid=${claims.appId};oid=${claims.principalId};iss=${claims.issuer}\r\nAction: 'Microsoft.KeyVault/vaults/${action}'\r\nResource: '${resource}'\r\nAssignment: (not found)\r\nDenyAssignmentId: null\r\nDecisionReason: null \r\nVault: ${vault.name};location=westeurope\r\n`,
    { inner: "ForbiddenByRbac" },
  );
}

/** The version is disabled. */
export function disabled(kind: ObjectKind, operation: string): VaultRefusal {
  const inner = `${kind[0]?.toUpperCase()}${kind.slice(1)}Disabled`;
  return new VaultRefusal(
    403,
    "Forbidden",
    `Operation ${operation} is not allowed on a disabled ${kind}.`,
    { inner },
  );
}

export function badParameter(message: string): VaultRefusal {
  return new VaultRefusal(400, "BadParameter", message);
}

/** The name is soft-deleted: it can be recovered or purged, not reused. */
export function deletedButRecoverable(kind: ObjectKind, name: string): VaultRefusal {
  return new VaultRefusal(
    409,
    "Conflict",
    `${kind[0]?.toUpperCase()}${kind.slice(1)} ${name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the ${kind} can only be recovered or purged.`,
    { inner: "ObjectIsDeletedButRecoverable" },
  );
}
