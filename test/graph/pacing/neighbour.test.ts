import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { createPace } from "../../../shared/graph/pacing/pacing.ts";
import { seededRandom } from "../../core/seeded-random.ts";
import { createModelBucket } from "./model-bucket.ts";

const QUOTA = 3000;
const WINDOW_MS = 150_000;

interface Flight {
  readonly grantedAt: number;
  readonly backAt: number;
  readonly refused: number;
}

/** Writes until `writes` were taken, at most eight posts under way, refused ones sent again. */
function write(writes: number, drain: (from: number, to: number) => number, seed: number) {
  const random = seededRandom(seed);
  const pace = createPace({
    quota: QUOTA,
    windowMs: WINDOW_MS,
    aim: 0.99,
    burst: 20,
    retryFloorMs: 1000,
    startAt: 0,
  });
  const bucket = createModelBucket({ quota: QUOTA, windowMs: WINDOW_MS, from: 0, drain });
  let flights: Flight[] = [];
  let [waiting, now, sent, throttled, lastAt] = [writes, 0, 0, 0, 0];
  while (waiting > 0 || flights.length > 0) {
    const back = flights.toSorted((a, b) => a.backAt - b.backAt)[0];
    const due = waiting > 0 && flights.length < 8 ? Math.max(now, pace.dueAt()) : Infinity;
    if (back && back.backAt <= due) {
      now = back.backAt;
      flights = flights.filter((each) => each !== back);
      if (back.refused === 0) continue;
      waiting += back.refused;
      throttled += back.refused;
      pace.refuse({ amount: back.refused, retryAfterMs: 1000, grantedAt: back.grantedAt }, now);
      continue;
    }
    now = due;
    const n = Math.min(20, waiting);
    pace.grant(n, now, now);
    [waiting, sent, lastAt] = [waiting - n, sent + n, now];
    const arrivedAt = now + 30 * random();
    const refused = n - bucket.take(n, arrivedAt);
    flights.push({ grantedAt: now, backAt: arrivedAt + 300 + 1200 * random(), refused });
  }
  return { throttledShare: throttled / sent, perSecond: (writes / lastAt) * 1000 };
}

/** Writes a second that a neighbour takes of our bucket. */
const steady = (perSecond: number) => () => (from: number, to: number) =>
  (perSecond * (to - from)) / 1000;

/** Single writes at random instants. */
const random = (perSecond: number) => () => {
  const next = seededRandom(7);
  return (from: number, to: number) => (next() < (perSecond * (to - from)) / 1000 ? 1 : 0);
};

const until = (endMs: number, perSecond: number) => () => (from: number, to: number) =>
  from < endMs ? (perSecond * (to - from)) / 1000 : 0;

const neighbours = [
  { when: "nobody else writes", drain: steady(0), atLeast: 19.7 },
  { when: "a neighbour writes 2 a second", drain: steady(2), atLeast: 15 },
  { when: "a neighbour writes 5 a second", drain: steady(5), atLeast: 12 },
  { when: "a neighbour writes 10 a second", drain: steady(10), atLeast: 7 },
  { when: "a neighbour writes 5 a second at random", drain: random(5), atLeast: 12 },
  { when: "a neighbour leaves after ten minutes", drain: until(600_000, 5), atLeast: 16 },
];

describe("100,000 writes are throttled at most once in a thousand", () => {
  for (const { when, drain, atLeast } of neighbours) {
    it(`when ${when}`, () => {
      const { throttledShare, perSecond } = write(100_000, drain(), 11);
      assert.ok(throttledShare <= 0.001, `${(100 * throttledShare).toFixed(3)} % throttled`);
      assert.ok(perSecond >= atLeast, `${perSecond.toFixed(1)} writes a second`);
    });
  }

  it("when nobody else writes: never", () => {
    assert.equal(write(20_000, () => 0, 3).throttledShare, 0);
  });
});
