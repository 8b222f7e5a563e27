import { execFileSync, fork } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";

import { buildInto } from "../../../scripts/build.ts";
import { root } from "../../../scripts/bundle.ts";
import { dist } from "../../stage/stage.ts";
import { judge, machine, median, table } from "../show.ts";
import { barChart } from "./bar-chart.ts";
import { barsOf, neededFor, type Raced } from "./bars.ts";
import type { Result } from "./one-race.ts";
import { type Scenario, scenarios } from "./scenarios.ts";

/**
 * `npm run bench:rivals`: the product beside Microsoft's Graph client, PnPjs, Kiota, a plain loop and
 * PATCHes of 20 members, on the same local cloud with meters and latency, each as its documentation shows.
 * Every contestant of a scenario runs in turn, `--rounds` times (some scenarios once); the table has medians.
 * `--only "A full,C"` runs scenarios whose name begins so, `--contestants kiota,pnpjs` lets only these take part,
 * `--chart FILE` writes the times as an SVG, and `--docs` writes table and chart into docs/. All of it with three
 * rounds takes about an hour and a half. `--bars` runs only the races that have a target, each with whom it is
 * compared with, all of them `--rounds` times: some 28 minutes with three rounds.
 */
const { values: options } = parseArgs({
  options: {
    short: { type: "boolean", default: false },
    rounds: { type: "string" },
    only: { type: "string", default: "" },
    contestants: { type: "string", default: "" },
    bars: { type: "boolean", default: false },
    json: { type: "string" },
    chart: { type: "string" },
    docs: { type: "boolean", default: false },
  },
});
/** Where the documentation has the race. */
const [BEGIN, END] = ["<!-- race: written by npm run bench:rivals -->", "<!-- race ends -->"];
/** A race that takes longer than this has gone wrong, milliseconds. */
const LONGEST_MS = 10 * 60_000;
const rounds = Number(options.rounds ?? (options.short ? 1 : 3));
const everybody = ["directory-batch", "graph-client", "pnpjs", "kiota", "loop-of-8"];

installRivals();
await buildInto(dist, "functions/index.ts");
const races: Raced[] = [];
const startedMs = performance.now();
for (const scenario of scenarios(options.short).filter(isChosen)) {
  races.push({ scenario, results: await runRounds(scenario) });
}
report();

function isChosen(scenario: Scenario): boolean {
  if (options.bars && neededFor(scenario) === undefined) return false;
  return options.only.split(",").some((start) => scenario.name.startsWith(start.trim()));
}

/** Rivals live in a package of their own, which nothing else needs. */
function installRivals(): void {
  if (existsSync(join(import.meta.dirname, "node_modules"))) return;
  console.log("installing the rivals …");
  execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], {
    cwd: import.meta.dirname,
    stdio: "inherit",
  });
}

async function runRounds(scenario: Scenario): Promise<readonly Result[]> {
  const named = options.contestants.split(",").filter((name) => name !== "");
  const all =
    scenario.tasks === "memberships"
      ? ["directory-batch", "directory-batch-singles", "patch-20", "loop-of-8"]
      : everybody;
  const needed = options.bars ? neededFor(scenario) : undefined;
  const taking = named.length > 0 ? named : (needed ?? all);
  const results: Result[] = [];
  const times = timesOf(scenario);
  for (let round = 1; round <= times; round += 1) {
    for (const contestant of taking) {
      const result = await runOne(contestant, scenario);
      results.push(result);
      console.log(
        `${scenario.name} ${round}/${times}: ${contestant} ${result.seconds.toFixed(1)} s, wrong ${result.wrong}, failed ${result.failed}, unknown ${result.unknown}, twice ${result.twice}, throttled ${result.throttled}`,
      );
    }
  }
  return taking.map((contestant) =>
    medianOf(results.filter((result) => result.contestant === contestant)),
  );
}

/** How often a scenario runs. */
function timesOf({ once }: Scenario): number {
  return once && !options.bars ? 1 : rounds;
}

