import type { Clock } from "../../shared/core/clock.ts";

/** The machine's clock, on which waits take no time and time-outs come when the test says. */
export interface EagerClock extends Clock {
  /** The waits so far, in milliseconds; time-outs are none. */
  readonly waits: number[];
  /** Lets the time-outs that are running come now. */
  timeOut(): void;
}

export function createEagerClock(): EagerClock {
  const waits: number[] = [];
  const running = new Set<() => void>();
  return {
    waits,
    now: () => Date.now(),
    monotonic: () => performance.now(),
    timeOut() {
      for (const come of running) come();
      running.clear();
    },
    async sleep(ms, signal) {
      // What can be called off is a time-out; what cannot is a wait before the next attempt.
      if (!signal) {
        waits.push(ms);
        return;
      }
      await new Promise<void>((resolve) => {
        running.add(resolve);
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    },
  };
}
