import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { buildInto } from "../../scripts/build.ts";
import { dist } from "../stage/stage.ts";
import type { UndoRound } from "../undo/undo-round.ts";

/**
 * `npm run soak:undo`: random mixed batches through the bundle on the local cloud, each then undone by a
 * message on queue `decisions`. The whole directory is compared with what it was before, by an oracle that
 * knows nothing of the product; in every fourth round somebody else edits users in between, and every edit
 * must still be there. Every second undo is undone as well. `--rounds N` (100), `--from N` the first seed,
 * `--rows N` of a batch (40), `--faults` (lost answers, throttling), `--short` (two rounds). Exits with 1 if anything came out wrong.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "100" },
    from: { type: "string", default: "1" },
    rows: { type: "string", default: "40" },
    faults: { type: "boolean", default: false },
    short: { type: "boolean", default: false },
  },
});
/** One stage serves so many rounds: guards count a day's changes, in percent of its users. */
const ROUNDS_A_STAGE = 10;
const LANES = 2;

const rounds = values.short ? 2 : Number(values.rounds);
const first = Number(values.from);
const stages = Array.from({ length: Math.ceil(rounds / ROUNDS_A_STAGE) }, (_, at) => ({
  from: first + at * ROUNDS_A_STAGE,
  count: Math.min(ROUNDS_A_STAGE, rounds - at * ROUNDS_A_STAGE),
}));
const found: UndoRound[] = [];
const startedMs = performance.now();
await buildInto(dist, "functions/index.ts");
console.log("  seed   rows   done undone unchanged skipped failed  edits seconds  wrong");
const codes = await Promise.all(Array.from({ length: LANES }, () => runLane()));
const sum = (of: (round: UndoRound) => number): number =>
  found.reduce((all, round) => all + of(round), 0);
const violations = sum(({ wrong }) => wrong.length);
const minutes = ((performance.now() - startedMs) / 60_000).toFixed(1);
console.log(
  `${found.length} of ${rounds} batches, ${sum(({ done }) => done)} rows done, ${sum(({ verdicts }) => verdicts.done)} undone, ${sum(({ edits }) => edits)} edits by others, ${violations} violations in ${minutes} minutes`,
);
const isWhole = found.length === rounds && codes.flat().every((code) => code === 0);
process.exitCode = isWhole && violations === 0 ? 0 : 1;

/** Runs one stage after the other, each in a process of its own. */
async function runLane(): Promise<(number | null)[]> {
  const ended: (number | null)[] = [];
  for (let stage = stages.shift(); stage !== undefined; stage = stages.shift()) {
    const figures = [stage.from, stage.count, Number(values.rows)].map(String);
    const args = values.faults ? [...figures, "faults"] : figures;
    const child = fork(join(import.meta.dirname, "undo-lane.ts"), args);
    child.on("message", (message) => {
      const round = message as UndoRound;
      found.push(round);
      console.log(line(round));
    });
    const [code] = (await once(child, "exit")) as [number | null];
    ended.push(code);
  }
  return ended;
}

function line({ seed, rows, done, verdicts, edits, seconds, wrong }: UndoRound): string {
  const { done: undone, unchanged, skipped, failed } = verdicts;
  const cells = [seed, rows, done, undone, unchanged, skipped, failed, edits, Math.round(seconds)];
  const figures = cells.map((cell) => String(cell).padStart(6)).join(" ");
  return `${figures}  ${wrong.length === 0 ? "nothing" : wrong.join("; ")}`;
}
