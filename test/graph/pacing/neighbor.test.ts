import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { seededRandom } from "../../core/seeded-random.ts";
import { createModelBucket } from "./model-bucket.ts";
import {
  createWritePace,
  QUOTA,
  simulatedGraph,
  simulateWrites,
  WINDOW_MS,
} from "./simulate-writes.ts";

type Drain = (from: number, to: number) => number;

const bucketWith = (drain: Drain, level?: number) =>
  createModelBucket({ quota: QUOTA, windowMs: WINDOW_MS, from: 0, drain, level: level ?? 0 });

/** Writes a second that a neighbor takes of our bucket. */
const steady = (perSecond: number) => () => (from: number, to: number) =>
  (perSecond * (to - from)) / 1000;

/** Single writes at random instants. */
const random = (perSecond: number) => () => {
  const next = seededRandom(7);
  return (from: number, to: number) => (next() < (perSecond * (to - from)) / 1000 ? 1 : 0);
};

const since = (startMs: number, perSecond: number) => () => (from: number, to: number) =>
  from < startMs ? 0 : (perSecond * (to - from)) / 1000;

const until = (endMs: number, perSecond: number) => () => (from: number, to: number) =>
  from < endMs ? (perSecond * (to - from)) / 1000 : 0;

/** Ten minutes of nothing, ten minutes of writing, and so on. */
const onAndOff = (perSecond: number) => () => (from: number, to: number) =>
  Math.floor(from / 600_000) % 2 === 1 ? (perSecond * (to - from)) / 1000 : 0;

const neighbors = [
  { when: "nobody else writes", drain: steady(0), atLeast: 19.7 },
  { when: "a neighbor writes 2 a second", drain: steady(2), atLeast: 15 },
  { when: "a neighbor writes 5 a second", drain: steady(5), atLeast: 12 },
  { when: "a neighbor writes 10 a second", drain: steady(10), atLeast: 7 },
  { when: "a neighbor writes 5 a second at random", drain: random(5), atLeast: 12 },
  { when: "a neighbor leaves after ten minutes", drain: until(600_000, 5), atLeast: 16 },
  { when: "a neighbor of 10 a second leaves", drain: until(600_000, 10), atLeast: 18 },
  { when: "a neighbor comes and goes every ten minutes", drain: onAndOff(5), atLeast: 16.5 },
];

const SEEDS = Array.from({ length: 4 }, (_, index) => index + 1);

describe("100,000 writes are throttled at most once in a thousand", () => {
  for (const { when, drain, atLeast } of neighbors) {
    for (const tellsUse of [false, true]) {
      it(`when ${when}, and Graph ${tellsUse ? "tells" : "does not tell"} its use`, () => {
        for (const seed of SEEDS) {
          const meter = bucketWith(drain());
          const { throttledShare, perSecond } = simulateWrites(100_000, { meter, seed, tellsUse });
          const said = `seed ${seed}: ${(100 * throttledShare).toFixed(3)} % throttled`;
          assert.ok(throttledShare <= (tellsUse ? 0.0005 : 0.001), said);
          assert.ok(perSecond >= atLeast, `${perSecond.toFixed(1)} writes a second`);
        }
      });
    }
  }

  it("when refused parts of a post come in any order", () => {
    const meter = bucketWith(steady(5)());
    const written = simulateWrites(100_000, { meter, seed: 11, inAnyOrder: true });
    assert.ok(written.throttledShare <= 0.001, `${written.throttledShare}`);
    assert.ok(written.perSecond >= 14, `${written.perSecond}`);
  });

  const stock = { recent: [] };
  const few = [
    { when: "writes 2 a second", drain: steady(2), most: 0 },
    { when: "writes 5 a second", drain: steady(5), most: 0 },
    { when: "writes 5 a second, and 50 are left", drain: steady(5), level: 50, most: 0 },
    { when: "writes 5 a second, and 150 are left", drain: steady(5), level: 150, most: 0 },
    { when: "writes 5 a second at random", drain: random(5), most: 1 },
    { when: "writes 10 a second", drain: steady(10), most: 6 },
    { when: "writes 15 a second", drain: steady(15), most: 6 },
    { when: "begins after a minute", drain: since(60_000, 5), most: 0 },
    { when: "writes 5 a second, after the stock", drain: steady(5), level: QUOTA, stock, most: 10 },
  ];
  for (const { when, drain, level, stock: settings, most } of few) {
    it(`also of the first 4,000, if Graph tells its use, and a neighbor ${when}`, () => {
      const throttled = Array.from({ length: 40 }, (_, index) => {
        const meter = bucketWith(drain(), level);
        const conditions = { meter, seed: index + 1, tellsUse: true };
        return simulateWrites(4_000, conditions, { oneByOne: 150, ...settings }).throttled;
      });
      const mean = throttled.reduce((sum, each) => sum + each) / throttled.length;
      assert.ok(mean <= 4, `${mean} of 4,000 in the mean`);
      assert.ok(Math.max(...throttled) <= most, `${Math.max(...throttled)} of 4,000`);
    });
  }

  it("when nobody else writes, and hardly slower for beginning post by post", () => {
    const [all, slow] = [undefined, 150].map((oneByOne) => {
      const conditions = { meter: bucketWith(() => 0), seed: 3 };
      return simulateWrites(4_000, conditions, { oneByOne });
    });
    assert.equal(slow?.throttled, 0);
    assert.ok((slow?.seconds ?? 0) < 1.01 * (all?.seconds ?? 0), `${slow?.seconds} s`);
  });

  it("when nobody else writes: never", () => {
    assert.equal(simulateWrites(20_000, { meter: bucketWith(() => 0), seed: 3 }).throttled, 0);
  });
});

