import type { MeasuredRun } from "./measured-run.ts";
import { type BenchOptions, conclude, judge, table } from "./show.ts";

/** A run under one condition. */
export interface QuotaRow {
  readonly what: string;
  /** Of what others leave of the write quota. */
  readonly share: number;
  readonly run: MeasuredRun;
}

/** What the worker kept in memory through a large file, megabytes. */
export interface Memory {
  readonly run: MeasuredRun;
  readonly planPeak: number;
  readonly runPeak: number;
  /** The middle of the run's first quarter, and of its last. */
  readonly firstQuarter: number;
  readonly lastQuarter: number;
}

/** Prints tables and bars, and writes the figures where asked for. */
export function showQuota(
  options: BenchOptions,
  { rows, memory, ...rest }: { rows: readonly QuotaRow[]; memory: Memory; instances: number },
): void {
  console.log(
    `\n${table([
      ["run", "rows", "writes a second", "of the quota", "throttled", "share"],
      ...rows.map(({ what, share, run }) => [
        what,
        run.writes.toLocaleString("en"),
        run.perSecond.toFixed(2),
        percent(share),
        String(run.throttled),
        percent(run.throttledShare),
      ]),
    ])}`,
  );
  const { planPeak, runPeak, firstQuarter, lastQuarter, run } = memory;
  console.log(
    `\n${table([
      ["worker's memory", "rows", "planning, most", "running, most", "first quarter", "last"],
      [
        "a large file",
        run.writes.toLocaleString("en"),
        ...[planPeak, runPeak, firstQuarter, lastQuarter].map((value) => `${value.toFixed(0)} MB`),
      ],
    ])}`,
  );
  const usedBy = (what: RegExp): number =>
    100 * (rows.find((row) => what.test(row.what))?.share ?? Number.NaN);
  const worst = Math.max(...rows.map((row) => row.run.throttledShare));
  judge([
    { name: "quota used, alone", value: usedBy(/^alone/), unit: " %", bar: 95, atMost: false },
    { name: "quota used, competing", value: usedBy(/compete/), unit: " %", bar: 95, atMost: false },
    { name: "throttled, the worst run", value: 100 * worst, unit: " %", bar: 0.1, atMost: true },
    {
      name: "worker's memory, most",
      value: Math.max(planPeak, runPeak),
      unit: " MB",
      bar: 200,
      atMost: true,
    },
  ]);
  conclude(options, { ...rest, rows, memory });
}

/** A share as a percentage, small ones with two digits. */
export const percent = (share: number): string =>
  `${(100 * share).toFixed(share < 0.01 ? 2 : 1)} %`;
