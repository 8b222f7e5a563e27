import assert from "node:assert/strict";

import { type Clock, systemClock } from "../../../shared/core/clock.ts";

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
      const at = await eventually(`a sleep of ${ms} ms`, () => {
        const index = sleeping.findIndex((each) => each.ms === ms);
        return index >= 0 && { index };
      });
      sleeping.splice(at.index, 1)[0]?.end();
    },
  };
}

/** Waits until `find` returns something, two minutes at most, which only a hang takes. */
export async function eventually<Found>(
  what: string,
  find: () => Found | undefined | false | Promise<Found | undefined | false>,
  shown: () => unknown = () => "",
): Promise<Found> {
  const late = performance.now() + 120_000;
  for (;;) {
    const result = await find();
    if (result !== undefined && result !== false) return result;
    assert.ok(
      performance.now() < late,
      `never saw ${what}; saw ${JSON.stringify(shown(), null, 1)}`,
    );
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
