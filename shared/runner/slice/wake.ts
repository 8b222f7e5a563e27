import type { Clock } from "../../core/clock.ts";

/** Lets one loop wait for something to happen. A call that comes while it does not wait is kept. */
export interface Wake {
  notify(): void;
  /** Resolves at the next `notify`, or after `ms` milliseconds. */
  wait(ms: number): Promise<void>;
}

export function createWake(clock: Clock): Wake {
  let isDue = false;
  let waiting: AbortController | undefined;
  return {
    notify: () => {
      isDue = true;
      waiting?.abort();
    },
    wait: async (ms) => {
      if (!isDue && ms > 0) {
        waiting = new AbortController();
        await clock.sleep(ms, waiting.signal);
        waiting = undefined;
      }
      isDue = false;
    },
  };
}
