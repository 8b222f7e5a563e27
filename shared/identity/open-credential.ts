import type { Cloud } from "../core/clouds.ts";
import { OperatorError } from "../core/errors.ts";
import type { Emit } from "../core/telemetry.ts";
import { createAssertions } from "./certificate/assertion.ts";
import {
  type VaultCertificate,
  type VaultIdentity,
  createCertificateSecrets,
} from "./certificate/certificate-secrets.ts";
import { readCertificate } from "./certificate/certificate.ts";
import { type KeyVersions, createKeyVersions } from "./certificate/key-versions.ts";
import type { ServerClock } from "./certificate/server-clock.ts";
import type { AssertionAlgorithm, SigningKey } from "./certificate/signing-key.ts";
import { VaultAnswer } from "./certificate/vault-error.ts";
import { createVaultSigner } from "./certificate/vault-signature.ts";
import type { VersionSource } from "./certificate/version-look.ts";
import type { ManagedIdentity } from "./managed-identity.ts";
import {
  type Credential,
  type Proof,
  createCertificateCredential,
  createCertificateProofs,
  createFederatedCredential,
  createSecretCredential,
} from "./token/credential.ts";
import { scopeOf } from "./token/scope.ts";

/** How the app signs in, by exactly one credential. `identity` is the instance's managed identity. */
export type CredentialSettings =
  | {
      /** With `vault-signature` the key never leaves the vault. */
      readonly kind: "certificate" | "vault-signature";
      readonly certificate: VaultCertificate;
      readonly identity: ManagedIdentity;
      readonly algorithm?: AssertionAlgorithm;
    }
  | { readonly kind: "managed-identity"; readonly identity: ManagedIdentity }
  | {
      readonly kind: "client-secret";
      readonly secret: string;
      /** True outside production, or if a setting says so. */
      readonly allowed: boolean;
    };

export interface CredentialContext {
  readonly cloud: Cloud;
  readonly clientId: string;
  readonly clock: ServerClock;
  readonly random: () => number;
  readonly emit: Emit;
}

export interface OpenCredential {
  readonly credential: Credential;
  /** Its certificate, if it has one. */
  readonly certificate?: {
    readonly name: string;
    readonly source: VersionSource;
    readonly versions: KeyVersions;
    readonly proofOf: (key: SigningKey) => Proof;
  };
}

/**
 * The credential that the settings name.
 * @throws OperatorError SETTINGS_INVALID for a secret that is not allowed, or a vault of another cloud.
 */
export function openCredential(
  settings: CredentialSettings,
  context: CredentialContext,
): OpenCredential {
  if (settings.kind === "client-secret") {
    return { credential: createSecretCredential(settings.secret, settings.allowed) };
  }
  if (settings.kind === "managed-identity") {
    const scope = scopeOf(context.cloud.federationAudience);
    const getToken = async (): Promise<string> =>
      (await settings.identity.getToken(scope))?.token ?? "";
    return {
      credential: createFederatedCredential(getToken, (token) => settings.identity.drop(token)),
    };
  }
  return openCertificate(settings, context);
}

function openCertificate(
  settings: Extract<CredentialSettings, { certificate: VaultCertificate }>,
  { cloud, clientId, clock, random, emit }: CredentialContext,
): OpenCredential {
  const { certificate, identity, algorithm = "PS256" } = settings;
  const { name, vaultUri } = certificate;
  checkVault(vaultUri, cloud);
  const vaultIdentity = pinToVault(identity, cloud);
  const read =
    settings.kind === "certificate"
      ? readCertificate
      : createVaultSigner(certificate, vaultIdentity, { clock, random });
  const source = createCertificateSecrets(certificate, vaultIdentity, read, { clock, random });
  const versions = createKeyVersions({
    source,
    clock,
    random,
    onTrouble: (error) => emitTrouble(error, name, emit),
  });
  const assertions = createAssertions({ clientId, algorithm, clock });
  const proofOf = createCertificateProofs(versions, assertions, ({ thumbprints }) =>
    emit({ event: "certificate.unregistered", name, thumbprint: thumbprints.sha256 }),
  );
  return {
    credential: createCertificateCredential(versions, proofOf),
    certificate: { name, source, versions, proofOf },
  };
}

/** Reports an error of the vault or the certificate, also if no caller notices it. */
function emitTrouble(error: OperatorError, name: string, emit: Emit): void {
  const { code, cause } = error;
  if (code.startsWith("VAULT_")) {
    emit({ event: "vault.refused", code, status: cause instanceof VaultAnswer ? cause.status : 0 });
  } else emit({ event: "certificate.unusable", name, code });
}

/**
 * A vault of another cloud would not accept our tokens. A user name, port, path or query in the address
 * is a mistake, or an attempt to send the token elsewhere.
 */
function checkVault(vaultUri: string, { vaultSuffix }: Cloud): void {
  const url = URL.canParse(vaultUri) ? new URL(vaultUri) : undefined;
  const isVault = url?.protocol === "https:" && url.hostname.endsWith(`.${vaultSuffix}`);
  if (isVault && url.href === `https://${url.hostname}/`) return;
  throw new OperatorError(
    "SETTINGS_INVALID",
    isVault
      ? "KEY_VAULT_URI holds more than the vault's host name."
      : "KEY_VAULT_URI names no vault of this cloud.",
    {
      fix: `Set it to https://<vault>.${vaultSuffix}/, or CLOUD to the vault's cloud.`,
      disposition: "stop",
    },
  );
}

/**
 * The identity as the vault may use it: its challenge names the scope of the token that it wants, and it
 * gets a token for Key Vault and for nothing else.
 */
function pinToVault(identity: ManagedIdentity, { vaultSuffix }: Cloud): VaultIdentity {
  const vaultScope = scopeOf(`https://${vaultSuffix}`);
  let last = "";
  return {
    dropLast: () => identity.drop(last),
    getToken: async (scopes, options) => {
      const wanted = typeof scopes === "string" ? [scopes] : scopes;
      if (wanted.some((scope) => scope !== vaultScope)) {
        throw new OperatorError(
          "VAULT_REFUSED",
          "The host that answers as the vault asks for a token of another resource. None was sent.",
          {
            fix: "Check KEY_VAULT_URI and CLOUD, and DNS and proxies on the way to the vault.",
            disposition: "stop",
          },
        );
      }
      const token = await identity.getToken(vaultScope, options);
      last = token?.token ?? "";
      return token;
    },
  };
}
