import { setImmediate } from "node:timers/promises";

import type { Clock } from "../../shared/core/clock.ts";

/** A clock that stands still until every task sleeps, and then jumps to the first wake-up. */
export interface SimulatedClock extends Clock {
  /** Lets time pass until `work` is done, and returns its result. */
  run<T>(work: Promise<T>): Promise<T>;
}

/** It starts at `startMs` of the epoch; its monotonic side starts at 0. */
export function createSimulatedClock(startMs = Date.UTC(2026, 10, 20)): SimulatedClock {
  let elapsed = 0;
  let sleepers: { at: number; wake: () => void }[] = [];
  return {
    now: () => startMs + elapsed,
    monotonic: () => elapsed,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const sleeper = { at: elapsed + Math.max(0, ms), wake: resolve };
        sleepers.push(sleeper);
        signal?.addEventListener("abort", () => {
          sleepers = sleepers.filter((each) => each !== sleeper);
          resolve();
        });
      }),
    async run(work) {
      let settled = false;
      const watched = work.finally(() => (settled = true));
      watched.catch(() => undefined);
      for (;;) {
        await setImmediate();
        if (settled) return watched;
        const next = sleepers.toSorted((a, b) => a.at - b.at)[0];
        if (!next) throw new Error("deadlock: every task waits and none sleeps");
        sleepers = sleepers.filter((each) => each !== next);
        elapsed = Math.max(elapsed, next.at);
        next.wake();
      }
    },
  };
}
