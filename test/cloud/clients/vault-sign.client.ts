import { createHash } from "node:crypto";

import { ManagedIdentityCredential } from "@azure/identity";
import { CryptographyClient, KeyClient } from "@azure/keyvault-keys";

/* Signs inside the vault and verifies outside it, with Microsoft's key clients. */
const { env } = process;
const identity = new ManagedIdentityCredential({
  clientId: env["MANAGED_IDENTITY_CLIENT_ID"] ?? "",
});
const keys = new KeyClient(env["KEY_VAULT_URI"] ?? "", identity);
const key = await keys.getKey(env["CERTIFICATE_NAME"] ?? "");
const client = new CryptographyClient(key.id ?? "", identity);
const data = Buffer.from("what is signed");
const results: Record<string, { id: string | undefined; signature: string }> = {};
for (const algorithm of ["RS256", "PS256", "RS512", "PS384"]) {
  const digest = createHash(`sha${algorithm.slice(2)}`)
    .update(data)
    .digest();
  const { result, keyID } = await client.sign(algorithm, digest);
  results[algorithm] = { id: keyID, signature: Buffer.from(result).toString("base64") };
}
const jwk = { kty: "RSA", n: base64url(key.key?.n), e: base64url(key.key?.e) };
process.stdout.write(JSON.stringify({ jwk, results }));

function base64url(octets: Uint8Array | undefined): string {
  return Buffer.from(octets ?? []).toString("base64url");
}
