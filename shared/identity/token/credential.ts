import type { Configuration } from "@azure/msal-node";

import { OperatorError } from "../../core/errors.ts";
import type { Assertions } from "../certificate/assertion.ts";
import type { KeyVersions } from "../certificate/key-versions.ts";
import type { SigningKey } from "../certificate/signing-key.ts";
import { type Refusal, isUnregistered } from "./refusal.ts";
import { claimsOf } from "./roles.ts";

/** One way to prove who we are, as MSAL takes it. */
export interface Proof {
  readonly auth: Pick<Configuration["auth"], "clientSecret" | "clientAssertion">;
  /** What was shown to Entra, in words for the operator; no secret. */
  readonly presented: () => string;
  readonly thumbprint?: string;
  readonly accepted?: () => void;
  /** Told where it was refused, by Entra or, without a refusal, by the vault that was to sign. */
  readonly refused?: (refusal: Refusal | undefined) => void;
}

/** Proofs to try in turn; a further one is asked for only where those before it were refused. */
export type Credential = () => AsyncIterable<Proof> | Iterable<Proof>;

/** Makes the proof by one version of the certificate; what Entra says of it is remembered. */
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
 * By certificate: every version that is held, best first, and then what a new look at the vault finds.
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
    // Where all were refused for being out of force, that is said rather than Entra's words for it.
    await versions.usable();
  };
}

/**
 * By federation: a token of the user-assigned managed identity stands in for an assertion of ours.
 * `identityToken` gets it, for the audience that this cloud's federated credentials have.
 */
export function createFederatedCredential(identityToken: () => Promise<string>): Credential {
  return () => {
    let shown = "";
    return [
      {
        auth: { clientAssertion: async () => (shown = await identityToken()) },
        presented: () => {
          const { iss, sub, aud } = claimsOf(shown);
          return `issuer ${String(iss)}, subject ${String(sub)}, audience ${String(aud)}`;
        },
      },
    ];
  };
}

/**
 * By client secret, for development. It can be copied, it is often never renewed, and whoever has it is
 * the app from anywhere: in production it takes a setting.
 *
 * @throws OperatorError SETTINGS_INVALID where it is not allowed.
 */
export function createSecretCredential(secret: string, allowed: boolean): Credential {
  if (!allowed) {
    throw new OperatorError(
      "SETTINGS_INVALID",
      "A client secret is configured, which production does not take.",
      {
        fix: "Use the certificate; or, knowing what it means, set ALLOW_CLIENT_SECRET=true.",
        disposition: "stop",
      },
    );
  }
  return () => [{ auth: { clientSecret: secret }, presented: () => "a client secret" }];
}
