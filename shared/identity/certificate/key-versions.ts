import { backoffMs } from "../../core/backoff.ts";
import { OperatorError } from "../../core/errors.ts";
import type { ServerClock } from "./server-clock.ts";
import type { SigningKey } from "./signing-key.ts";
import { type VersionSource, isInForce, lookAtVersions } from "./version-look.ts";

/** Key Vault is looked at for a new version this often, plus up to a tenth, so that instances spread. */
const LOOK_AFTER_MS = 60 * 60_000;
/** After a refusal of everything held, at most this often, whoever was refused. */
const REFUSAL_LOOK_MS = 30_000;
/** Where that look failed, the next may come this soon. */
const REFUSAL_RETRY_MS = 10_000;
const FAILED_LOOK = { baseMs: 30_000, capMs: 10 * 60_000 };
/** How long a refused version stays behind the others: it may not have been registered yet. */
const REFUSED_MS = 60 * 60_000;

export interface KeyVersions {
  /**
   * The versions to try, best first: what Entra took before what it refused within the hour, the newer
   * before the older; those expired or not yet valid are left out. Reads the vault where nothing is
   * held; once an hour it looks for a new version behind the caller's back.
   * @throws OperatorError VAULT_…, CERTIFICATE_…
   */
  usable(): Promise<readonly SigningKey[]>;
  /**
   * What there is beyond the versions in `tried`, which were all refused: a new look at the vault, one
   * in 30 s for all callers together.
   */
  further(tried: ReadonlySet<string>): Promise<readonly SigningKey[]>;
  accepted(key: SigningKey): void;
  refused(key: SigningKey): void;
  /** Looks at the vault now: a new version was announced. @throws OperatorError VAULT_… */
  reread(): Promise<void>;
  /** What is held and in force, the newest first, whatever Entra said of it. */
  newestFirst(): readonly SigningKey[];
}

/**
 * Keeps the versions of one certificate, so that a rotation costs no failed request: while the newest
 * is not registered yet the one before it is used, and when an old one is retired the newest. Where the
 * vault does not answer, what is held stays.
 */
export function createKeyVersions(options: {
  readonly source: VersionSource;
  readonly clock: ServerClock;
  readonly random: () => number;
  /** A look that failed, whether or not anybody waited for it, or a version of no use. */
  readonly onTrouble?: (error: OperatorError) => void;
}): KeyVersions {
  const { source, clock, random } = options;
  const broken = new Map<string, OperatorError>();
  const refusedUntilMs = new Map<string, number>();
  // Instants here are by the monotonic clock; only a certificate's own dates are by the other side's.
  let held: readonly SigningKey[] = [];
  let look: Promise<void> | undefined;
  let lookAtMs = 0;
  let refusalLookFromMs = Number.NEGATIVE_INFINITY;
  let failures = 0;

  function refusedOfLate(): ReadonlySet<string> {
    const nowMs = clock.monotonic();
    const late = [...refusedUntilMs].filter(([, untilMs]) => untilMs > nowMs);
    return new Set(late.map(([version]) => version));
  }

  function inForce(): SigningKey[] {
    const nowMs = clock.now();
    const refused = refusedOfLate();
    const rank = ({ version }: SigningKey): number => Number(refused.has(version));
    return held.filter((key) => isInForce(key, nowMs)).toSorted((a, b) => rank(a) - rank(b));
  }

  async function lookNow(): Promise<void> {
    const seen = broken.size;
    const nowMs = clock.now();
    try {
      held = await lookAtVersions(source, { held, refused: refusedOfLate(), broken, nowMs });
      failures = 0;
      lookAtMs = clock.monotonic() + LOOK_AFTER_MS * (1 + random() / 10);
    } catch (error) {
      failures++;
      lookAtMs = clock.monotonic() + backoffMs(failures, random, FAILED_LOOK);
      if (error instanceof OperatorError) options.onTrouble?.(error);
      throw error;
    } finally {
      look = undefined;
    }
    for (const error of [...broken.values()].slice(seen)) options.onTrouble?.(error);
  }

  /** One look at a time; whoever comes meanwhile shares it. */
  const share = (): Promise<void> => (look ??= lookNow());

  return {
    async usable() {
      const keys = inForce();
      if (keys.length > 0) {
        if (clock.monotonic() >= lookAtMs && look === undefined) share().catch(told);
        return keys;
      }
      await share();
      const found = inForce();
      if (found.length > 0) return found;
      // Before Entra's first answer it may be our clock that is wrong: it decides.
      if (!clock.isKnown() && held.length > 0) return held;
      throw outOfForce(held[0], clock.now());
    },
    async further(tried) {
      if (look === undefined) {
        if (clock.monotonic() < refusalLookFromMs) return [];
        refusalLookFromMs = clock.monotonic() + REFUSAL_LOOK_MS;
      }
      await share().catch(() => {
        // It is the refusal that the caller must hear of; `onTrouble` has told of the vault's trouble.
        refusalLookFromMs = clock.monotonic() + REFUSAL_RETRY_MS;
      });
      return inForce().filter(({ version }) => !tried.has(version));
    },
    accepted: ({ version }) => void refusedUntilMs.delete(version),
    refused: ({ version }) => void refusedUntilMs.set(version, clock.monotonic() + REFUSED_MS),
    reread: () => share(),
    newestFirst: () => held.filter((key) => isInForce(key, clock.now())),
  };
}

/** `onTrouble` has heard of it, and the caller has keys to go on with. */
const told = (): void => undefined;

function outOfForce(newest: SigningKey | undefined, nowMs: number): OperatorError {
  const what =
    newest === undefined
      ? "Key Vault has no usable version of the certificate."
      : nowMs >= newest.notAfterMs
        ? `Version ${newest.version} of the certificate expired at ${instant(newest.notAfterMs)}, and no other version is valid.`
        : `Version ${newest.version} of the certificate is not valid before ${instant(newest.notBeforeMs)}, and no other version is valid.`;
  return new OperatorError("CERTIFICATE_UNUSABLE", what, {
    fix: "Make a new version in Key Vault and register its public key on the app; check that the vault renews it by itself.",
    disposition: "stop",
  });
}

const instant = (ms: number): string => new Date(ms).toISOString();
