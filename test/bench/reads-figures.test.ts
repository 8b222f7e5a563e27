import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { fairness, readFigures } from "./reads-figures.ts";
import type { PostTally } from "./reads-reader.ts";

/** A post every 10 ms from one instant to before another, each of so many units. */
function posts(from: number, to: number, units: number, throttled = 0): PostTally[] {
  const count = Math.ceil((to - from) / 10);
  return Array.from({ length: count }, (_, at) => ({
    atMs: from + 10 * at,
    tookMs: at % 50 === 0 ? 80 : 20,
    units,
    reads: 20,
    throttled,
  }));
}

const moments = { began: 0, joined: 1000, left: 3000, ended: 5000 };
const used = [
  { atMs: 500, used: 1 },
  { atMs: 2100, used: 0.8 },
  { atMs: 2900, used: 0.9 },
  { atMs: 4000, used: 1 },
];
const rate = { quota: 1000, unitsPerMs: 10, overMs: 100 };

describe("the figures of a story of readers", () => {
  it("are of the second half of the time in which all read", () => {
    const readers = [posts(0, 3000, 40), posts(0, 5000, 20), posts(1000, 5000, 20)];
    const { each, together, meter } = readFigures({ readers, moments, used, tool }, rate);
    assert.deepEqual(each, [0.4, 0.2, 0.2]);
    // Of what flowed in: 100 units of the 8,000 were in the quota before.
    assert.ok(Math.abs(together - (0.8 - 0.01)) < 1e-9);
    assert.ok(Math.abs(meter.mean - 0.85) < 1e-9);
    assert.equal(meter.most, 0.9);
  });

  it("count every read of the story, and those throttled", () => {
    const readers = [posts(0, 3000, 20, 1), posts(0, 6000, 20), posts(1000, 5000, 20)];
    const { reads, throttled, answerMs } = readFigures({ readers, moments, used, tool }, rate);
    assert.deepEqual([reads, throttled], [20 * (300 + 500 + 400), 300]);
    assert.deepEqual(answerMs, { middle: 20, slow: 80 });
  });

  it("say when a newcomer had its share, and when those who stay took over", () => {
    const readers = [
      posts(0, 3000, 40),
      [...posts(0, 3500, 20), ...posts(3500, 5000, 60)],
      [...posts(1000, 1500, 10), ...posts(1500, 5000, 30)],
    ];
    const { newcomerMs, takenOverMs } = readFigures({ readers, moments, used, tool }, rate);
    assert.ok(newcomerMs !== undefined && newcomerMs > 500 && newcomerMs <= 600, `${newcomerMs}`);
    assert.ok(takenOverMs !== undefined && takenOverMs > 500 && takenOverMs <= 600);
  });

  it("say that a newcomer never had its share", () => {
    const readers = [posts(0, 3000, 40), posts(0, 5000, 40), posts(1000, 5000, 1)];
    assert.equal(readFigures({ readers, moments, used, tool }, rate).newcomerMs, undefined);
  });
});

const tool = { units: 0, throttled: 0, lastedMs: 1 };

describe("how fair a split is", () => {
  it("is 1 for equal shares and 1/n if one has all", () => {
    assert.equal(fairness([3, 3, 3, 3]), 1);
    assert.equal(fairness([0, 5, 0, 0]), 0.25);
  });
});
