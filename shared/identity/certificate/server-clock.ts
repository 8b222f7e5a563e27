import type { Clock } from "../../core/clock.ts";

/** Below this the `Date` header, which counts whole seconds and travels, says nothing. */
const NOISE_MS = 3_000;

/** The other side's idea of the time, learnt from the `Date` headers of its answers. */
export interface ServerClock {
  /** The instant there, in milliseconds since the epoch; our own until an answer was seen. */
  now(): number;
  /** Our own, for durations: never jumps, as `now` does when it is corrected. */
  monotonic(): number;
  /** How far we are behind, in milliseconds; negative if we are ahead. */
  behindMs(): number;
  /** Whether an answer told the time yet. */
  isKnown(): boolean;
  observe(header: string | null, sentAtMs: number, receivedAtMs: number): void;
}

/**
 * Corrects a machine's wrong clock, which would otherwise end in AADSTS700024: an assertion outside
 * its time range. A difference that the header's whole seconds or the way could explain is none.
 */
export function createServerClock(clock: Clock): ServerClock {
  let behindMs = 0;
  let known = false;
  return {
    now: () => clock.now() + behindMs,
    monotonic: () => clock.monotonic(),
    behindMs: () => behindMs,
    isKnown: () => known,
    observe(header, sentAtMs, receivedAtMs) {
      const dateMs = header === null ? Number.NaN : Date.parse(header);
      if (Number.isNaN(dateMs)) return;
      known = true;
      const differenceMs = Math.round(dateMs + 500 - (sentAtMs + receivedAtMs) / 2);
      behindMs =
        Math.abs(differenceMs) < NOISE_MS + (receivedAtMs - sentAtMs) / 2 ? 0 : differenceMs;
    },
  };
}
