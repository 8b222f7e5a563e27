import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { type PacerMemory, remembered } from "../../../shared/graph/pacing/pacer-memory.ts";
import { createWritePacer } from "../../../shared/graph/pacing/pacer.ts";
import { createSimulatedClock } from "../../core/simulated-clock.ts";
import { createModelBucket, type ModelBucket } from "./model-bucket.ts";
import { createWritePace, QUOTA, simulateWrites, WINDOW_MS } from "./simulate-writes.ts";

const ONE_BY_ONE = { oneByOne: 150 };

type Drain = (from: number, to: number) => number;

const bucketWith = (drain: Drain) =>
  createModelBucket({ quota: QUOTA, windowMs: WINDOW_MS, from: 0, drain });

const steady =
  (perSecond: number): Drain =>
  (from, to) =>
    (perSecond * (to - from)) / 1000;

/** A neighbor who takes `amount` at once, each `everyMs`. */
const bursts =
  (amount: number, everyMs: number, firstMs: number): Drain =>
  (from, to) =>
    amount * (Math.floor((to - firstMs) / everyMs) - Math.floor((from - firstMs) / everyMs));

/** Tells what was used `lateMs` ago. */
function late(meter: ModelBucket, lateMs: number): ModelBucket {
  let told: { at: number; used: number }[] = [];
  return {
    ...meter,
    used(at) {
      told.push({ at, used: meter.used(at) });
      const old = told.filter((each) => each.at <= at - lateMs);
      told = [...old.slice(-1), ...told.slice(old.length)];
      return old.at(-1)?.used ?? 0;
    },
  };
}

/** What is used of another quota than that of writes. */
const usedElsewhere = (at: number): number => 0.85 + 0.1 * Math.sin(at / 20_000);

/** The share of 12,000 writes that are throttled, and writes a second, over some seeds. */
function throttled(meterOf: (seed: number) => ModelBucket) {
  const all = [1, 2, 3, 4].map((seed) =>
    simulateWrites(12_000, { meter: meterOf(seed), seed, tellsUse: true }, ONE_BY_ONE),
  );
  const share = all.reduce((sum, { throttledShare }) => sum + throttledShare, 0) / all.length;
  return { share, perSecond: Math.min(...all.map(({ perSecond }) => perSecond)) };
}

describe("what Graph tells of the use of its quota", () => {
  it("costs no time if answers take ten seconds and nobody else writes", () => {
    const conditions = { meter: bucketWith(steady(0)), seed: 1, tellsUse: true };
    const slow = { ...conditions, answerMs: [8_000, 12_000] } as const;
    const written = simulateWrites(6_000, slow, ONE_BY_ONE);
    assert.equal(written.throttled, 0);
    assert.ok(written.seconds < 360, `${written.seconds} s`);
  });

  // Above 1 it is the part of the requests that Graph refuses: 1.8 means four in five (throttling documentation).
  for (const { used, withinMs } of [
    { used: 1, withinMs: 5_000 },
    { used: 1.8, withinMs: 9_000 },
  ]) {
    it(`lets rows that were refused after a neighbor's burst go on within seconds, if it is ${used}`, () => {
      const pace = createWritePace(ONE_BY_ONE);
      const grantedAt = pace.dueAt();
      pace.grant(5, grantedAt, 0);
      const backAt = grantedAt + 500;
      const parts = Array.from({ length: 5 }, () => "refused" as const);
      pace.answered({ grantedAt, parts, retryAfterMs: 1000, used }, backAt);
      assert.ok(pace.dueAt() < backAt + withinMs, `${pace.dueAt() - backAt} ms`);
    });
  }

  it("is asked again within six seconds, however little may leave", () => {
    for (const seed of [1, 2, 3, 4]) {
      const meter = bucketWith(bursts(40, 8_000, 377 * seed));
      const { posts } = simulateWrites(4_000, { meter, seed, tellsUse: true }, ONE_BY_ONE);
      const gaps = posts.map(({ at }, index) => at - (posts[index - 1]?.at ?? 0));
      assert.ok(Math.max(...gaps) < 6_000, `${Math.max(...gaps)} ms`);
    }
  });

  it("keeps enough for a neighbor's bursts of a hundred", () => {
    const { share, perSecond } = throttled((seed) => bucketWith(bursts(100, 20_000, 377 * seed)));
    assert.ok(share <= 0.0015, `${(100 * share).toFixed(3)} %`);
    assert.ok(perSecond > 14, `${perSecond}`);
  });

  it("may be ten seconds late", () => {
    const { share, perSecond } = throttled(() => late(bucketWith(steady(10)), 10_000));
    assert.ok(share <= 0.004, `${(100 * share).toFixed(3)} %`);
    assert.ok(perSecond > 9, `${perSecond}`);
  });

  it("is not believed once it was wrong several times", () => {
    const { share, perSecond } = throttled(() => ({
      ...bucketWith(steady(10)),
      used: usedElsewhere,
    }));
    assert.ok(share <= 0.01, `${(100 * share).toFixed(3)} %`);
    assert.ok(perSecond > 9, `${perSecond}`);
  });
});

describe("a post that was asked for before Graph told that little is left", () => {
  it("is granted fewer writes", async () => {
    const clock = createSimulatedClock();
    const limits = { quota: QUOTA, windowMs: WINDOW_MS, retryFloorMs: 1000, oneByOne: 150 };
    const pacer = createWritePacer({ ...limits, clock });
    const headers = { "x-ms-throttle-limit-percentage": "1" };
    const report = (grantedAt: number, n: number, status: number): void => {
      const part = { status, headers, body: undefined, requestId: "r" };
      pacer.report(
        { kind: "answered", parts: Array.from({ length: n }, () => part) },
        { n, grantedAt },
      );
    };
    const first = await clock.run(pacer.take(20));
    assert.equal(pacer.granted(), 5);
    const second = pacer.take(20);
    report(first, 5, 429);
    const at = await clock.run(second);
    assert.ok(pacer.granted() < 20, `${pacer.granted()}`);
    report(at, pacer.granted(), 204);
    await clock.run(pacer.take(20));
    assert.equal(pacer.granted(), 4);
  });
});

describe("a runner that died without having been refused", () => {
  it("leaves a bucket that may be empty, so that the next begins post by post", () => {
    const memory: PacerMemory = {
      share: 1,
      easedAtMs: 0,
      repeats: 0,
      recent: [{ atMs: 999_000, writes: QUOTA }],
      savedAtMs: 999_500,
    };
    const known = remembered(memory, { startAt: 0, epochMs: 1_000_000, quota: QUOTA });
    const pace = createWritePace({ ...ONE_BY_ONE, ...known });
    assert.equal(pace.most(0), 5);
    pace.grant(5, pace.dueAt(), 0);
    assert.ok(pace.dueAt() > 5_000, "the answer is waited for");
  });
});
