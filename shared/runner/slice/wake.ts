import { type Clock, WOKEN } from "../../core/clock.ts";

/** How often doubts and shards are checked if nothing else wakes the slice, milliseconds. */
export const TICK_MS = 200;

/** Lets one loop wait for something to happen. A call that comes before it waits counts for the next wait. */
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
      waiting?.abort(WOKEN);
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
