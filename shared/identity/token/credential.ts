import type { Configuration } from "@azure/msal-node";

import { OperatorError } from "../../core/errors.ts";
import type { Assertions } from "../certificate/assertion.ts";
import type { KeyVersions } from "../certificate/key-versions.ts";
import type { SigningKey } from "../certificate/signing-key.ts";
import { type Refusal, isUnregistered } from "./refusal.ts";
import { claimsOf } from "./roles.ts";

/** One proof of the app's identity, as MSAL takes it. */
export interface Proof {
  readonly auth: Pick<Configuration["auth"], "clientSecret" | "clientAssertion">;
  /** What was presented to Entra, for the operator. Holds no secret. */
  readonly presented: () => string;
  readonly thumbprint?: string;
  readonly accepted?: () => void;
  /** Called with any refusal of Entra. */
  readonly onRefusal?: () => void;
  /** Called if Entra refused the proof or, without a refusal, if the vault did not sign it. */
  readonly refused?: (refusal: Refusal | undefined) => void;
}

/** Proofs to try in order. The next one is taken only if the one before was refused. */
export type Credential = () => AsyncIterable<Proof> | Iterable<Proof>;

/** Makes the proof by one version of the certificate, and remembers whether Entra accepts it. */
export function createCertificateProofs(
  versions: KeyVersions,
  assertions: Assertions,
  onUnregistered: (key: SigningKey) => void,
): (key: SigningKey) => Proof {
  return (key) => ({
    auth: { clientAssertion: ({ tokenEndpoint = "" }) => assertions(key, tokenEndpoint) },
    presented: () =>
      `certificate version ${key.version}, SHA-1 thumbprint ${key.thumbprints.sha1}, SHA-256 ${key.thumbprints.sha256}`,
    thumbprint: key.thumbprints.sha256,
    accepted: () => versions.accepted(key),
    refused: (refusal) => {
      versions.refused(key);
      if (refusal !== undefined && isUnregistered(refusal)) onUnregistered(key);
    },
  });
}

/**
 * Proofs by certificate: every held version, best first, and then what a new look at the vault finds.
 */
export function createCertificateCredential(
  versions: KeyVersions,
  proofOf: (key: SigningKey) => Proof,
): Credential {
  return async function* () {
    const tried = new Set<string>();
    for (const key of await versions.usable()) {
      tried.add(key.version);
      yield proofOf(key);
    }
    for (const key of await versions.further(tried)) yield proofOf(key);
    // If all were refused because none is in force, that is a better reason than Entra's.
    const reason = versions.outOfForce();
    if (reason !== undefined) throw reason;
  };
}

/**
 * Proof by federation: a token of the user-assigned managed identity is the assertion. `identityToken`
 * gets one for the audience of this cloud's federated credentials; one that Entra refused is dropped.
 */
export function createFederatedCredential(
  identityToken: () => Promise<string>,
  drop: (token: string) => void = () => undefined,
): Credential {
  return () => {
    let shown = "";
    return [
      {
        auth: { clientAssertion: async () => (shown = await identityToken()) },
        onRefusal: () => drop(shown),
        presented: () => {
          const { iss, sub, aud } = claimsOf(shown);
          return `issuer ${String(iss)}, subject ${String(sub)}, audience ${String(aud)}`;
        },
      },
    ];
  };
}

/**
 * Proof by client secret, for development. A secret can be copied and used anywhere, and is often never
 * renewed, so production accepts one only with a setting.
 *
 * @throws OperatorError SETTINGS_INVALID if it is not allowed.
 */
export function createSecretCredential(secret: string, allowed: boolean): Credential {
  if (!allowed) {
    throw new OperatorError(
      "SETTINGS_INVALID",
      "A client secret is configured, which is not allowed in production.",
      {
        fix: "Use the certificate. If you accept the risk of a secret, set ALLOW_CLIENT_SECRET=true.",
        disposition: "stop",
      },
    );
  }
  return () => [{ auth: { clientSecret: secret }, presented: () => "a client secret" }];
}
