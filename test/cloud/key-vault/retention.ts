import type { Vault } from "./model.ts";
import { VaultRefusal } from "./vault-error.ts";
import type { VaultKind } from "./vault-kind.ts";

const dayMs = 86_400_000;

/** What attributes say of a vault's soft delete (rest/api/keyvault/keys, DeletionRecoveryLevel). */
export function recoveryOf({ purgeProtection, retentionDays }: VaultKind): {
  recoveryLevel: string;
  recoverableDays: number;
} {
  const level = retentionDays < 90 ? "CustomizedRecoverable" : "Recoverable";
  return {
    recoveryLevel: purgeProtection ? level : `${level}+Purgeable`,
    recoverableDays: retentionDays,
  };
}

/** When something deleted is purged. */
export const purgedAtMs = ({ retentionDays }: VaultKind, deletedMs: number): number =>
  deletedMs + retentionDays * dayMs;

/** Removes what has been deleted for as long as the vault keeps it. */
export function purgeOverdue(vault: Vault, nowMs: number): void {
  for (const entries of [vault.secrets, vault.keys, vault.certificates])
    for (const [name, { deletedMs }] of entries)
      if (deletedMs !== undefined && nowMs >= purgedAtMs(vault, deletedMs)) entries.delete(name);
}

/** @throws VaultRefusal 403 in a vault with purge protection (AzureTRE#1951) */
export function checkPurge({ purgeProtection }: VaultKind): void {
  if (purgeProtection)
    throw new VaultRefusal(
      403,
      "Forbidden",
      'Operation "purge" is not allowed because purge protection is enabled for this vault. Key Vault service will automatically purge it after the retention period has passed.',
    );
}
