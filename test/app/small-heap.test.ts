import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { it } from "node:test";

const module = JSON.stringify(join(import.meta.dirname, "../../shared/app/small-heap.ts"));

/** Megabytes that V8 holds after much garbage, with forty shards of rows still in use. */
function heldAfter(first: string): number {
  const program = `
    const { keepHeapSmall } = await import(${module});
    ${first}
    const line = (row, shard) => JSON.stringify({ row, shard, set: { department: "d" + row } });
    const kept = [];
    for (let shard = 0; shard < 600; shard++) {
      const lines = Array.from({ length: 1000 }, (_, row) => line(row, shard)).join("\\n");
      kept[shard % 40] = lines.split("\\n").map((each) => JSON.parse(each));
      await undefined;
    }
    console.log(process.memoryUsage().heapTotal / 1e6);
  `;
  return Number(execFileSync(process.execPath, ["--input-type=module", "--eval", program]));
}

it("V8 holds less garbage once it was told to", () => {
  const usually = heldAfter("");
  const small = heldAfter("keepHeapSmall();");
  assert.ok(small < 0.85 * usually, `${small} MB, usually ${usually} MB`);
});
