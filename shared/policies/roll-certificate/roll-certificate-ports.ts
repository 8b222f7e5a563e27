import type { Clock } from "../../core/clock.ts";
import type { OperatorError } from "../../core/errors.ts";
import type { Emit } from "../../core/telemetry.ts";
import type { Graph } from "../../graph/types.ts";
import type { Blobs } from "../../storage/types.ts";

/** What is public of one version of the certificate in the vault. */
export interface CertificateVersion {
  /** Key Vault's name for it. */
  readonly version: string;
  /** Of the DER, in upper-case hex. */
  readonly thumbprints: { readonly sha256: string; readonly sha1: string };
  readonly notAfterMs: number;
  /** DER. */
  readonly certificate: Buffer;
}

/** Why a version is refused: Entra does not know its key, or another reason that is about the key. */
export interface VersionRefusal {
  readonly isUnknown: boolean;
  readonly error: OperatorError;
}

/** The certificate the app signs in with; shared/identity implements it. */
export interface Certificate {
  readonly name: string;
  /** Looks at the vault and returns the versions in force, newest first. @throws OperatorError VAULT_…, CERTIFICATE_… */
  look(): Promise<readonly CertificateVersion[]>;
  /** The versions in force beyond `tried`, all of which were refused. */
  further(tried: ReadonlySet<string>): Promise<readonly CertificateVersion[]>;
  /** Every enabled version that can be read. */
  all(): Promise<readonly CertificateVersion[]>;
  /**
   * Requests a token by this version alone. Returns nothing if Entra accepts it, else why not.
   * @throws OperatorError if it is refused for a reason that is not about the version.
   */
  prove(
    version: string,
    target: { readonly tenant: string; readonly resource: string },
  ): Promise<VersionRefusal | undefined>;
  /** A JWT with these claims, valid for ten minutes, signed by this version. */
  sign(version: string, claims: Readonly<Record<string, unknown>>): Promise<string>;
}

/** What rolling needs; `compose.ts` builds it. All of it is about the home tenant. */
export interface RollPorts {
  /** Absent if the app signs in by another credential. */
  readonly certificate: Certificate | undefined;
  readonly tenant: string;
  /** Graph's App ID URI, the resource of the token requests that test a version. */
  readonly resource: string;
  /** The application's object id; empty if the setting is. */
  readonly applicationObjectId: string;
  readonly graph: Graph;
  /** Container `runner`. */
  readonly runner: Blobs;
  readonly clock: Clock;
  readonly emit: Emit;
}

/** What became of a message. */
export type RollResult =
  | { readonly state: "done" }
  /** The message is to be delivered again after the delay, because something is under way. */
  | { readonly state: "again"; readonly delaySeconds: number; readonly reason: string };
