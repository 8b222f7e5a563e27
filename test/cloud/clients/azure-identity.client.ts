import { X509Certificate } from "node:crypto";

import { ClientCertificateCredential, ManagedIdentityCredential } from "@azure/identity";
import { SecretClient } from "@azure/keyvault-secrets";

import { claimsIn } from "../entra/entra-fixture.ts";

/*
 * Microsoft's own credential and vault clients, used as documented: identity →
 * certificate from the vault → sign-in as the application.
 */
const { env } = process;
const identity = new ManagedIdentityCredential({
  clientId: env["MANAGED_IDENTITY_CLIENT_ID"] ?? "",
});
const secrets = new SecretClient(env["KEY_VAULT_URI"] ?? "", identity);
const secret = await secrets.getSecret(env["CERTIFICATE_NAME"] ?? "");
const versions: string[] = [];
for await (const { version } of secrets.listPropertiesOfSecretVersions(
  env["CERTIFICATE_NAME"] ?? "",
))
  versions.push(version ?? "");
const certificate = secret.value ?? "";
const application = new ClientCertificateCredential(
  env["TENANT_ID"] ?? "",
  env["CLIENT_ID"] ?? "",
  { certificate },
  { disableInstanceDiscovery: true },
);
const token = await application.getToken("https://graph.microsoft.com/.default");
process.stdout.write(
  JSON.stringify({
    contentType: secret.properties.contentType,
    versions,
    thumbprint: new X509Certificate(certificate).fingerprint.replaceAll(":", ""),
    claims: claimsIn(token.token),
  }),
);
