import type { OperatorError } from "../errors.ts";

/** What is public of one version of the certificate in the vault. */
export interface CertificateVersion {
  /** Key Vault's name for the version. */
  readonly version: string;
  readonly thumbprints: Thumbprints;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** The certificate itself, DER. */
  readonly certificate: Buffer;
}

/** Hashes of the DER in upper-case hex, as Entra's portal shows them. */
interface Thumbprints {
  readonly sha256: string;
  readonly sha1: string;
}

/** Why a version is refused: Entra does not know its key, or another reason that is about the key. */
export interface VersionRefusal {
  readonly isUnknown: boolean;
  readonly error: OperatorError;
}

/** What a token is for. */
export interface TokenTarget {
  readonly tenant: string;
  readonly resource: string;
}

/**
 * The certificate the app signs in with: shared/identity implements it, for the policies that roll and
 * check it.
 */
export interface Certificate {
  readonly name: string;
  /**
   * Looks at the vault and returns the versions in force, newest first: the version that it serves
   * and, if that one was refused, the one before it. If none is in force by our own clock, and Entra
   * has not told the time yet, it returns all.
   * @throws OperatorError VAULT_…, CERTIFICATE_…
   */
  look(): Promise<readonly CertificateVersion[]>;
  /** The versions in force beyond `tried`, all of which were refused. */
  further(tried: ReadonlySet<string>): Promise<readonly CertificateVersion[]>;
  /** Every enabled version that can be read, in force or not: reads each that is not held. */
  all(): Promise<readonly CertificateVersion[]>;
  /**
   * Requests a token by this version alone, past every cache. Returns nothing if Entra gives one, else
   * why Entra refuses the version or why the vault does not sign with it.
   * @throws OperatorError if it is refused for another reason, or if there is no answer.
   */
  prove(version: string, target: TokenTarget): Promise<VersionRefusal | undefined>;
  /**
   * A JWT with these claims, valid for ten minutes, signed by this version with RS256 and the SHA-1
   * thumbprint, as in Graph's example of a proof of possession (application-rollkey-prooftoken).
   * @throws TypeError if the version is not held; OperatorError VAULT_…
   */
  sign(version: string, claims: Readonly<Record<string, unknown>>): Promise<string>;
}
