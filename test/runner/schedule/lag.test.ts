import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { createLag } from "../../../shared/runner/schedule/lag.ts";
import { seededRandom } from "../../core/seeded-random.ts";

/** Objects are created one after the other; each is seen once it is so old, milliseconds. */
interface World {
  readonly seenAfterMs: readonly number[];
}

/** Objects that take about as long; one in a hundred takes four times that. */
const worlds: fc.Arbitrary<World> = fc
  .record({ usualMs: fc.integer({ min: 0, max: 15_000 }), seed: fc.integer() })
  .map(({ usualMs, seed }) => {
    const random = seededRandom(seed);
    const seenAfterMs = Array.from({ length: 600 }, () =>
      random() < 0.01 ? Math.min(50_000, usualMs * 4) : usualMs * (0.7 + 0.6 * random()),
    );
    return { seenAfterMs };
  });

/** Sends a row to each object, again until it is seen; how often each was sent too early, and how old it was then. */
function play({ seenAfterMs }: World) {
  const lag = createLag();
  return seenAfterMs.map((seenMs) => {
    let ageMs = Math.max(1, lag.ms());
    let misses = 0;
    for (; ageMs < seenMs; misses++) {
      const waitMs = lag.missed(ageMs);
      assert.ok(waitMs > 0 && waitMs <= 60_000, `waits ${waitMs} ms`);
      ageMs += waitMs;
    }
    if (misses === 0) lag.seen();
    return { seenMs, misses, lateMs: ageMs - seenMs };
  });
}

describe("the lag of replication", () => {
  it("is learned: few rows are sent too early then, and none waits much longer than it has to", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const learned = play(world).slice(100);
        const early = learned.filter(({ misses }) => misses > 0).length;
        assert.ok(early <= 0.1 * learned.length, `${early} of ${learned.length} rows`);
        const worstMs = Math.max(...world.seenAfterMs);
        const mean = learned.reduce((sum, { lateMs }) => sum + lateMs, 0) / learned.length;
        const usual = learned.reduce((sum, { seenMs }) => sum + seenMs, 0) / learned.length;
        assert.ok(mean <= usual + 100, `waited ${mean} ms too long, usual are ${usual}`);
        for (const { lateMs } of learned) assert.ok(lateMs <= 2 * worstMs + 150);
      }),
      { numRuns: 200 },
    );
  });

  it("is nothing while every object is seen at once, so that nobody waits", () => {
    const lag = createLag();
    for (let row = 0; row < 1_000; row++) lag.seen();
    assert.equal(lag.ms(), 0);
  });

  it("is forgotten when objects are seen sooner again", () => {
    const lag = createLag();
    for (let row = 0; row < 40; row++) lag.missed(20_000);
    assert.ok(lag.ms() > 10_000);
    for (let row = 0; row < 700; row++) lag.seen();
    assert.ok(lag.ms() < 100);
  });
});
