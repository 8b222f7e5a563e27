import { parseArgs } from "node:util";

import { buildInto } from "../../scripts/build.ts";
import { dist, setStage } from "../stage/stage.ts";
import { measuredRun } from "./measured-run.ts";
import { processorSeconds, watchMemory } from "./resident.ts";
import { conclude, judge, median, table } from "./show.ts";

/**
 * `npm run bench:scale`: files of 10,000, 100,000 and 1,000,000 rows, each row another user, through
 * plan, run and report of the whole product: what the worker keeps in memory, and whether its
 * processor time grows with rows and no faster. The local cloud runs at a hundred times Graph's rates,
 * so that the product and not the quota is the limit. `--rows N` is the largest file (1,000,000),
 * `--short` takes 20,000.
 */
const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "1000000" },
    short: { type: "boolean", default: false },
    json: { type: "string" },
  },
});
const SPEED = 100;
const largest = values.short ? 20_000 : Number(values.rows);
const sizes = [largest / 100, largest / 10, largest];

await buildInto(dist, "functions/index.ts");
const stage = await setStage({
  cloud: {
    speed: SPEED,
    graph: {
      journal: 0,
      seed: { users: largest, synced: 0, guests: 0, disabled: 0 },
    },
  },
});
const figures: Figures[] = [];
try {
  const { users } = await stage.cloud.control.graph("snapshot", {
    properties: ["userPrincipalName"],
  });
  const names = users.map(({ values: user }) => String(user["userPrincipalName"]));
  for (const rows of sizes) figures.push(await measure(rows, names));
} finally {
  await stage.close();
}
show(figures);

/** What a file of `rows` rows took: seconds, and processor seconds and megabytes of the worker. */
interface Figures {
  readonly rows: number;
  readonly planSeconds: number;
  readonly runSeconds: number;
  readonly processorSeconds: number;
  readonly planPeak: number;
  readonly runPeak: number;
  readonly firstQuarter: number;
  readonly lastQuarter: number;
}

async function measure(rows: number, users: readonly string[]): Promise<Figures> {
  // A fresh worker.
  await stage.host.restart();
  const worker = (): number | undefined => stage.host.status().workerPid;
  const watch = watchMemory(worker);
  const usedBefore = processorSeconds(worker()) ?? Number.NaN;
  const run = await measuredRun(stage, { name: `of-${rows}`, rows, users, speed: SPEED });
  watch.end();
  const { sentMs, plannedMs, finishedMs } = run;
  const between = (fromMs: number, toMs: number): number[] =>
    watch.samples
      .filter(({ atMs }) => atMs >= fromMs && atMs < toMs)
      .map(({ bytes }) => bytes / 1e6);
  const quarterMs = (finishedMs - plannedMs) / 4;
  const measured = {
    rows,
    planSeconds: run.planSeconds,
    runSeconds: (finishedMs - plannedMs) / 1000,
    processorSeconds: (processorSeconds(worker()) ?? Number.NaN) - usedBefore,
    planPeak: Math.max(...between(sentMs, plannedMs)),
    runPeak: Math.max(...between(plannedMs, finishedMs)),
    firstQuarter: median(between(plannedMs, plannedMs + quarterMs)),
    lastQuarter: median(between(finishedMs - quarterMs, finishedMs)),
  };
  console.log(
    `${rows.toLocaleString("en")} rows: planned in ${measured.planSeconds.toFixed(1)} s, run and reported in ${measured.runSeconds.toFixed(1)} s, ${run.throttled} throttled`,
  );
  return measured;
}

function show(all: readonly Figures[]): void {
  const perRow = (each: Figures): number => (1000 * each.processorSeconds) / each.rows;
  console.log(
    `\n${table([
      [
        "rows",
        "plan",
        "run and report",
        "processor a row",
        "planning, most",
        "running, most",
        "first quarter",
        "last",
      ],
      ...all.map((each) => [
        each.rows.toLocaleString("en"),
        `${each.planSeconds.toFixed(1)} s`,
        `${each.runSeconds.toFixed(1)} s`,
        `${perRow(each).toFixed(2)} ms`,
        ...[each.planPeak, each.runPeak, each.firstQuarter, each.lastQuarter].map(megabytes),
      ]),
    ])}`,
  );
  const [, middle, most] = all;
  if (middle === undefined || most === undefined) return;
  judge([
    {
      name: "worker's memory, most",
      value: Math.max(most.planPeak, most.runPeak),
      unit: " MB",
      bar: 200,
      atMost: true,
    },
    {
      name: "processor time of a row, largest ÷ a tenth of it",
      value: perRow(most) / perRow(middle),
      unit: "",
      bar: 1.2,
      atMost: true,
    },
  ]);
  conclude({ short: values.short, json: values.json }, { speed: SPEED, figures: all });
}

function megabytes(value: number): string {
  return Number.isFinite(value) ? `${value.toFixed(0)} MB` : "";
}
