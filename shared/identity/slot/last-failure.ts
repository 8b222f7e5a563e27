import { backoffMs } from "../../core/backoff.ts";
import type { Clock } from "../../core/clock.ts";
import { OperatorError } from "../../core/errors.ts";
import { LONGEST_PAUSE_MS, withWait } from "../../core/pause.ts";

/** A refresh that failed is retried after this; the held token is served meanwhile. */
const REFRESH_BACKOFF = { baseMs: 5_000, capMs: 60_000 };
/** Without a token to serve, callers get the last failure again for this long. */
const COLD_BACKOFF = { baseMs: 1_000, capMs: 15_000 };

/** The last failure of a slot, and how long it is kept. */
export interface LastFailure {
  /** Keeps the failure, and returns the delay until a refresh may be tried again. */
  keep(error: unknown): number;
  /** A request succeeded. */
  clear(): void;
  /** The last failure again, rejected, while its back-off or the wait that Entra asked for lasts. */
  repeatedForCold(): Promise<never> | undefined;
  /** The same, but only while the wait that Entra asked for lasts. */
  repeatedForReplacement(): Promise<never> | undefined;
}

/** Keeps the last failure of one slot. A wait that Entra asks for is obeyed up to ten minutes. */
export function createLastFailure(
  clock: Pick<Clock, "monotonic">,
  random: () => number,
): LastFailure {
  let failures = 0;
  let last: { error: unknown; coldUntilMs: number; askedUntilMs: number } | undefined;

  function repeated(untilMs: number | undefined): Promise<never> | undefined {
    const leftMs = (untilMs ?? Number.NEGATIVE_INFINITY) - clock.monotonic();
    if (leftMs <= 0) return undefined;
    const error = last?.error;
    return Promise.reject(error instanceof OperatorError ? withWait(error, leftMs) : error);
  }

  return {
    keep(error) {
      failures++;
      const askedMs = error instanceof OperatorError ? (error.retryAfterMs ?? 0) : 0;
      const waitMs = Math.min(askedMs, LONGEST_PAUSE_MS);
      const refreshMs = Math.max(waitMs, backoffMs(failures, random, REFRESH_BACKOFF));
      const coldMs = Math.max(waitMs, backoffMs(failures, random, COLD_BACKOFF));
      // The monotonic clock: callers must not wait longer because the date was set back.
      const nowMs = clock.monotonic();
      last = { error, coldUntilMs: nowMs + coldMs, askedUntilMs: nowMs + waitMs };
      return refreshMs;
    },
    clear() {
      failures = 0;
      last = undefined;
    },
    repeatedForCold: () => repeated(last?.coldUntilMs),
    repeatedForReplacement: () => repeated(last?.askedUntilMs),
  };
}
