import type { Clock } from "../../shared/core/clock.ts";

/** A clock that moves only when it is told to. */
export interface SimulatedClock extends Clock {
  /** Moves on by `ms`, waking sleepers in order and letting what they start run. */
  advance(ms: number): Promise<void>;
}

export function createSimulatedClock(
  startMs: number = Date.UTC(2026, 10, 21, 12, 0, 0),
): SimulatedClock {
  let nowMs = startMs;
  const sleepers = new Set<{ wakeAtMs: number; wake: () => void }>();

  return {
    now: () => nowMs,
    monotonic: () => nowMs - startMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const sleeper = {
          wakeAtMs: nowMs + ms,
          wake: () => {
            sleepers.delete(sleeper);
            signal?.removeEventListener("abort", sleeper.wake);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", sleeper.wake, { once: true });
      }),
    async advance(ms) {
      const untilMs = nowMs + ms;
      await settle();
      for (;;) {
        const due = [...sleepers].filter(({ wakeAtMs }) => wakeAtMs <= untilMs);
        const next = due.toSorted((a, b) => a.wakeAtMs - b.wakeAtMs)[0];
        if (!next) break;
        nowMs = Math.max(nowMs, next.wakeAtMs);
        next.wake();
        await settle();
      }
      nowMs = untilMs;
      await settle();
    },
  };
}

/** Long enough for what promises alone have started. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
