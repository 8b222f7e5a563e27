import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { createModelBucket } from "./model-bucket.ts";
import { createWritePace, QUOTA, simulateWrites, WINDOW_MS } from "./simulate-writes.ts";

const bucket = (level = 0) =>
  createModelBucket({ quota: QUOTA, windowMs: WINDOW_MS, from: 0, level });

const post = (pace: ReturnType<typeof createWritePace>, now: number): number => {
  const at = Math.max(now, pace.dueAt());
  pace.grant(pace.most(at), at, at);
  return at;
};

describe("a lone failed post delays its own rows only", () => {
  it("when Graph asks to wait for a minute", () => {
    const pace = createWritePace();
    const first = post(pace, 2_000);
    pace.lost({ grantedAt: first, retryAfterMs: 60_000 }, first + 100);
    assert.ok(pace.dueAt() <= first + 1_100, `${pace.dueAt() - first}`);
    assert.equal(pace.most(first + 1_000), 20);
    assert.equal(pace.isAway(), false);
  });

  it("when all posts that were under way together fail with it", () => {
    const pace = createWritePace();
    const together = [post(pace, 2_000), post(pace, 3_000), post(pace, 4_000)];
    const now = 5_000;
    for (const grantedAt of together) pace.lost({ grantedAt, retryAfterMs: 60_000 }, now);
    assert.ok(pace.dueAt() < now + 1_100, `${pace.dueAt()}`);
    assert.equal(pace.isAway(), false);
  });

  for (const failureWaitMs of [0, 10_000]) {
    for (const seed of [1, 2, 3]) {
      it(`when 1 % of posts fail and ask for ${failureWaitMs} ms (seed ${seed})`, () => {
        const conditions = { meter: bucket(), seed, failures: 0.01, failureWaitMs };
        const written = simulateWrites(20_000, conditions);
        assert.equal(written.throttled, 0);
        assert.ok(written.perSecond >= 19, `${written.perSecond}`);
      });
    }
  }

  it("when a tenant that rested writes a full quota", () => {
    const conditions = { meter: bucket(QUOTA), seed: 4, failures: 0.02, failureWaitMs: 10_000 };
    const written = simulateWrites(4_000, conditions, { recent: [] });
    assert.equal(written.throttled, 0);
    assert.ok(written.seconds < 70, `${written.seconds} s`);
  });
});

/** So long after the end of an outage a request finds out at the latest, if Graph does not say how long it lasts. */
const LONGEST_PAUSE_MS = 16_000;

describe("an outage", () => {
  for (const failureWaitMs of [0, 1_000, 5_000]) {
    const pauseMs = failureWaitMs || LONGEST_PAUSE_MS;
    for (const level of [0, QUOTA]) {
      const when = `if ${failureWaitMs} ms are asked and the bucket held ${level} before`;
      it(`meets few requests, and ends soon, ${when}`, () => {
        const [from, to] = [3_000, 303_000];
        const conditions = {
          meter: bucket(level),
          seed: 5,
          down: [from, to],
          failureWaitMs,
        } as const;
        const recent = level === 0 ? undefined : [];
        const { posts, throttled } = simulateWrites(8_000, conditions, { recent });
        const during = posts.filter(({ at }) => at >= from && at < to);
        assert.ok(during.length <= 24 + (to - from) / pauseMs, `${during.length} posts`);
        assert.ok(during.every(({ at, n }) => n === 1 || at < from + 5_000));
        const next = posts.find(({ at, n }) => at >= to && n === 20)?.at ?? Infinity;
        assert.ok(next <= to + pauseMs + 3_000, `${(next - to) / 1000} s after its end`);
        assert.equal(throttled, 0);
      });
    }
  }

  it("is a service at which half of the posts fail, too: it is left alone most of the time", () => {
    const { posts } = simulateWrites(2_000, { meter: bucket(), seed: 6, failures: 0.5 });
    const single = posts.filter(({ n }) => n === 1).length;
    assert.ok(single > 0.1 * posts.length, `${single} of ${posts.length}`);
  });

  it("ends with the first answer, whatever was asked before", () => {
    const pace = createWritePace();
    for (const now of [2_000, 4_000]) pace.lost({ grantedAt: post(pace, now) }, now + 500);
    assert.ok(pace.isAway());
    const asks = post(pace, 0);
    assert.ok(asks >= 4_500 + 2_000, `${asks}`);
    assert.ok(pace.dueAt() >= asks + 5_000, "nothing else leaves beside it");
    pace.answered({ grantedAt: asks, parts: ["taken"] }, asks + 300);
    assert.equal(pace.isAway(), false);
    assert.ok(pace.dueAt() <= asks + 300);
    assert.equal(pace.most(asks + 300), 20);
  });

  it("lasts longer if the request that asks fails, also if all its parts are shed", () => {
    const pace = createWritePace();
    for (const now of [2_000, 4_000]) pace.lost({ grantedAt: post(pace, now) }, now + 500);
    const first = post(pace, 0);
    pace.answered({ grantedAt: first, parts: ["shed"], retryAfterMs: 7_000 }, first + 100);
    assert.ok(pace.isAway());
    assert.equal(pace.dueAt(), first + 7_100);
    const second = post(pace, 0);
    pace.lost({ grantedAt: second }, second + 100);
    assert.equal(pace.dueAt(), second + 100 + 8_000);
  });
});
