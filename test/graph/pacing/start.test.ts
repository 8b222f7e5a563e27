import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { createModelBucket } from "./model-bucket.ts";
import { createModelWindow } from "./model-window.ts";
import { createWritePace, QUOTA, simulateWrites, WINDOW_MS } from "./simulate-writes.ts";

const FATES = { taken: "taken", refused: "refused" } as const;

const bucket = (level: number) =>
  createModelBucket({ quota: QUOTA, windowMs: WINDOW_MS, from: 0, level });
/** Takes all that flows in within half a second. */
const drain = (from: number, to: number): number => (from < 500 ? (20 * (to - from)) / 1000 : 0);
const sliding = () => createModelWindow({ quota: QUOTA, windowMs: WINDOW_MS });

describe("a tenant that rested for a window", () => {
  for (const tellsUse of [true, false]) {
    const told = tellsUse ? "tells" : "does not tell";

    it(`writes a full quota as fast as answers come, if Graph ${told} its use`, () => {
      const conditions = { meter: bucket(QUOTA), seed: 1, tellsUse };
      const small = simulateWrites(500, conditions, { recent: [] });
      assert.ok(small.seconds < 6, `500 in ${small.seconds} s`);
      const large = simulateWrites(4_000, { ...conditions, meter: bucket(QUOTA) }, { recent: [] });
      assert.equal(large.throttled, 0);
      // 3,000 are there, and 20 a second flow in.
      assert.ok(large.seconds < 54, `4,000 in ${large.seconds} s`);
    });

    it(`is throttled at most 0.1 % if Graph counts a sliding window and ${told} its use`, () => {
      const conditions = { meter: sliding(), seed: 2, tellsUse };
      const written = simulateWrites(4_000, conditions, { recent: [] });
      assert.ok(written.throttledShare <= 0.001, `${written.throttled}`);
      assert.ok(written.seconds < 210, `${written.seconds}`);
      const long = simulateWrites(20_000, { ...conditions, meter: sliding() }, { recent: [] });
      assert.ok(long.throttledShare <= 0.001, `${long.throttled}`);
      assert.ok(long.perSecond > 19, `${long.perSecond}`);
    });
  }

  it("is throttled at most 0.1 % by a sliding window that does not count what was refused as a stray", () => {
    for (const tellsUse of [true, false]) {
      for (let seed = 1; seed <= 10; seed += 1) {
        const conditions = { meter: sliding(), seed, tellsUse, strays: 0.01 };
        const written = simulateWrites(4_000, conditions, { recent: [] });
        assert.ok(written.throttledShare <= 0.001, `seed ${seed}: ${written.throttled}`);
      }
    }
  });

  it("asks singly whether Graph counts a sliding window, however long the plan took before the first write", () => {
    const meter = sliding();
    for (let at = -164_000; at < -14_000; at += 1000) meter.take(20, at);
    const conditions = { meter, seed: 1, tellsUse: true };
    const written = simulateWrites(4_000, conditions, { recent: [], startAt: -14_000 });
    assert.ok(written.throttledShare <= 0.001, `${written.throttled}`);
  });

  it("stops at once if the quota is not there, as Graph tells its use", () => {
    const conditions = { meter: bucket(0), seed: 3, tellsUse: true };
    const written = simulateWrites(4_000, conditions, { recent: [] });
    assert.equal(written.throttled, 0);
    assert.ok(written.perSecond > 19.3, `${written.perSecond}`);
  });

  it("is not refused if what was under way elsewhere empties the quota half a second after the start", () => {
    for (const tellsUse of [true, false]) {
      const meter = createModelBucket({
        quota: QUOTA,
        windowMs: WINDOW_MS,
        from: 0,
        level: 0,
        drain,
      });
      const first = simulateWrites(20, { meter, seed: 3, tellsUse }, { recent: [] });
      assert.equal(first.throttled, 0);
    }
  });

  it("stops after some 50 refusals if the quota is not there and Graph does not say so", () => {
    const written = simulateWrites(4_000, { meter: bucket(0), seed: 3 }, { recent: [] });
    assert.ok(written.throttled <= 60, `${written.throttled}`);
    assert.ok(written.perSecond > 18, `${written.perSecond}`);
  });

  it("goes by what Graph tells if half of the quota is there", () => {
    const conditions = { meter: bucket(QUOTA / 2), seed: 4, tellsUse: true };
    const written = simulateWrites(4_000, conditions, { recent: [] });
    assert.equal(written.throttled, 0);
    // 1,500 are there, and 20 a second flow in.
    assert.ok(written.seconds < 135, `${written.seconds}`);
  });
});

