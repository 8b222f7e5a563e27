import { OperatorError } from "../../core/errors.ts";
import { type HeldVersionsOptions, createHeldVersions } from "./held-versions.ts";
import { createRefusedVersions } from "./refused-versions.ts";
import type { SigningKey } from "./signing-key.ts";
import { isInForce } from "./version-look.ts";

/** After Entra refused every held version, the vault is looked at this often at most. */
const REFUSAL_LOOK_MS = 30_000;
/** If that look failed, the next may come this soon. */
const REFUSAL_RETRY_MS = 10_000;

export interface KeyVersions {
  /**
   * The versions to try, best first: those that Entra refused within the hour come last, and newer ones
   * come before older ones; versions that are not in force are left out. If none is in force, all are
   * tried, because our clock may be wrong: Entra decides. Reads the vault if nothing is held; once an
   * hour it looks for a new version in the background.
   * @throws OperatorError VAULT_…, CERTIFICATE_…
   */
  usable(): Promise<readonly SigningKey[]>;
  /**
   * The versions beyond `tried`, all of which were refused. Looks at the vault again, once in 30 s for
   * all callers together.
   */
  further(tried: ReadonlySet<string>): Promise<readonly SigningKey[]>;
  /** Why no held version is in force, by the server's clock; nothing if one is. */
  outOfForce(): OperatorError | undefined;
  accepted(key: SigningKey): void;
  refused(key: SigningKey): void;
  /** Looks at the vault now, because a new version was announced. @throws OperatorError VAULT_… */
  reread(): Promise<void>;
  /** The held versions in force, newest first, whether or not Entra refused them. */
  newestFirst(): readonly SigningKey[];
  /** All held versions, in force or not, newest first. */
  held(): readonly SigningKey[];
}

/**
 * Keeps the versions of one certificate, so that no request fails during a rotation: while the newest
 * version is not registered yet, the one before it is used, and after the old one was removed the
 * newest. If the vault does not answer, what is held stays.
 */
export function createKeyVersions(options: HeldVersionsOptions): KeyVersions {
  const { clock } = options;
  const refused = createRefusedVersions(() => clock.monotonic());
  const held = createHeldVersions(options, () => refused.all());
  let nextLookMs = Number.NEGATIVE_INFINITY;

  const newestFirst = (): SigningKey[] => held.all().filter((key) => isInForce(key, clock.now()));

  /** Looks at the vault for versions beyond the held ones, at most once in 30 s. */
  async function lookAgain(): Promise<void> {
    if (!held.isLooking()) {
      if (clock.monotonic() < nextLookMs) return;
      nextLookMs = clock.monotonic() + REFUSAL_LOOK_MS;
    }
    await held.look().catch(() => {
      // The caller gets Entra's refusal; `onTrouble` reported the vault's error.
      nextLookMs = clock.monotonic() + REFUSAL_RETRY_MS;
    });
  }

  return {
    async usable() {
      if (held.all().length === 0) await held.look();
      else if (newestFirst().length === 0) await lookAgain();
      else held.lookIfDue();
      const keys = newestFirst();
      return refused.last(keys.length > 0 ? keys : held.all());
    },
    async further(tried) {
      await lookAgain();
      return refused.last(newestFirst()).filter(({ version }) => !tried.has(version));
    },
    outOfForce: () => (newestFirst().length > 0 ? undefined : reasonOf(held.all()[0], clock.now())),
    accepted: ({ version }) => refused.remove(version),
    refused: ({ version }) => refused.add(version),
    reread: () => held.look(),
    newestFirst,
    held: () => held.all(),
  };
}

function reasonOf(newest: SigningKey | undefined, nowMs: number): OperatorError {
  const what =
    newest === undefined
      ? "Key Vault has no usable version of the certificate."
      : nowMs >= newest.notAfterMs
        ? `Version ${newest.version} of the certificate expired at ${instant(newest.notAfterMs)}, and no other version is valid.`
        : `Version ${newest.version} of the certificate is not valid before ${instant(newest.notBeforeMs)}, and no other version is valid.`;
  return new OperatorError("CERTIFICATE_UNUSABLE", what, {
    fix: "Make a new version in Key Vault and register its public key on the app; check that the vault renews the certificate automatically.",
    disposition: "stop",
  });
}

const instant = (ms: number): string => new Date(ms).toISOString();
