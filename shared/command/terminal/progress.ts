import type { BatchStatus } from "../../records/status.ts";
import { countsText, duration, figure } from "./figures.ts";

const WIDTH = 24;

/** One line that says how far a batch is: a bar, verdicts, writes a second, and how long it will take. */
export function progressLine(status: BatchStatus): string {
  const { batch, state, rows, verdicts, writesPerSecond, etaSeconds, throttled } = status;
  const { pending, ...ended } = verdicts;
  const over = rows - pending;
  const filled = rows === 0 ? 0 : Math.round((over / rows) * WIDTH);
  const bar = `[${"#".repeat(filled)}${".".repeat(WIDTH - filled)}]`;
  const parts = [
    `${batch}  ${state}  ${bar} ${figure(over)} of ${figure(rows)}`,
    countsText(ended),
    state === "running" ? `${writesPerSecond.toFixed(1)} writes/s` : "",
    state === "running" && etaSeconds !== null ? `${duration(etaSeconds)} left` : "",
    throttled > 0 ? `throttled ${figure(throttled)}` : "",
  ];
  return parts.filter((part) => part !== "").join("  ");
}
