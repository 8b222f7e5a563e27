import type {
  Certificate,
  CertificateVersion,
  TokenTarget,
  VersionRefusal,
} from "../core/contracts/certificate.ts";
import { OperatorError } from "../core/errors.ts";
import { lifeFrom, signJwt } from "./certificate/assertion.ts";
import type { KeyVersions } from "./certificate/key-versions.ts";
import type { ServerClock } from "./certificate/server-clock.ts";
import type { SigningKey } from "./certificate/signing-key.ts";
import type { VersionSource } from "./certificate/version-look.ts";
import type { Credential, Proof } from "./token/credential.ts";
import { EntraRefused } from "./token/network-client.ts";
import { isKeyRefusal, isUnregistered } from "./token/refusal.ts";

/** At most this many versions are read by `all`; a vault that keeps every version has more. */
const MOST_COUNTED = 20;

/** The parts of the credential that signs in. */
export interface OwnCertificateOptions {
  readonly name: string;
  readonly source: VersionSource;
  readonly versions: KeyVersions;
  readonly proofOf: (key: SigningKey) => Proof;
  /** Requests a token from Entra by the given credential. */
  readonly request: (credential: Credential, target: TokenTarget) => Promise<unknown>;
  readonly clock: ServerClock;
}

/** Builds the certificate from the parts of the credential that signs in. */
export function createOwnCertificate(options: OwnCertificateOptions): Certificate {
  const { name, versions, clock } = options;
  const untried = (tried: ReadonlySet<string>): SigningKey[] =>
    versions.newestFirst().filter(({ version }) => !tried.has(version));

  return {
    name,
    look: async () => {
      await versions.reread();
      const reason = versions.outOfForce();
      if (reason === undefined) return versions.newestFirst();
      if (clock.isKnown()) throw reason;
      // Until Entra has told the time, our own clock may be wrong: a token request will show it.
      return versions.held();
    },
    further: async (tried) => {
      if (untried(tried).length === 0) await versions.further(tried);
      return untried(tried);
    },
    all: () => readAll(options),
    prove: (version, target) => prove(options, heldKey(versions, version), target),
    sign: async (version, claims) =>
      await signJwt(heldKey(versions, version), "RS256", { ...claims, ...lifeFrom(clock.now()) }),
  };
}

function heldKey(versions: KeyVersions, version: string): SigningKey {
  const key = versions.held().find((each) => each.version === version);
  if (key === undefined) throw new TypeError("this version of the certificate is not held");
  return key;
}

async function readAll({ source, versions }: OwnCertificateOptions): Promise<CertificateVersion[]> {
  const held = new Map(versions.newestFirst().map((key) => [key.version, key]));
  const listed = (await source.list()).filter(({ enabled }) => enabled);
  const newest = listed.toSorted((a, b) => b.createdMs - a.createdMs).slice(0, MOST_COUNTED);
  const found: CertificateVersion[] = [];
  for (const { version } of newest) {
    const key = held.get(version) ?? (await source.load(version)).key;
    if (!(key instanceof OperatorError)) found.push(key);
  }
  return found;
}

async function prove(
  { versions, proofOf, request }: OwnCertificateOptions,
  key: SigningKey,
  target: TokenTarget,
): Promise<VersionRefusal | undefined> {
  // The caller expects a refusal, so it is not reported as trouble.
  const proof = { ...proofOf(key), refused: () => versions.refused(key) };
  try {
    await request(() => [proof], target);
    return undefined;
  } catch (error) {
    const refusal = refusalIn(error);
    if (refusal === undefined) throw error;
    return refusal;
  }
}

/** The part of an error that is about the version; nothing if another version would fail as well. */
function refusalIn(error: unknown): VersionRefusal | undefined {
  if (!(error instanceof OperatorError)) return undefined;
  if (error.code === "CERTIFICATE_UNUSABLE") return { isUnknown: false, error };
  const refusal = error.cause instanceof EntraRefused ? error.cause.refusal : undefined;
  if (refusal === undefined || !isKeyRefusal(refusal)) return undefined;
  return { isUnknown: isUnregistered(refusal), error };
}