/** How many windows after it left the pace is at 95 % of the quota, and stays there. */
function windowsToForget(perSecond: number, leavesAt: number, seed: number): number {
  const pace = createWritePace();
  const meter = bucketWith(until(leavesAt, perSecond)());
  const graph = simulatedGraph({ meter, seed, tellsUse: true });
  let flights: ReturnType<typeof graph.post>[] = [];
  let slowAt = leavesAt;
  for (let now = 0; now < leavesAt + 6 * WINDOW_MS;) {
    const back = flights.toSorted((a, b) => a.backAt - b.backAt)[0];
    const due = flights.length < 16 ? Math.max(now, pace.dueAt()) : Number.POSITIVE_INFINITY;
    now = Math.min(due, back?.backAt ?? due);
    if (pace.ratePerSecond(now) < 0.95 * 20) slowAt = now;
    if (back && back.backAt <= due) {
      flights = flights.filter((each) => each !== back);
      pace.answered({ ...back, retryAfterMs: back.waitMs }, now);
      continue;
    }
    const n = pace.most(now);
    pace.grant(n, now, now);
    flights = [...flights, graph.post(n, now)];
  }
  return (slowAt - leavesAt) / WINDOW_MS;
}

describe("a neighbor who leaves is forgotten within two windows", () => {
  for (const perSecond of [1, 2, 5, 10]) {
    it(`when it wrote ${perSecond} a second`, () => {
      const leaves = Array.from({ length: 16 }, (_, index) => 900_000 + 23_000 * index);
      const windows = leaves.map((at, index) => windowsToForget(perSecond, at, index + 1));
      assert.ok(Math.max(...windows) <= 2, `${Math.max(...windows)} windows`);
    });
  }
});

describe("a use that Graph tells, and that no neighbor makes,", () => {
  for (const used of [0.85, 0.95, 0.98, 0.99, 1, 1.3, 1.8]) {
    it(`costs little if it is always ${used}`, () => {
      const meter = { ...bucketWith(() => 0), used: () => used };
      const written = simulateWrites(20_000, { meter, seed: 5, tellsUse: true }, { oneByOne: 150 });
      assert.equal(written.throttled, 0);
      assert.ok(written.perSecond >= 17, `${written.perSecond.toFixed(1)} writes a second`);
    });
  }
});

describe("a neighbor who comes back", () => {
  it("is met without a refusal, if Graph tells its use", () => {
    const once = until(1_200_000, 10)();
    const twice = (from: number, to: number): number =>
      from < 1_200_000 || from > 2_000_000 ? once(from % 1_200_000, to % 1_200_000) : 0;
    const conditions = { seed: 3, tellsUse: true };
    const before = simulateWrites(12_000, { ...conditions, meter: bucketWith(once) });
    const after = simulateWrites(40_000, { ...conditions, meter: bucketWith(twice) });
    assert.ok(before.throttled > 0);
    assert.equal(after.throttled, before.throttled);
  });
});
