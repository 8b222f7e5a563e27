import { parseArgs } from "node:util";

import { buildInto } from "../../scripts/build.ts";
import { createRandom } from "../cloud/graph/seed/random.ts";
import { offboardRound, setLeaversStage } from "../offboard/offboard-round.ts";
import { transientFaults } from "../stage/people-run.ts";
import { dist } from "../stage/stage.ts";

/**
 * `npm run soak:offboard`: a file of leavers through the recipe on the local cloud. The worker is killed
 * while the rows are expanded or planned, and then at instants that come from the seed; every row, every part,
 * their order and the whole directory are compared with an oracle of its own. `--leavers N` (1000),
 * `--kills N` (4), `--seed N`, `--faults` (lost answers, throttling), `--short` (36 leavers, one kill). Exits
 * with 1 if anything came out wrong.
 */
const { values } = parseArgs({
  options: {
    leavers: { type: "string", default: "1000" },
    kills: { type: "string", default: "4" },
    seed: { type: "string", default: "1" },
    faults: { type: "boolean", default: false },
    short: { type: "boolean", default: false },
  },
});
const leavers = values.short ? 36 : Number(values.leavers);
const seed = Number(values.seed);
const random = createRandom(seed);
/** Each leaver has at least so many parts. */
const PARTS = 4;
const later = Array.from({ length: values.short ? 1 : Number(values.kills) - 1 }, () =>
  random.below(leavers * PARTS),
);
const kills = [
  ...(values.short ? [] : [0]),
  ...later.map((at) => at + 1).toSorted((a, b) => a - b),
];
await buildInto(dist, "functions/index.ts");
let code = 1;
{
  await using stage = await setLeaversStage(leavers, seed);
  for (const rule of values.faults ? transientFaults : []) {
    await stage.cloud.control.graph("addFault", rule);
  }
  const { inputRows, parts, verdicts, seconds, wrong } = await offboardRound(stage, {
    leavers,
    seed,
    kills,
  });
  for (const line of wrong.slice(0, 40)) console.log(line);
  const counts = Object.entries(verdicts).map(([name, count]) => `${count} ${name}`);
  console.log(
    `${inputRows} leavers, ${parts} parts (${counts.join(", ")}), killed after ${kills.join(", ")} writes, ${wrong.length} violations in ${Math.round(seconds)} s`,
  );
  code = wrong.length === 0 ? 0 : 1;
}
process.exit(code);
