/** How a vault is deployed (Microsoft.KeyVault/vaults). */
export interface VaultKind {
  /** Only a premium vault has keys in HSMs. */
  readonly sku: "standard" | "premium";
  readonly purgeProtection: boolean;
  /** Days until what was deleted is purged: 7 to 90. */
  readonly retentionDays: number;
}
