import { parseSchedule } from "./ncrontab.ts";
import { timeSpanMs } from "./time-span.ts";

/** A timer's parsed schedule. */
export interface Schedule {
  readonly expression: string;
  /**
   * The first occurrence strictly after `afterMs`, in milliseconds since the epoch, in UTC as on
   * Azure; `undefined` if none comes within a hundred years (30 February).
   */
  next(afterMs: number): number | undefined;
  /** Whether it runs more than once a minute: the host then stores no status (TimerSchedule.cs). */
  readonly isSubMinute: boolean;
  /** What the function is told of it. */
  readonly adjustsForDst: boolean;
}

/**
 * A schedule as a timer has it: an NCRONTAB expression, else a time span from one run to the next
 * (TimerSchedule.cs, ConstantSchedule.cs).
 *
 * @throws TypeError that says what is wrong with the expression.
 */
export function parseTimerSchedule(expression: string): Schedule {
  const everyMs = spanMs(expression);
  if (everyMs === undefined) return parseSchedule(expression);
  return {
    expression,
    next: (afterMs) => afterMs + everyMs,
    isSubMinute: everyMs < 60_000,
    adjustsForDst: false,
  };
}

/** `undefined` if it is no time span. What Azure does with one of zero or less was not seen. */
function spanMs(expression: string): number | undefined {
  try {
    const ms = timeSpanMs(expression);
    return ms > 0 ? ms : undefined;
  } catch {
    return undefined;
  }
}
