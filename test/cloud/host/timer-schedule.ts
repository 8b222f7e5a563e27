import { parseSchedule, type Schedule } from "./ncrontab.ts";
import { timeSpanMs } from "./time-span.ts";

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