function runOne(contestant: string, scenario: Scenario): Promise<Result> {
  const child = fork(join(import.meta.dirname, "one-race.ts"), [
    JSON.stringify({ contestant, scenario }),
  ]);
  return new Promise((resolve, reject) => {
    let result: Result | undefined;
    const limit = setTimeout(() => child.kill("SIGKILL"), LONGEST_MS);
    child.once("exit", () => clearTimeout(limit));
    child.once("message", (message) => (result = message as Result));
    child.once("exit", (code) => {
      if (result !== undefined) resolve(result);
      else reject(new Error(`${scenario.name}: ${contestant} ended with ${code}`));
    });
  });
}

/** Times and shares are medians; what went wrong is the worst of the rounds. */
function medianOf(results: readonly Result[]): Result {
  const middle = (of: (result: Result) => number): number => median(results.map(of));
  const worst = (of: (result: Result) => number): number => Math.max(...results.map(of));
  return {
    contestant: results[0]!.contestant,
    seconds: middle(({ seconds }) => seconds),
    quotaShare: results[0]!.quotaShare && middle(({ quotaShare }) => quotaShare ?? Number.NaN),
    writes: middle(({ writes }) => writes),
    throttled: worst(({ throttled }) => throttled),
    cpuMsPerTask: middle(({ cpuMsPerTask }) => cpuMsPerTask),
    right: middle(({ right }) => right),
    wrong: worst(({ wrong }) => wrong),
    failed: worst(({ failed }) => failed),
    unknown: worst(({ unknown }) => unknown),
    twice: worst(({ twice }) => twice),
  };
}

function report(): void {
  const rows = races.flatMap(({ scenario, results }) =>
    results.map((result) => [
      timesOf(scenario) < rounds ? `${scenario.name} (1)` : scenario.name,
      result.contestant,
      `${result.seconds.toFixed(1)} s`,
      result.quotaShare === undefined ? "" : `${(100 * result.quotaShare).toFixed(1)} %`,
      ...[result.wrong, result.failed, result.unknown, result.twice, result.throttled].map(String),
      result.cpuMsPerTask.toFixed(2),
    ]),
  );
  const head =
    "race,contestant,time,of the quota,wrong,failed,unknown,twice,throttled,ms CPU a row";
  const shown = table([head.split(","), ...rows]);
  console.log(`\n${shown}\n`);
  for (const { scenario } of races) {
    console.log(`${scenario.name}: ${scenario.count} ${scenario.about}`);
  }
  const minutes = (performance.now() - startedMs) / 60_000;
  console.log(
    `\n${Object.values(machine()).join(", ")}, ${rounds} rounds, ${minutes.toFixed(0)} minutes`,
  );
  // What a few tasks take says nothing of the targets.
  if (!options.short) judge(barsOf(races));
  if (options.json !== undefined)
    write(options.json, JSON.stringify({ machine: machine(), races }));
  if (options.chart !== undefined) write(options.chart, barChart(races));
  if (options.docs) writeDocs(shown);
}

/** Replaces the race's table and chart in the documentation. */
function writeDocs(shown: string): void {
  const path = join(root, "docs/benchmarks.md");
  const text = readFileSync(path, "utf8");
  const [from, to] = [text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)];
  if (from < BEGIN.length || to < from) throw new Error(`${path} has no place for the race`);
  const about = races.map(
    ({ scenario }) => `${scenario.name}: ${scenario.count} ${scenario.about}.`,
  );
  const measured = `${Object.values(machine()).join(", ")}; medians of ${rounds}${options.bars ? "" : ", and one round of what is marked with 1"}.`;
  const parts = [measured, "![times of the race](race.svg)", shown, about.join("\n")];
  writeFileSync(path, `${text.slice(0, from)}\n\n${parts.join("\n\n")}\n\n${text.slice(to)}`);
  write("docs/race.svg", barChart(races));
}

function write(file: string, text: string): void {
  const path = join(root, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
