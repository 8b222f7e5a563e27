import { OperatorError } from "../core/errors.ts";
import { lifeFrom, signJwt } from "./certificate/assertion.ts";
import type { KeyVersions } from "./certificate/key-versions.ts";
import type { ServerClock } from "./certificate/server-clock.ts";
import type { SigningKey } from "./certificate/signing-key.ts";
import type { VersionSource } from "./certificate/version-look.ts";
import type { Credential, Proof } from "./token/credential.ts";
import { EntraRefused } from "./token/network-client.ts";
import { isKeyRefusal, isUnregistered } from "./token/refusal.ts";

/** What is public of one version of the certificate. */
export type PublicVersion = Omit<SigningKey, "sign">;

/** Why Entra will not have a version: it does not know its key, or another reason that is the key's. */
interface VersionRefusal {
  readonly isUnknown: boolean;
  readonly error: OperatorError;
}

/** How many versions a full count of the vault loads at most; a vault that never forgets has more. */
const MOST_COUNTED = 20;

/** The certificate the app signs in with, for whoever rolls or checks it. */
export interface OwnCertificate {
  readonly name: string;
  /**
   * Looks at the vault, and answers what is in force, the newest first: the version that it serves
   * and, once that was refused, the one before.
   * @throws OperatorError VAULT_…, CERTIFICATE_…
   */
  look(): Promise<readonly PublicVersion[]>;
  /** The versions in force beyond `tried`, which were refused. */
  further(tried: ReadonlySet<string>): Promise<readonly PublicVersion[]>;
  /** Every enabled version that can be read, in force or not: reads each that is not held. */
  all(): Promise<readonly PublicVersion[]>;
  /**
   * Asks Entra for a token by this version alone, past every cache: nothing where it gets one, else
   * why Entra will not have the version, or the vault not sign by it.
   * @throws OperatorError where it is refused for another reason, or there is no answer.
   */
  prove(
    version: string,
    target: { readonly tenant: string; readonly resource: string },
  ): Promise<VersionRefusal | undefined>;
  /**
   * A JWT with these claims, valid for ten minutes, signed by this version. RS256 and the SHA-1
   * thumbprint, as in Graph's example of a proof of possession (application-rollkey-prooftoken).
   * @throws TypeError for a version that is not held; OperatorError VAULT_…
   */
  sign(version: string, claims: Readonly<Record<string, unknown>>): Promise<string>;
}

/** Joins what the credential is made of; `request` asks Entra by the credential it is given. */
export function createOwnCertificate(options: {
  readonly name: string;
  readonly source: VersionSource;
  readonly versions: KeyVersions;
  readonly proofOf: (key: SigningKey) => Proof;
  readonly request: (
    credential: Credential,
    target: { readonly tenant: string; readonly resource: string },
  ) => Promise<unknown>;
  readonly clock: ServerClock;
}): OwnCertificate {
  const { name, source, versions, proofOf, request, clock } = options;

  function keyOf(version: string): SigningKey {
    const key = versions.newestFirst().find((each) => each.version === version);
    if (key === undefined) throw new TypeError("this version of the certificate is not held");
    return key;
  }

  return {
    name,
    look: async () => {
      await versions.reread();
      const found = versions.newestFirst();
      // Where nothing is in force, `usable` says why.
      return found.length > 0 ? found : await versions.usable();
    },
    further: async (tried) => {
      const untried = (): SigningKey[] =>
        versions.newestFirst().filter(({ version }) => !tried.has(version));
      if (untried().length === 0) await versions.further(tried);
      return untried();
    },
    all: async () => {
      const held = new Map(versions.newestFirst().map((key) => [key.version, key]));
      const listed = (await source.list()).filter(({ enabled }) => enabled);
      const newest = listed.toSorted((a, b) => b.createdMs - a.createdMs).slice(0, MOST_COUNTED);
      const found: PublicVersion[] = [];
      for (const { version } of newest) {
        const key = held.get(version) ?? (await source.load(version)).key;
        if (!(key instanceof OperatorError)) found.push(key);
      }
      return found;
    },
    prove: async (version, target) => {
      const key = keyOf(version);
      // Who asks expects a refusal, so it is not told as trouble.
      const proof = { ...proofOf(key), refused: () => versions.refused(key) };
      try {
        await request(() => [proof], target);
        return undefined;
      } catch (error) {
        const refusal = refusalIn(error);
        if (refusal === undefined) throw error;
        return refusal;
      }
    },
    sign: async (version, claims) =>
      await signJwt(keyOf(version), "RS256", { ...claims, ...lifeFrom(clock.now()) }),
  };
}

/** What an error says of the version itself; nothing where another version would do no better. */
function refusalIn(error: unknown): VersionRefusal | undefined {
  if (!(error instanceof OperatorError)) return undefined;
  if (error.code === "CERTIFICATE_UNUSABLE") return { isUnknown: false, error };
  const refusal = error.cause instanceof EntraRefused ? error.cause.refusal : undefined;
  if (refusal === undefined || !isKeyRefusal(refusal)) return undefined;
  return { isUnknown: isUnregistered(refusal), error };
}
