/** The built-in data-plane roles of Key Vault that the local cloud knows. */
export type VaultRole =
  | "Key Vault Administrator"
  | "Key Vault Secrets User"
  | "Key Vault Secrets Officer"
  | "Key Vault Certificate User"
  | "Key Vault Certificates Officer"
  | "Key Vault Crypto User"
  | "Key Vault Reader"
  | "Key Vault Purge Operator";
