import { transientFaults } from "../stage/people-run.ts";
import { setUndoStage, undoRound } from "../undo/undo-round.ts";

/** Rounds of `npm run soak:undo` on a stage of their own: `<first seed> <rounds> <rows> [faults]`. */
const [first = 1, rounds = 1, rows = 40] = process.argv.slice(2, 5).map(Number);
const hasFaults = process.argv[5] === "faults";
{
  await using stage = await setUndoStage(rounds);
  for (const rule of hasFaults ? transientFaults : []) {
    await stage.cloud.control.graph("addFault", rule);
  }
  for (let seed = first; seed < first + rounds; seed++) {
    process.send?.(await undoRound(stage, { seed, rows, edits: seed % 4 === 3 ? 6 : 0 }));
  }
}
process.exit(0);
