import { recordOf } from "../core/record.ts";

/** A timer may fire this much early, by its own clock, milliseconds. */
const EARLY_MS = 30_000;
/** What is longer ago is no occurrence that was missed: the host's "never" is in the year 1. */
const LATE_MS = 31 * 86_400_000;

/**
 * When a timer that runs now was due, milliseconds since the epoch: what the host still holds as its
 * `next` occurrence, which it moves on only after the run (TimerListener.cs). So a run that is repeated
 * after a crash, or comes late, is the run it was. One that a person starts in between has no such
 * instant and is due now.
 */
export function scheduledInstant(timer: unknown, nowMs: number): number {
  const { next } = recordOf(recordOf(timer)["scheduleStatus"]);
  const dueMs = typeof next === "string" ? Date.parse(next) : Number.NaN;
  return dueMs > nowMs - LATE_MS && dueMs <= nowMs + EARLY_MS ? dueMs : nowMs;
}
