import type { Clock } from "../../core/clock.ts";

/** The `Date` header has whole seconds and travels; a smaller difference says nothing. */
const NOISE_MS = 3_000;
/** A larger correction has to be confirmed before it is believed. */
const LARGE_STEP_MS = 60_000;

/** What one answer of Entra says about the time. */
export interface TimeSeen {
  /** The answer's `Date` header. */
  readonly date: string | null;
  /** When the request was sent and its answer received, by our own clock. */
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
}

/** The server's time, measured by the `Date` headers of Entra's answers. */
export interface ServerClock {
  /** The server's time in milliseconds since the epoch; our own until an answer said otherwise. */
  now(): number;
  /** Our own, for durations: it does not jump when `now` is corrected. */
  monotonic(): number;
  /** Our own. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** How far we are behind, in milliseconds; negative if we are ahead. */
  behindMs(): number;
  /** Whether an answer has told the time yet. */
  isKnown(): boolean;
  /** With `confirmed`, something besides the header says that our clock is wrong. */
  observe(seen: TimeSeen, options?: { readonly confirmed?: boolean }): void;
}

/**
 * Corrects a machine's wrong clock, which would otherwise end in AADSTS700024: an assertion outside its
 * time range. A difference within rounding and travel time counts as none.
 *
 * One wrong header must not put every certificate out of force. So a correction by more than a minute is
 * kept aside until a second answer agrees with it, unless it comes with a refusal that itself says that
 * our clock is wrong.
 */
export function createServerClock(clock: Clock): ServerClock {
  let behindMs = 0;
  let unconfirmedMs: number | undefined;
  let isKnown = false;
  return {
    now: () => clock.now() + behindMs,
    monotonic: () => clock.monotonic(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
    behindMs: () => behindMs,
    isKnown: () => isKnown,
    observe({ date, sentAtMs, receivedAtMs }, { confirmed = false } = {}) {
      const dateMs = date === null ? Number.NaN : Date.parse(date);
      if (Number.isNaN(dateMs)) return;
      isKnown = true;
      const noiseMs = NOISE_MS + (receivedAtMs - sentAtMs) / 2;
      const measuredMs = Math.round(dateMs + 500 - (sentAtMs + receivedAtMs) / 2);
      const differenceMs = Math.abs(measuredMs) < noiseMs ? 0 : measuredMs;
      const isSmall = Math.abs(differenceMs - behindMs) <= LARGE_STEP_MS;
      const isRepeated =
        unconfirmedMs !== undefined && Math.abs(differenceMs - unconfirmedMs) <= 2 * noiseMs;
      if (isSmall || isRepeated || confirmed) {
        behindMs = differenceMs;
        unconfirmedMs = undefined;
      } else unconfirmedMs = differenceMs;
    },
  };
}
