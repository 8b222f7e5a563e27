import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { buildInto } from "../../scripts/build.ts";
import { dist } from "../stage/stage.ts";
import type { SoakRound } from "./soak-lane.ts";

/**
 * `npm run soak`: batch after batch with transient faults. In each the worker is killed, at an instant
 * that comes from the seed, and every row and the whole directory are compared with the oracle.
 * `--rounds N` (20), `--seed N`, `--short` (one round). A round mostly waits, for the dead runner's
 * lease and for lost answers, so several run at a time, each in a local cloud of its own. Exits with 1
 * if anything came out wrong.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "20" },
    seed: { type: "string", default: "1" },
    short: { type: "boolean", default: false },
  },
});
const LANES = 10;
const rounds = values.short ? 1 : Number(values.rounds);
const lanes = Math.min(LANES, rounds);
const startedMs = performance.now();
await buildInto(dist, "functions/index.ts");
console.log("round   seed   rows   done  unchanged  skipped  failed  killed after  seconds  wrong");
const found: SoakRound[] = [];
const codes = await Promise.all(Array.from({ length: lanes }, (_, lane) => runLane(lane)));
const violations = found.reduce((sum, { wrong }) => sum + wrong.length, 0);
const minutes = (performance.now() - startedMs) / 60_000;
console.log(
  `${found.length} of ${rounds} rounds in ${minutes.toFixed(1)} minutes, ${violations} violations`,
);
const isWhole = found.length === rounds && codes.every((code) => code === 0);
process.exitCode = isWhole && violations === 0 ? 0 : 1;

/** Runs every `lanes`th round in a process of its own, and prints each as it ends. */
async function runLane(lane: number): Promise<number | null> {
  const own = Array.from({ length: rounds }, (_, at) => at + 1).filter(
    (round) => round % lanes === lane,
  );
  const child = fork(join(import.meta.dirname, "soak-lane.ts"), [values.seed, ...own.map(String)]);
  child.on("message", (message) => {
    const round = message as SoakRound;
    found.push(round);
    console.log(line(round));
  });
  const [code] = (await once(child, "exit")) as [number | null];
  return code;
}

function line({ round, seed, rows, verdicts, killedAfter, seconds, wrong }: SoakRound): string {
  const { done, unchanged, skipped, failed } = verdicts;
  const cells = [round, seed, rows, done, unchanged, skipped, failed];
  const figures = cells.map((cell) => String(cell).padStart(6)).join(" ");
  const outcome = wrong.length === 0 ? "nothing" : wrong.join("; ");
  return `${figures}  ${String(killedAfter).padStart(5)} writes  ${seconds.toFixed(0).padStart(7)}  ${outcome}`;
}
