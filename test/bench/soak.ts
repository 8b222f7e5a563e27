import { parseArgs } from "node:util";

import {
  transientFaults,
  killAndTakeOver,
  runPeople,
  setPeopleStage,
  untilWritten,
} from "../stage/people-run.ts";

/**
 * `npm run soak`: batch after batch with transient faults, the worker killed at a random instant of each,
 * every row and the whole directory held against the oracle. `--rounds N` (20), `--seed N`, `--short`
 * (one round). Exits with 1 if anything came out wrong.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "20" },
    seed: { type: "string", default: "1" },
    short: { type: "boolean", default: false },
  },
});
const rounds = values.short ? 1 : Number(values.rounds);
const first = 1000 * Number(values.seed);
const stage = await setPeopleStage();
let failures = 0;
try {
  for (const rule of transientFaults) await stage.cloud.control.graph("addFault", rule);
  console.log("round   rows   done  unchanged  skipped  failed  killed after  seconds  wrong");
  for (let round = 1; round <= rounds; round += 1) {
    const killAfter = 1 + Math.floor(Math.random() * 150);
    const run = await runPeople(stage, {
      size: 200,
      seed: first + round,
      timeoutMs: 400_000,
      disturb: async () => {
        await untilWritten(stage, killAfter);
        await killAndTakeOver(stage);
      },
    });
    const wrong = run.wrong.length + run.overlaps;
    failures += wrong;
    const { verdicts } = run.status;
    const cells = [
      round,
      run.status.rows,
      verdicts.done,
      verdicts.unchanged,
      verdicts.skipped,
      verdicts.failed,
    ];
    console.log(
      `${cells.map((cell) => String(cell).padStart(6)).join(" ")}  ${String(killAfter).padStart(5)} writes  ${run.seconds.toFixed(0).padStart(7)}  ${wrong === 0 ? "nothing" : run.wrong.join("; ")}`,
    );
  }
} finally {
  await stage.close();
}
process.exitCode = failures === 0 ? 0 : 1;
