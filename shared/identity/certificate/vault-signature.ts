import { createHash } from "node:crypto";

import type { VaultCertificate, VaultIdentity } from "./certificate-secrets.ts";
import { type CertificateSecret, readPublicCertificate } from "./certificate.ts";
import { type SigningKey, describeCertificate } from "./signing-key.ts";
import { type VaultTiming, askVault } from "./vault-error.ts";
import { createVaultRequests, signatureIn } from "./vault-requests.ts";

/**
 * Reads the public part of a certificate whose key never leaves Key Vault, and signs by a request to the
 * vault. On the key, the permission `sign` suffices; the secret of a certificate with a key that is not
 * exportable holds certificates only. An attacker in this process could make assertions of ten minutes,
 * but could not take the key.
 */
export function createVaultSigner(
  vault: VaultCertificate,
  identity: VaultIdentity,
  timing: VaultTiming,
): (secret: CertificateSecret) => SigningKey {
  const { vaultUri, name } = vault;
  const send = createSender(vault, identity);
  return (secret) => {
    const { version } = secret;
    return {
      ...describeCertificate(version, readPublicCertificate(secret)),
      sign: (algorithm, data) =>
        askVault(
          {
            what: `signature by version ${version} of key ${name} in ${vaultUri}`,
            role: "Key Vault Crypto User",
          },
          timing,
          // The version is named, so that key and thumbprint belong together.
          () => send(version, algorithm, createHash("sha256").update(data).digest()),
        ),
    };
  };
}

/** Key Vault's `sign` request. https://learn.microsoft.com/rest/api/keyvault/keys/sign/sign */
function createSender({ vaultUri, name }: VaultCertificate, identity: VaultIdentity) {
  const ask = createVaultRequests(vaultUri, identity);
  return async (version: string, algorithm: string, digest: Buffer): Promise<Buffer> =>
    signatureIn(
      await ask("POST", `keys/${name}/${version}/sign`, {
        alg: algorithm,
        value: digest.toString("base64url"),
      }),
    );
}
