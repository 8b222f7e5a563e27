import { mkdirSync, writeFileSync } from "node:fs";
import os from "node:os";
import { dirname } from "node:path";
import { parseArgs } from "node:util";

/** What every benchmark takes: `--short` for CI, `--json FILE` for the same figures as a file. */
export interface BenchOptions {
  readonly short: boolean;
  readonly json: string | undefined;
}

/** @throws TypeError for an unknown option. */
export function readOptions(args = process.argv.slice(2)): BenchOptions {
  const { values } = parseArgs({
    args,
    options: { short: { type: "boolean", default: false }, json: { type: "string" } },
  });
  return { short: values.short, json: values.json };
}

/** Rows as a Markdown table, the first one its head, numbers to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const isNumber = widths.map((_, column) =>
    rows
      .slice(1)
      .every((row) => /^([<>≤≥] ?)?[\d.,]+( ?%| ?MB| ?KB| ?ms| ?s)?$|^$/.test(row[column] ?? "")),
  );
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => pad(row[column] ?? "", width, isNumber[column])).join(" | ")} |`;
  const rule = `| ${widths.map((width, column) => (isNumber[column] ? `${"-".repeat(width - 1)}:` : "-".repeat(width))).join(" | ")} |`;
  return [line(rows[0] ?? []), rule, ...rows.slice(1).map(line)].join("\n");
}

const pad = (text: string, width: number, isNumber = false): string =>
  isNumber ? text.padStart(width) : text.padEnd(width);

/** The machine, and the date of the figures. */
export function machine(): Readonly<Record<string, string | number>> {
  const [cpu] = os.cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpu?.model.trim() ?? "unknown",
    cores: os.availableParallelism(),
    memoryGb: Math.round(os.totalmem() / 2 ** 30),
    os: `${os.type()} ${os.release()}`,
    node: process.version,
    load: `load ${(os.loadavg()[0] ?? 0).toFixed(1)}`,
  };
}

/** The middle of the values; the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return (
    ((sorted[Math.ceil(half) - 1] ?? Number.NaN) + (sorted[Math.floor(half)] ?? Number.NaN)) / 2
  );
}

/** Prints the machine and, with `--json`, writes the figures as JSON. */
export function conclude(options: BenchOptions, figures: Readonly<Record<string, unknown>>): void {
  const where = machine();
  console.log(`\n${Object.values(where).join(", ")}`);
  if (options.json === undefined) return;
  mkdirSync(dirname(options.json), { recursive: true });
  writeFileSync(options.json, `${JSON.stringify({ machine: where, ...figures }, undefined, 2)}\n`);
}

/** A bar: what was reached, what is to be reached, and whether it was. */
export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly bar: number;
  readonly atMost: boolean;
}

/** Prints the bars, and makes the process exit with 1 if one is missed. */
export function judge(bars: readonly Bar[]): void {
  const rows = bars.map(({ name, value, unit, bar, atMost }) => {
    const isMet = atMost ? value <= bar : value >= bar;
    if (!isMet) process.exitCode = 1;
    const shown = (figure: number): string => `${Number(figure.toFixed(3))}${unit}`;
    return [name, shown(value), `${atMost ? "≤" : "≥"} ${shown(bar)}`, isMet ? "met" : "MISSED"];
  });
  console.log(`\n${table([["benchmark", "measured", "target", ""], ...rows])}`);
}
