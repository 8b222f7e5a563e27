import assert from "node:assert/strict";
import { describe, it } from "node:test";

import {
  neverWrote,
  type PacerMemory,
  remembered,
} from "../../../shared/graph/pacing/pacer-memory.ts";
import { createWritePacer } from "../../../shared/graph/pacing/pacer.ts";
import { createSimulatedClock, type SimulatedClock } from "../../core/simulated-clock.ts";

const quota = { quota: 3000, windowMs: 150_000, retryFloorMs: 1000 };

/** How many seconds `posts` full posts take, each answered as taken after 100 ms. */
async function secondsFor(
  posts: number,
  clock: SimulatedClock,
  pacer: ReturnType<typeof createWritePacer>,
): Promise<number> {
  const startMs = clock.monotonic();
  for (let post = 0; post < posts; post += 1) {
    const grantedAt = await clock.run(pacer.take(20));
    await clock.run(clock.sleep(100));
    const headers = {};
    const taken = { status: 204, headers, body: undefined, requestId: "r" };
    const parts = Array.from({ length: 20 }, () => taken);
    pacer.report({ kind: "answered", parts }, { n: 20, grantedAt });
  }
  return (clock.monotonic() - startMs) / 1000;
}

const asJson = (memory: PacerMemory | undefined) =>
  JSON.parse(JSON.stringify(memory)) as PacerMemory;

describe("what a pacer leaves to the next one", () => {
  it("is a full quota if the application never wrote in the tenant", async () => {
    const clock = createSimulatedClock();
    const pacer = createWritePacer({ ...quota, clock, memory: neverWrote });
    assert.ok((await secondsFor(100, clock, pacer)) < 15, "2,000 writes");
  });

  it("is the rest of the quota after it wrote, and the whole after a window", async () => {
    const clock = createSimulatedClock();
    const first = createWritePacer({ ...quota, clock, memory: neverWrote });
    await secondsFor(100, clock, first);
    first.end();
    const memory = asJson(first.memory());
    const rest = await secondsFor(60, clock, createWritePacer({ ...quota, clock, memory }));
    // About 980 of 1,200 are there; the others flow in at 20 a second.
    assert.ok(rest > 8 && rest < 16, `${rest} s`);
    await clock.run(clock.sleep(151_000));
    const whole = await secondsFor(60, clock, createWritePacer({ ...quota, clock, memory }));
    assert.ok(whole < 9, `${whole} s`);
  });

  it("is nothing if it did not end: it may have written more, until it must be dead for a window", async () => {
    const clock = createSimulatedClock();
    const first = createWritePacer({ ...quota, clock, memory: neverWrote });
    await secondsFor(5, clock, first);
    const memory = asJson(first.memory());
    for (const waitMs of [0, 300_000, 100_000]) {
      await clock.run(clock.sleep(waitMs));
      const seconds = await secondsFor(5, clock, createWritePacer({ ...quota, clock, memory }));
      assert.ok(seconds > 4.9, `${seconds} s`);
    }
    await clock.run(clock.sleep(60_000));
    const seconds = await secondsFor(20, clock, createWritePacer({ ...quota, clock, memory }));
    assert.ok(seconds < 5, `${seconds} s`);
  });

  it("is nothing if an older version of the app stored it", () => {
    const old = { share: 1, easedAtMs: 0, repeats: 0, heldUntilMs: 5 };
    assert.equal(remembered(old, { startAt: 0, epochMs: 0, quota: 3000 }).recent, undefined);
  });

  it("is nothing for a window after a start at which nothing was known", async () => {
    const clock = createSimulatedClock();
    const first = createWritePacer({ ...quota, clock });
    await secondsFor(5, clock, first);
    first.end();
    const memory = asJson(first.memory());
    const seconds = await secondsFor(5, clock, createWritePacer({ ...quota, clock, memory }));
    assert.ok(seconds > 4.9, `${seconds} s`);
  });

  it("stays small however long it wrote", async () => {
    const clock = createSimulatedClock();
    const pacer = createWritePacer({ ...quota, clock, memory: neverWrote });
    await secondsFor(500, clock, pacer);
    assert.ok(JSON.stringify(pacer.memory()).length < 4_000);
  });
});
