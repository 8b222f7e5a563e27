import type { MeasuredRun } from "./measured-run.ts";
import { type BenchOptions, conclude, judge, table } from "./show.ts";

/** A run under one condition. */
export interface QuotaRow {
  readonly what: string;
  /** Share of the write quota that others leave. */
  readonly share: number;
  readonly run: MeasuredRun;
}

/**
 * The writes that were accepted, as a share of those that the quota allowed: what flowed into the empty
 * bucket until the first write, and from the first write to the last. Without the first part the first
 * post would count as free, which is 2 % of 1,000 writes.
 */
export const quotaShare = (
  run: Pick<MeasuredRun, "writes" | "heldSeconds" | "writeSeconds">,
  allowedPerSecond: number,
): number => run.writes / (allowedPerSecond * (run.heldSeconds + run.writeSeconds));

/** Prints tables and bars, and with `--json` writes the figures. */
export function showQuota(
  options: BenchOptions,
  { rows, ...rest }: { rows: readonly QuotaRow[]; instances: number },
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
  const usedBy = (what: RegExp): number =>
    100 * (rows.find((row) => what.test(row.what))?.share ?? Number.NaN);
  const worst = Math.max(...rows.map((row) => row.run.throttledShare));
  // A short run takes 10 s, of which the start of the runner is 1 to 3 %.
  const bar = options.short ? 90 : 95;
  judge([
    { name: "quota used, alone", value: usedBy(/^alone/), unit: " %", bar, atMost: false },
    { name: "quota used, competing", value: usedBy(/compete/), unit: " %", bar, atMost: false },
    { name: "throttled, the worst run", value: 100 * worst, unit: " %", bar: 0.1, atMost: true },
  ]);
  conclude(options, { ...rest, rows });
}

/** A share as a percentage, small ones with two digits. */
export const percent = (share: number): string =>
  `${(100 * share).toFixed(share < 0.01 ? 2 : 1)} %`;
