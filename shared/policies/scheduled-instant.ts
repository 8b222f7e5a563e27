import { recordOf } from "../core/record.ts";

/** A timer may fire this early, by its own clock, in milliseconds. */
const EARLY_MS = 30_000;
/** An instant longer ago is no missed occurrence: the host's "never" is in the year 1. */
const LATE_MS = 31 * 86_400_000;

/**
 * When a timer that runs now was due, in milliseconds since the epoch. That is its `next` occurrence in
 * the host's status, which the host changes only after the run (TimerListener.cs), so a run that is late
 * or repeated after a crash keeps its instant. A run that a person starts has none and is due now.
 */
export function scheduledInstant(timer: unknown, nowMs: number): number {
  const { next } = recordOf(recordOf(timer)["scheduleStatus"]);
  const dueMs = typeof next === "string" ? Date.parse(next) : Number.NaN;
  return dueMs > nowMs - LATE_MS && dueMs <= nowMs + EARLY_MS ? dueMs : nowMs;
}
