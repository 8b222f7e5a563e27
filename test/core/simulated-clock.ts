import { setImmediate } from "node:timers/promises";

import type { Clock } from "../../shared/core/clock.ts";

/** A clock whose time passes only when a test says so. */
export interface SimulatedClock extends Clock {
  /** The lengths of the sleeps that no signal can end, in milliseconds, in the order they began. */
  readonly waits: readonly number[];
  /** Lets `ms` pass: wakes sleepers in order, each at its own instant, and lets them continue. */
  advance(ms: number): Promise<void>;
  /** Moves on by `ms` at once, as for a suspended machine: sleepers that are due wake afterwards. */
  jump(ms: number): Promise<void>;
  /** Lets time pass from one sleeper to the next until `work` is done, and returns its result. */
  run<T>(work: Promise<T>): Promise<T>;
  /** Corrects the date by `ms`; the monotonic clock and sleepers do not notice. */
  shiftDate(ms: number): void;
}

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

/**
 * Starts at `startMs` since the epoch, its monotonic side at 0. With `skipsWaits` a sleep that no
 * signal can end takes no time for its caller; sleeps with a signal, which are time-outs, do. `run` gives
 * the work so many `turns` of the event loop before it lets time pass.
 */
export function createSimulatedClock({
  startMs = Date.UTC(2026, 10, 21, 12),
  skipsWaits = false,
  turns = 1,
}: {
  readonly startMs?: number;
  readonly skipsWaits?: boolean;
  readonly turns?: number;
} = {}): SimulatedClock {
  const sleepers = new Set<Sleeper>();
  const waits: number[] = [];
  let elapsedMs = 0;
  let dateMs = startMs;

  const first = (): Sleeper | undefined =>
    [...sleepers].toSorted((one, other) => one.atMs - other.atMs)[0];

  function moveTo(atMs: number): void {
    elapsedMs = Math.max(elapsedMs, atMs);
  }

  function wake(sleeper: Sleeper): void {
    sleepers.delete(sleeper);
    sleeper.wake();
  }

  return {
    waits,
    now: () => dateMs + elapsedMs,
    monotonic: () => elapsedMs,
    shiftDate: (ms) => void (dateMs += ms),
    sleep: (ms, signal) => {
      if (!signal) waits.push(ms);
      if (signal?.aborted) return Promise.resolve();
      if (!signal && skipsWaits) {
        moveTo(elapsedMs + ms);
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        const sleeper = { atMs: elapsedMs + Math.max(0, ms), wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", () => wake(sleeper), { once: true });
      });
    },
    async advance(ms) {
      const untilMs = elapsedMs + ms;
      await setImmediate();
      for (let next = first(); next && next.atMs <= untilMs; next = first()) {
        moveTo(next.atMs);
        wake(next);
        await setImmediate();
      }
      moveTo(untilMs);
      await setImmediate();
    },
    async jump(ms) {
      moveTo(elapsedMs + ms);
      for (const sleeper of sleepers) if (sleeper.atMs <= elapsedMs) wake(sleeper);
      await setImmediate();
    },
    async run(work) {
      let isDone = false;
      const watched = work.finally(() => (isDone = true));
      watched.catch(() => undefined);
      for (;;) {
        for (let turn = 0; turn < turns; turn += 1) await setImmediate();
        if (isDone) return watched;
        const next = first();
        if (!next) throw new Error("the work waits, and nobody sleeps: a deadlock");
        moveTo(next.atMs);
        wake(next);
      }
    },
  };
}
