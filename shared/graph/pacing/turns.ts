import { type Clock, WOKEN } from "../../core/clock.ts";
import { OperatorError } from "../../core/errors.ts";
import type { Pace } from "./pacing.ts";

/** Grants what a pace allows, in the order of asking. */
export interface Turns {
  /** Resolves when what `amount` says by then may leave, to the instant. Rejects with the signal's reason if it aborts. */
  take(amount: () => number, signal?: AbortSignal): Promise<number>;
  /** The pace was told something: a turn may come earlier. */
  changed(): void;
}

/** Makes the turns of a pace. A hold that is longer than `longestHoldMs` is an error instead. */
export function createTurns(pace: Pace, clock: Clock, longestHoldMs = Infinity): Turns {
  let last: Promise<unknown> = Promise.resolve();
  let change = new AbortController();

  async function grant(amount: () => number, askedAt: number, signal?: AbortSignal) {
    for (;;) {
      signal?.throwIfAborted();
      const now = clock.monotonic();
      const waitMs = pace.dueAt() - now;
      if (waitMs <= 0) {
        pace.grant(amount(), now, askedAt);
        return now;
      }
      if (pace.heldUntil() - now > longestHoldMs) throw heldFor(pace.heldUntil() - now);
      await clock.sleep(waitMs, signal ? AbortSignal.any([signal, change.signal]) : change.signal);
    }
  }

  return {
    take(amount, signal) {
      const askedAt = clock.monotonic();
      const turn = last.then(() => grant(amount, askedAt, signal));
      last = turn.catch(() => undefined);
      return signal ? orAborted(turn, signal) : turn;
    },
    changed() {
      change.abort(WOKEN);
      change = new AbortController();
    },
  };
}

const heldFor = (ms: number): OperatorError =>
  new OperatorError(
    "READ_INCOMPLETE",
    `Graph asked for a pause: nothing is read for the next ${Math.ceil(ms / 1000)} s.`,
    {
      fix: "The read is retried automatically. If it repeats, the event graph.throttled says whose quota is used up (throttleScope).",
      disposition: "retry",
      retryAfterMs: ms,
    },
  );

/** `turn`, or the signal's reason at once: a caller that gives up does not wait for those before it. */
function orAborted<T>(turn: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    turn.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
