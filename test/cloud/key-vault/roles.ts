/** The built-in data-plane roles of Key Vault that are emulated. */
export type VaultRole =
  | "Key Vault Administrator"
  | "Key Vault Secrets User"
  | "Key Vault Secrets Officer"
  | "Key Vault Certificate User"
  | "Key Vault Certificates Officer"
  | "Key Vault Crypto Officer"
  | "Key Vault Crypto User"
  | "Key Vault Crypto Service Encryption User"
  | "Key Vault Crypto Service Release User"
  | "Key Vault Reader"
  | "Key Vault Purge Operator";

/** A data action under `Microsoft.KeyVault/vaults/`; the last segment in a role may be `*`. */
export type VaultAction =
  | "secrets/getSecret/action"
  | "secrets/readMetadata/action"
  | "secrets/setSecret/action"
  | "secrets/update/action"
  | "secrets/delete"
  | "secrets/recover/action"
  | "secrets/purge/action"
  | "secrets/backup/action"
  | "secrets/restore/action"
  | "certificates/read"
  | "certificates/create/action"
  | "certificates/import/action"
  | "certificates/update/action"
  | "certificates/delete"
  | "certificates/recover/action"
  | "certificates/purge/action"
  | "certificates/backup/action"
  | "certificates/restore/action"
  | "keys/read"
  | "keys/create/action"
  | "keys/update/action"
  | "keys/delete"
  | "keys/recover/action"
  | "keys/purge/action"
  | "keys/rotate/action"
  | "keys/release/action"
  | "keys/import/action"
  | "keys/backup/action"
  | "keys/restore/action"
  | "keys/encrypt/action"
  | "keys/decrypt/action"
  | "keys/wrap/action"
  | "keys/unwrap/action"
  | "keyrotationpolicies/read"
  | "keyrotationpolicies/write"
  | "certificatecas/read"
  | "certificatecas/write"
  | "certificatecas/delete"
  | "certificatecontacts/write"
  | "keys/sign/action"
  | "keys/verify/action";

/** What each role allows (azure-security-docs, key-vault/general/rbac-guide.md). */
const allowed: Readonly<Record<VaultRole, readonly string[]>> = {
  "Key Vault Administrator": [
    "secrets/*",
    "certificates/*",
    "keys/*",
    "keyrotationpolicies/*",
    "certificatecas/*",
    "certificatecontacts/*",
  ],
  "Key Vault Secrets User": ["secrets/getSecret/action", "secrets/readMetadata/action"],
  "Key Vault Secrets Officer": ["secrets/*"],
  "Key Vault Certificate User": [
    "certificates/read",
    "secrets/getSecret/action",
    "secrets/readMetadata/action",
    "keys/read",
  ],
  "Key Vault Certificates Officer": ["certificates/*", "certificatecas/*", "certificatecontacts/*"],
  "Key Vault Crypto Officer": ["keys/*", "keyrotationpolicies/*"],
  "Key Vault Crypto User": [
    "keys/read",
    "keys/update/action",
    "keys/backup/action",
    "keys/encrypt/action",
    "keys/decrypt/action",
    "keys/wrap/action",
    "keys/unwrap/action",
    "keys/sign/action",
    "keys/verify/action",
  ],
  "Key Vault Crypto Service Encryption User": [
    "keys/read",
    "keys/wrap/action",
    "keys/unwrap/action",
  ],
  "Key Vault Crypto Service Release User": ["keys/release/action"],
  "Key Vault Reader": ["certificates/read", "keys/read", "secrets/readMetadata/action"],
  "Key Vault Purge Operator": [
    "secrets/purge/action",
    "certificates/purge/action",
    "keys/purge/action",
  ],
};

/** Whether one of the roles allows the action. */
export function isAllowed(roles: readonly VaultRole[], action: VaultAction): boolean {
  return roles.some((role) =>
    allowed[role].some(
      (pattern) =>
        pattern === action || (pattern.endsWith("/*") && action.startsWith(pattern.slice(0, -1))),
    ),
  );
}
