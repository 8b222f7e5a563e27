import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { noSuchBatch } from "../../shared/command/batch/folders.ts";
import { onceThere } from "../../shared/command/verbs/watch.ts";
import { createSimulatedClock } from "../core/simulated-clock.ts";

/** What watching finds, how often it says that it waits, and when it ends. */
const watched = async (thereAfterMs: number, other?: Error) => {
  const clock = createSimulatedClock();
  const from = clock.monotonic();
  let waits = 0;
  const read = async (): Promise<string> => {
    if (other) throw other;
    if (clock.monotonic() - from < thereAfterMs) throw noSuchBatch("leavers-1");
    return "there";
  };
  const reading = onceThere(read, clock, () => (waits += 1));
  const found = await clock.run(reading.catch((error: unknown) => error));
  return { found, waits, afterMs: clock.monotonic() - from };
};

describe("watching a batch that was just sent", () => {
  it("waits until the app has taken its message, and says so once", async () => {
    assert.deepEqual(await watched(0), { found: "there", waits: 0, afterMs: 0 });
    assert.deepEqual(await watched(9_500), { found: "there", waits: 1, afterMs: 10_000 });
  });

  it("says that there is none after half a minute", async () => {
    const { found, waits, afterMs } = await watched(Infinity);
    assert.match(String(found), /There is no batch leavers-1/);
    assert.deepEqual([waits, afterMs], [1, 30_000]);
  });

  it("waits for nothing else", async () => {
    const refused = new Error("refused");
    assert.deepEqual(await watched(0, refused), { found: refused, waits: 0, afterMs: 0 });
  });
});
