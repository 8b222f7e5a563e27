import { clouds } from "../../shared/core/clouds.ts";
import type { LocalCloud } from "../cloud/local-cloud.ts";

/** Makes a certificate whose key cannot leave the vault, registers it, and lets the app sign with it. Returns that right. */
export async function keepKeyInVault({ control, home }: LocalCloud, name: string) {
  const { vaultName: vault, clientId: appId, managedIdentity } = home;
  const policy = { exportable: false, contentType: "application/x-pem-file" } as const;
  const made = await control.createCertificate({ vault, name, policy });
  await control.addCertificate({ appId, certificatePem: made.certificatePem });
  const { principalId } = managedIdentity;
  const right = { vault, principalId, role: "Key Vault Crypto User" } as const;
  await control.assignVaultRole(right);
  return right;
}

/** Makes the app's managed identity a federated credential of the application. */
export async function federateIdentity(
  { control, home }: LocalCloud,
  { loginHost, federationAudience } = clouds.global,
): Promise<void> {
  const { clientId: appId, tenantId, managedIdentity } = home;
  await control.addFederatedCredential({
    appId,
    issuer: `https://${loginHost}/${tenantId}/v2.0`,
    subject: managedIdentity.principalId,
    audience: federationAudience,
  });
}
