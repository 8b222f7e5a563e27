import type { VerdictCounts } from "../../shared/catalogue/row.ts";
import { seededRandom } from "../core/seeded-random.ts";
import {
  killAndTakeOver,
  runPeople,
  setPeopleStage,
  transientFaults,
  untilWritten,
} from "../stage/people-run.ts";

/** What came of one round of the soak. */
export interface SoakRound {
  readonly round: number;
  /** The same seed gives the same file and the same instant of the kill. */
  readonly seed: number;
  readonly rows: number;
  readonly verdicts: VerdictCounts;
  /** Writes in the directory when the worker was killed. */
  readonly killedAfter: number;
  readonly seconds: number;
  /** Empty if everything is as the oracle predicted. */
  readonly wrong: readonly string[];
}

const ROWS = 200;
/** A file of 200 rows makes about 185 writes. */
const LATEST_KILL = 150;

/** The process of one lane: `soak-lane.ts SEED ROUND…`; reports each round to its parent. */
const [seedText = "", ...rounds] = process.argv.slice(2);
const stage = await setPeopleStage();
try {
  for (const rule of transientFaults) await stage.cloud.control.graph("addFault", rule);
  for (const round of rounds.map(Number)) process.send?.(await run(round));
} finally {
  await stage.close();
}
process.disconnect();

async function run(round: number): Promise<SoakRound> {
  const seed = 1000 * Number(seedText) + round;
  const killedAfter = 1 + Math.floor(seededRandom(seed)() * LATEST_KILL);
  const { status, wrong, overlaps, seconds } = await runPeople(stage, {
    size: ROWS,
    seed,
    timeoutMs: 400_000,
    disturb: async () => {
      await untilWritten(stage, killedAfter);
      await killAndTakeOver(stage);
    },
  });
  const { rows, verdicts } = status;
  const together = overlaps === 0 ? [] : [`${overlaps} writes to one object at once`];
  return { round, seed, rows, verdicts, killedAfter, seconds, wrong: [...wrong, ...together] };
}
