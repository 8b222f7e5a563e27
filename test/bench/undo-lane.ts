import { setUndoStage, undoRound } from "../undo/undo-round.ts";

/** Rounds of `npm run soak:undo` on a stage of their own: `<first seed> <rounds> <rows>`. */
const [first = 1, rounds = 1, rows = 40] = process.argv.slice(2).map(Number);
{
  await using stage = await setUndoStage(rounds);
  for (let seed = first; seed < first + rounds; seed++) {
    process.send?.(await undoRound(stage, { seed, rows, edits: seed % 4 === 3 ? 6 : 0 }));
  }
}
process.exit(0);
