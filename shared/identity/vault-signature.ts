import { createHash } from "node:crypto";

import type { TokenCredential } from "@azure/identity";
import { CryptographyClient } from "@azure/keyvault-keys";

import type { VaultCertificate } from "./certificate-secrets.ts";
import { type CertificateSecret, readPublicCertificate } from "./certificate.ts";
import { type SigningKey, describeCertificate } from "./signing-key.ts";
import { askVault } from "./vault-error.ts";

/** A signature takes tens of milliseconds. */
const REQUEST_MS = 10_000;

/**
 * Reads the public part of a certificate whose key never leaves Key Vault, and signs by a request to
 * the vault. On the key it takes `sign` alone; the secret behind a certificate whose key is not
 * exportable holds the certificates only. Whoever gets hold of the process gets assertions of ten
 * minutes, and no key.
 */
export function createVaultSigner(
  { vaultUri, name }: VaultCertificate,
  identity: TokenCredential,
): (secret: CertificateSecret) => SigningKey {
  return (secret) => {
    const { version } = secret;
    // With its version, so that key and thumbprint belong together.
    const keyId = new URL(`keys/${name}/${version}`, vaultUri).href;
    const client = new CryptographyClient(keyId, identity);
    return {
      ...describeCertificate(version, readPublicCertificate(secret)),
      sign: (algorithm, data) =>
        askVault(
          {
            what: `signature by version ${version} of key ${name} in ${vaultUri}`,
            role: "Key Vault Crypto User",
          },
          async () => {
            const digest = createHash("sha256").update(data).digest();
            const options = { requestOptions: { timeout: REQUEST_MS } };
            const { result } = await client.sign(algorithm, digest, options);
            return Buffer.from(result);
          },
        ),
    };
  };
}
