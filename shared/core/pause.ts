import type { Clock } from "./clock.ts";
import { OperatorError } from "./errors.ts";

/** No Retry-After pauses requests for longer, because a wrong header must not stop a whole night. */
export const LONGEST_PAUSE_MS = 10 * 60_000;

/** A wait that a service asked for. It holds for every request to the service, not for one caller. */
export interface Pause {
  /** @throws the error that began the pause, with the wait that is left, while it lasts. */
  check(): void;
  /** Begins a pause if `error` names a wait. */
  begin(error: unknown): void;
}

/** Starts without a pause. It lasts by the monotonic clock, so a corrected date does not prolong it. */
export function createPause(clock: Pick<Clock, "monotonic">): Pause {
  let pause: { readonly error: OperatorError; readonly untilMs: number } | undefined;
  return {
    check() {
      const leftMs = (pause?.untilMs ?? Number.NEGATIVE_INFINITY) - clock.monotonic();
      if (pause !== undefined && leftMs > 0) throw withWait(pause.error, leftMs);
    },
    begin(error) {
      if (!(error instanceof OperatorError) || error.retryAfterMs === undefined) return;
      const waitMs = Math.min(error.retryAfterMs, LONGEST_PAUSE_MS);
      pause = { error, untilMs: clock.monotonic() + waitMs };
    },
  };
}

/** The same error with another wait. */
export function withWait(error: OperatorError, retryAfterMs: number): OperatorError {
  const { code, what, fix, disposition } = error;
  return new OperatorError(code, what, { fix, disposition, retryAfterMs, cause: error });
}
