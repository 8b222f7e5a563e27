import { type Clock, systemClock } from "../../../shared/core/clock.ts";
import { until } from "../../core/until.ts";

/** A clock whose sleeps of the `held` lengths last until they are released; others are real. */
export interface HoldingClock extends Clock {
  /** Ends the oldest sleep of this length; waits until there is one. */
  release(ms: number): Promise<void>;
  /** Makes `monotonic` jump. */
  advance(ms: number): void;
}

export function holdingClock(held: readonly number[]): HoldingClock {
  const sleeping: { readonly ms: number; readonly end: () => void }[] = [];
  let aheadMs = 0;
  return {
    ...systemClock,
    monotonic: () => systemClock.monotonic() + aheadMs,
    advance: (ms) => {
      aheadMs += ms;
    },
    sleep: async (ms, signal) => {
      if (!held.includes(ms)) return await systemClock.sleep(ms, signal);
      if (signal?.aborted) return;
      await new Promise<void>((end) => {
        sleeping.push({ ms, end });
        signal?.addEventListener("abort", () => end(), { once: true });
      });
    },
    release: async (ms) => {
      const find = () => {
        const index = sleeping.findIndex((each) => each.ms === ms);
        return index >= 0 && { index };
      };
      const at = await until(find, { what: `a sleep of ${ms} ms`, everyMs: 10 });
      sleeping.splice(at.index, 1)[0]?.end();
    },
  };
}
