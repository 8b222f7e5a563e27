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

/** Why a version is of no use: Entra does not know its key, or another reason that is the key's. */
export interface VersionRefusal {
  readonly isUnknown: boolean;
  readonly error: OperatorError;
}

/** The certificate the app signs in with; the identity module has it. */
export interface Certificate {
  readonly name: string;
  /** Looks at the vault: what is in force, the newest first. @throws OperatorError VAULT_…, CERTIFICATE_… */
  look(): Promise<readonly CertificateVersion[]>;
  /** What is in force beyond versions that were refused. */
  further(tried: ReadonlySet<string>): Promise<readonly CertificateVersion[]>;
  /** Every enabled version that can be read. */
  all(): Promise<readonly CertificateVersion[]>;
  /**
   * A token request by this version alone: nothing where Entra takes it, else why not.
   * @throws OperatorError where it is refused for a reason that is not the version's.
   */
  prove(
    version: string,
    target: { readonly tenant: string; readonly resource: string },
  ): Promise<VersionRefusal | undefined>;
  /** A JWT of ten minutes with these claims, signed by this version. */
  sign(version: string, claims: Readonly<Record<string, unknown>>): Promise<string>;
}

/** What rolling works with; `compose.ts` builds it. All of it concerns the home tenant. */
export interface RollPorts {
  /** Absent where the app signs in by another credential. */
  readonly certificate: Certificate | undefined;
  readonly tenant: string;
  /** Graph's App ID URI, which proofs by token request ask for. */
  readonly resource: string;
  /** The application's object id; empty where the setting is. */
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
  /** To be delivered again after the delay: something is under way. */
  | { readonly state: "again"; readonly delaySeconds: number; readonly reason: string };
