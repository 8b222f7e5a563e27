import { backoffMs } from "../../core/backoff.ts";
import { OperatorError } from "../../core/errors.ts";
import { createPause } from "../../core/pause.ts";
import type { ServerClock } from "./server-clock.ts";
import type { SigningKey } from "./signing-key.ts";
import { type VersionSource, lookAtVersions } from "./version-look.ts";

/** An instance looks for a new version this often, plus up to a tenth, so that instances spread. */
const LOOK_AFTER_MS = 60 * 60_000;
const FAILED_LOOK = { baseMs: 30_000, capMs: 10 * 60_000 };

export interface HeldVersionsOptions {
  readonly source: VersionSource;
  readonly clock: ServerClock;
  readonly random: () => number;
  /** Called for a look that failed and for a version that cannot be used. */
  readonly onTrouble?: (error: OperatorError) => void;
}

/** The versions that this instance holds, and the looks at the vault that change them. */
export interface HeldVersions {
  /** Newest first. */
  all(): readonly SigningKey[];
  /** Looks at the vault now, or joins the look under way. @throws OperatorError VAULT_… */
  look(): Promise<void>;
  isLooking(): boolean;
  /** Starts a look in the background if one is due. */
  lookIfDue(): void;
}

/** Holds nothing until the first look. If a look fails, what is held stays. */
export function createHeldVersions(
  { source, clock, random, onTrouble }: HeldVersionsOptions,
  refused: () => ReadonlySet<string>,
): HeldVersions {
  const broken = new Map<string, OperatorError>();
  let held: readonly SigningKey[] = [];
  let running: Promise<void> | undefined;
  // By the monotonic clock; only a certificate's own dates are compared with the server's clock.
  let nextLookMs = 0;
  let failures = 0;
  const pause = createPause(clock);

  async function lookNow(): Promise<void> {
    const known = broken.size;
    const nowMs = clock.now();
    try {
      held = await lookAtVersions(source, { held, refused: refused(), broken, nowMs });
      failures = 0;
      nextLookMs = clock.monotonic() + LOOK_AFTER_MS * (1 + random() / 10);
    } catch (error) {
      pause.begin(error);
      failures++;
      nextLookMs = clock.monotonic() + backoffMs(failures, random, FAILED_LOOK);
      if (error instanceof OperatorError) onTrouble?.(error);
      throw error;
    } finally {
      running = undefined;
    }
    for (const error of [...broken.values()].slice(known)) onTrouble?.(error);
  }

  function look(): Promise<void> {
    if (running !== undefined) return running;
    try {
      // A Retry-After of the vault holds for all callers.
      pause.check();
    } catch (error) {
      return Promise.reject(error);
    }
    return (running = lookNow());
  }

  return {
    all: () => held,
    look,
    isLooking: () => running !== undefined,
    lookIfDue() {
      if (clock.monotonic() < nextLookMs || running !== undefined) return;
      // `onTrouble` reports a failure; the caller continues with its keys.
      look().catch(() => undefined);
    },
  };
}
