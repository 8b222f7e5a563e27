import type { Cloud } from "../core/clouds.ts";
import type { OperatorError } from "../core/errors.ts";
import type { Emit } from "../core/telemetry.ts";
import { createAssertions } from "./certificate/assertion.ts";
import {
  type VaultCertificate,
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
import { checkVault, pinToVault } from "./own-vault.ts";
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
