import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { noVerdicts } from "../../shared/catalogue/row.ts";
import { follow } from "../../shared/command/batch/follow.ts";
import { createPrinter } from "../../shared/command/terminal/printer.ts";
import type { BatchState } from "../../shared/records/status.ts";
import { MemoryBlobs } from "../batches/memory-blobs.ts";
import { createSimulatedClock } from "../core/simulated-clock.ts";

/** A batch that is followed without a terminal, on a clock that only the test moves. */
function setUp() {
  const batches = new MemoryBlobs();
  const clock = createSimulatedClock();
  const lines: string[] = [];
  const print = createPrinter("table", {
    out: { write: () => undefined },
    error: { write: (text: string) => void lines.push(text.trim()) },
  });
  const account = { blobs: { batches } };
  const ended = follow({ account, print, clock, self: "batch", ifEnded: () => undefined }, "b");
  const say = (state: BatchState, done: number) =>
    batches.write(
      "b/status.json",
      JSON.stringify({
        version: 1,
        batch: "b",
        state,
        rows: 10,
        verdicts: { ...noVerdicts(), done, pending: 10 - done },
        writesPerSecond: 1,
        quotaShare: 1,
        throttled: 0,
        etaSeconds: 10 - done,
        updatedAt: "2026-11-21T12:00:00Z",
      }),
    );
  return { clock, lines, ended, say };
}

describe("following a batch where nobody sees a line change", () => {
  it("writes a line for each state, one every half minute, and ends with the batch", async () => {
    const { clock, lines, ended, say } = setUp();
    await say("running", 1);
    await clock.advance(29_000);
    await say("running", 5);
    assert.equal(lines.length, 1, "the same state, and half a minute has not passed");
    await clock.advance(2_000);
    assert.match(lines.at(-1) ?? "", /5 of 10/);
    await say("finished", 10);
    await clock.advance(1_000);
    assert.equal((await ended).state, "finished");
    assert.deepEqual(
      lines.map((line) => line.split("  ")[1]),
      ["running", "running", "finished"],
    );
  });

  for (const state of ["held", "planned", "paused", "cancelled", "refused"] as const) {
    it(`ends if the batch is ${state}`, async () => {
      const { clock, ended, say } = setUp();
      await say(state, 0);
      await clock.advance(1_000);
      assert.equal((await ended).state, state);
    });
  }

  it("says once, after a minute, that nothing has accepted the batch, and waits on", async () => {
    const { clock, lines, ended, say } = setUp();
    await clock.advance(58_000);
    assert.deepEqual(lines, []);
    await clock.advance(300_000);
    assert.deepEqual(lines, [
      "Nothing has accepted it yet. See whether the app runs: batch doctor",
    ]);
    await say("finished", 10);
    await clock.advance(1_000);
    assert.equal((await ended).state, "finished");
  });
});
