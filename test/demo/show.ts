import { noVerdicts, type VerdictCounts, verdicts } from "../../shared/catalogue/row.ts";
import type { BatchStatus } from "../../shared/records/status.ts";

const isTerminal = process.stdout.isTTY;
const paint = (code: number, text: string): string =>
  isTerminal && !process.env["NO_COLOR"] ? `\u001b[${code}m${text}\u001b[0m` : text;
const COLORS = {
  done: 32,
  unchanged: 36,
  skipped: 90,
  failed: 31,
  held: 33,
  pending: 37,
} as const;

/** Prints a step with the seconds since the start. */
export const step = (sinceMs: number, text: string): void => {
  const seconds = ((performance.now() - sinceMs) / 1000).toFixed(1).padStart(5);
  console.log(`${paint(90, `${seconds} s`)}  ${text}`);
};

/** Rows by verdict of several batches together. */
export function total(all: readonly (BatchStatus | undefined)[]): VerdictCounts {
  const sum = noVerdicts();
  for (const one of all) for (const name of verdicts) sum[name] += one?.verdicts[name] ?? 0;
  return sum;
}

/** A progress line: overwritten on a terminal, printed once a second otherwise. */
export function progressLine(): { show(line: string): void; end(): void } {
  let printedMs = 0;
  return {
    show(line) {
      if (isTerminal) process.stdout.write(`\r\u001b[K${line}`);
      else if (performance.now() - printedMs > 1000) {
        printedMs = performance.now();
        console.log(line);
      }
    },
    end() {
      if (isTerminal) process.stdout.write("\r\u001b[K");
    },
  };
}

/** `[######····]  812/1300 rows  197 writes/s (99 % of the quota)  0 throttled  3 s left` */
export function describe(all: readonly (BatchStatus | undefined)[]): string {
  const rows = all.reduce((sum, one) => sum + (one?.rows ?? 0), 0);
  const open = total(all).pending;
  const ended = rows - open;
  const width = 24;
  const full = rows === 0 ? 0 : Math.round((ended / rows) * width);
  const running = all.find((one) => one?.state === "running");
  const bar = `${"#".repeat(full)}${"·".repeat(width - full)}`;
  const speed = running
    ? `${running.writesPerSecond.toFixed(0)} writes/s (${(running.quotaShare * 100).toFixed(0)} % of the quota)  ${running.throttled} throttled`
    : "planning";
  const eta = running?.etaSeconds == null ? "" : `  ${Math.ceil(running.etaSeconds)} s left`;
  return `[${bar}]  ${ended}/${rows} rows  ${speed}${eta}`;
}

/** One bar for each verdict, for the final view. */
export function verdictBars(counts: VerdictCounts): string {
  const most = Math.max(...Object.values(counts), 1);
  return verdicts
    .filter((name) => counts[name] > 0)
    .map((name) => {
      const bar = "█".repeat(Math.max(1, Math.round((counts[name] / most) * 32)));
      return `    ${name.padEnd(10)}${String(counts[name]).padStart(6)}  ${paint(COLORS[name], bar)}`;
    })
    .join("\n");
}

/** Bold on a terminal. */
export const strong = (text: string): string => paint(1, text);
