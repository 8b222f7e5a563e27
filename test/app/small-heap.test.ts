import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { it } from "node:test";

import fc from "fast-check";

import { createRelief } from "../../shared/app/small-heap.ts";

const module = JSON.stringify(join(import.meta.dirname, "../../shared/app/small-heap.ts"));

/** Megabytes that V8, or the process, holds after much garbage, with forty shards of rows still in use. */
function heldAfter(first: string, last = "", what = "heapTotal"): number {
  const program = `
    const { keepHeapSmall, giveMemoryBack } = await import(${module});
    ${first}
    const line = (row, shard) => JSON.stringify({ row, shard, set: { department: "d" + row } });
    const kept = [];
    for (let shard = 0; shard < 600; shard++) {
      const lines = Array.from({ length: 1000 }, (_, row) => line(row, shard)).join("\\n");
      kept[shard % 40] = lines.split("\\n").map((each) => JSON.parse(each));
      await undefined;
    }
    ${last}
    console.log(process.memoryUsage().${what} / 1e6);
  `;
  return Number(execFileSync(process.execPath, ["--input-type=module", "--eval", program]));
}

it("V8 holds less garbage once it was told to", () => {
  const usually = heldAfter("");
  const small = heldAfter("keepHeapSmall();");
  assert.ok(small < 0.85 * usually, `${small} MB, usually ${usually} MB`);
});

it("V8 gives memory back to the system once it is asked to", () => {
  const usually = heldAfter("", "kept.length = 0;", "rss");
  const given = heldAfter("", "kept.length = 0; giveMemoryBack();", "rss");
  assert.ok(given < 0.85 * usually, `${given} MB, usually ${usually} MB`);
});

it("memory is given back where the process takes much, has grown again, and not too often", () => {
  const looks = fc.array(
    fc.record({ mb: fc.nat(400), afterMs: fc.integer({ min: 1, max: 8_000 }) }),
    { minLength: 1 },
  );
  fc.assert(
    fc.property(looks, fc.nat(100), fc.nat(300), (all, percent, tookMs) => {
      let nowMs = 0;
      let bytes = 0;
      let givenMs = -Infinity;
      let least = 0;
      const giveBack = (): void => {
        bytes *= percent / 100;
        nowMs += tookMs;
        givenMs = nowMs;
      };
      const look = createRelief({ resident: () => bytes, nowMs: () => nowMs, giveBack });
      for (const { mb, afterMs } of all) {
        nowMs += afterMs;
        bytes = mb * 1e6;
        least = Math.min(least, bytes);
        const isDue = nowMs - givenMs >= Math.max(2_000, 20 * tookMs);
        const isWorth = bytes >= 170e6 && bytes >= least + 10e6;
        if (isDue && isWorth) least = Infinity;
        const lastMs = givenMs;
        look();
        assert.equal(givenMs !== lastMs, isDue && isWorth);
      }
    }),
  );
});
