import type { Clock } from "../../../../shared/core/clock.ts";

/** A clock that moves only when it is told to. */
export interface ManualClock extends Clock {
  /** Moves on and wakes whoever slept until then; resolves when they have had their turn. */
  readonly advance: (ms: number) => Promise<void>;
}

/** Starts at a fixed instant, so that what is printed of it can be compared. */
export function manualClock(startMs = Date.UTC(2026, 10, 20, 12)): ManualClock {
  let elapsed = 0;
  const sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();
  return {
    now: () => startMs + elapsed,
    monotonic: () => elapsed,
    sleep: (ms) =>
      new Promise((wake) => {
        sleepers.add({ at: elapsed + ms, wake });
      }),
    advance: async (ms) => {
      elapsed += ms;
      for (const sleeper of sleepers) {
        if (sleeper.at > elapsed) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
      // Promises run before immediates: after one, every woken sleeper has gone on.
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    },
  };
}