describe("a tenant that wrote within the last window", () => {
  it("starts with the rest of the quota", () => {
    const recent = [{ at: -60_000, amount: 2_000 }];
    const conditions = { meter: bucket(1_000), seed: 5 };
    const written = simulateWrites(2_000, conditions, { recent });
    assert.equal(written.throttled, 0);
    // 1,000 are there, and 20 a second flow in.
    assert.ok(written.seconds < 58, `${written.seconds}`);
  });

  it("starts with nothing if it wrote the whole quota", () => {
    const pace = createWritePace({ recent: [{ at: -1_000, amount: QUOTA }] });
    pace.grant(20, pace.dueAt(), 0);
    assert.ok(pace.dueAt() >= 2_000);
  });

  it("starts with nothing if what was written is not known", () => {
    const written = simulateWrites(4_000, { meter: bucket(0), seed: 6 });
    assert.equal(written.throttled, 0);
  });
});

/** Writes a little more than a full quota, one post at a time. */
function writeBeyondTheQuota(meter: ReturnType<typeof bucket>) {
  const pace = createWritePace({ recent: [] });
  let [now, sent] = [0, 0];
  while (sent < QUOTA + 40 && pace.dueAt() < WINDOW_MS / 2) {
    now = Math.max(now, pace.dueAt());
    const n = pace.most(now);
    pace.grant(n, now, now);
    sent += n;
    const taken = meter.take(n, now);
    const parts = Array.from({ length: n }, (_, at) => (at < taken ? FATES.taken : FATES.refused));
    pace.answered({ grantedAt: now, parts }, now + 100);
    now += 100;
  }
  return { pace, now, sent };
}

/** A pace whose quota was used up but for a hundred, which it has just used in answered posts. */
function useUpStock() {
  const pace = createWritePace({ recent: [{ at: -1, amount: QUOTA - 100 }] });
  let now = 0;
  for (let sent = 0; sent < 100; sent += 20) {
    now = Math.max(now + 100, pace.dueAt());
    pace.grant(20, now, now);
    pace.answered(
      { grantedAt: now, parts: Array.from({ length: 20 }, () => FATES.taken) },
      now + 50,
    );
  }
  return { pace, now };
}

describe("the way Graph counts", () => {
  it("is found out by one request if it is a bucket", () => {
    const { pace, sent } = writeBeyondTheQuota(bucket(QUOTA));
    assert.equal(pace.kind(), "bucket");
    assert.ok(sent >= QUOTA + 40);
  });

  it("is found out by two requests if it is a sliding window, and then nothing more leaves", () => {
    const { pace, sent } = writeBeyondTheQuota(sliding());
    assert.equal(pace.kind(), "window");
    assert.equal(sent, QUOTA + 2);
    assert.ok(pace.dueAt() >= WINDOW_MS, `${pace.dueAt()}`);
  });

  it("is asked by single requests until an answer has said it", () => {
    const used = useUpStock();
    const { pace } = used;
    let { now } = used;
    assert.equal(pace.most(now), 1);
    now = Math.max(now + 100, pace.dueAt());
    pace.grant(1, now, now);
    assert.equal(pace.most(now), 1, "while it is under way, too");
    pace.answered({ grantedAt: now, parts: [FATES.refused] }, now + 50);
    assert.equal(pace.most(now), 1, "one refusal may be a stray");
  });

  it("delays posts by no more than five seconds if the request that asks is never answered", () => {
    const used = useUpStock();
    const { pace } = used;
    let { now } = used;
    now = Math.max(now + 100, pace.dueAt());
    pace.grant(1, now, now);
    assert.ok(pace.dueAt() <= now + 5_000);
    now = WINDOW_MS + 1_000;
    pace.grant(20, now, now);
    assert.ok(pace.dueAt() <= now + 1_100, `${pace.dueAt() - now}`);
    assert.equal(pace.most(now), 20);
  });

  it("is found out once no post is under way, which the request could overtake", () => {
    const pace = createWritePace({ recent: [] });
    let now = 0;
    const last = { at: 0, n: 0 };
    while (pace.most(now) > 1) {
      now = Math.max(now + 100, pace.dueAt());
      [last.at, last.n] = [now, pace.most(now)];
      pace.grant(last.n, now, now);
      if (pace.most(now) > 1) answer(last);
    }
    assert.ok(pace.dueAt() > now + 1_000, "the last post is under way");
    answer(last);
    assert.ok(pace.dueAt() <= now + 100);

    function answer({ at, n }: { at: number; n: number }): void {
      const parts = Array.from({ length: n }, () => FATES.taken);
      pace.answered({ grantedAt: at, parts }, at + 50);
    }
  });

  it("is not asked again once it is known", () => {
    const { pace } = writeBeyondTheQuota(bucket(QUOTA));
    const next = createWritePace({ recent: [], kind: pace.kind() });
    next.grant(20, next.dueAt(), 0);
    assert.equal(next.most(QUOTA), 20);
  });
});
