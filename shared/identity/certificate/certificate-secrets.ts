import { RestError } from "@azure/core-rest-pipeline";
import type { TokenCredential } from "@azure/identity";
import { SecretClient } from "@azure/keyvault-secrets";

import { OperatorError } from "../../core/errors.ts";
import type { CertificateSecret } from "./certificate.ts";
import type { SigningKey } from "./signing-key.ts";
import { type VaultTiming, askVault } from "./vault-error.ts";
import type { VersionFacts, VersionSource } from "./version-look.ts";

/** One request to the vault may take this long. */
const REQUEST_MS = 10_000;

/** The identity that reads the vault. */
export interface VaultIdentity extends TokenCredential {
  /** The vault refused the last token: the next one is new. */
  dropLast(): void;
}

/** The vault and name of a certificate. */
export interface VaultCertificate {
  readonly vaultUri: string;
  readonly name: string;
}

/**
 * Reads the versions of a certificate from the secret that Key Vault stores for it, which takes the role
 * "Key Vault Secrets User" on that secret. The SDK's check stays on that the vault which asks for a
 * token belongs to the domain the token is for.
 */
export function createCertificateSecrets(
  { vaultUri, name }: VaultCertificate,
  identity: VaultIdentity,
  read: (secret: CertificateSecret) => SigningKey,
  timing: VaultTiming,
): VersionSource {
  const connect = (): SecretClient =>
    new SecretClient(vaultUri, identity, { retryOptions: { maxRetries: 0 } });
  let client = connect();
  /** Sends again once with a new token if the vault refuses the one that the client keeps. */
  async function withFreshToken<T>(send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof RestError) || error.statusCode !== 401) throw error;
      identity.dropLast();
      client = connect();
      return await send();
    }
  }
  const options = { requestOptions: { timeout: REQUEST_MS } };
  const question = (version?: string) => ({
    what: `${version === undefined ? "certificate" : `version ${version} of certificate`} ${name} in ${vaultUri}`,
    role: "Key Vault Secrets User",
  });
  return {
    load: (version) =>
      askVault(question(version), timing, async () => {
        const wanted = version === undefined ? options : { ...options, version };
        const { value = "", properties } = await withFreshToken(() =>
          client.getSecret(name, wanted),
        );
        const loaded = properties.version ?? "";
        const { contentType } = properties;
        return { version: loaded, key: keyOf(() => read({ version: loaded, contentType, value })) };
      }),
    list: () =>
      askVault(question(), timing, () =>
        withFreshToken(async () => {
          const versions: VersionFacts[] = [];
          for await (const {
            version = "",
            enabled,
            createdOn,
          } of client.listPropertiesOfSecretVersions(name, options)) {
            versions.push({
              version,
              enabled: enabled !== false,
              createdMs: createdOn?.getTime() ?? 0,
            });
          }
          return versions;
        }),
      ),
  };
}

function keyOf(read: () => SigningKey): SigningKey | OperatorError {
  try {
    return read();
  } catch (error) {
    if (error instanceof OperatorError) return error;
    throw error;
  }
}
