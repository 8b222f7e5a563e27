/**
 * Time as an argument, so that tests of waits and expiry need not wait. `now` is the wall clock in
 * milliseconds since the epoch; `monotonic` never jumps and is for durations.
 */
export interface Clock {
  now(): number;
  monotonic(): number;
  /** Resolves after `ms` milliseconds, or at once, still without an error, when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The reason of a signal that only ends a sleep: without one a DOMException is made for each. */
export const WOKEN = "woken";

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener("abort", done, { once: true });
    }),
};

/** Whether a text in ISO 8601 names an instant, or a day, that the calendar has: JavaScript takes 30 February for 2 March. */
export function isInCalendar(text: string): boolean {
  const day = text.slice(0, 10);
  const begin = new Date(`${day}T00:00:00Z`);
  return (
    !Number.isNaN(Date.parse(text)) &&
    !Number.isNaN(begin.getTime()) &&
    begin.toISOString().startsWith(day)
  );
}
