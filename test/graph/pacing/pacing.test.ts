import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { createPace } from "../../../shared/graph/pacing/pacing.ts";
import { seededRandom } from "../../core/seeded-random.ts";
import { createModelBucket } from "./model-bucket.ts";

const QUOTA = 3000;
const GRAPH_WINDOW_MS = 150_000;
const POST = 20;

const createWritePace = (windowMs: number, startAt: number) =>
  createPace({
    quota: QUOTA,
    windowMs,
    startAt,
    aim: 0.99,
    burst: POST,
    retryFloorMs: 1000 * (windowMs / GRAPH_WINDOW_MS),
  });

/** Grants `posts` while always fed: each timer up to 15 ms late, each way up to 30 ms long. */
function feed(windowMs: number, startAt: number, posts: number, seed: number, size = () => POST) {
  const random = seededRandom(seed);
  const pace = createWritePace(windowMs, startAt);
  const arrivals: { at: number; n: number }[] = [];
  let askedAt = startAt;
  let latest = 0;
  for (let post = 0; post < posts; post += 1) {
    const n = size();
    const at = Math.max(askedAt, pace.dueAt()) + 15 * random();
    pace.grant(n, at, askedAt);
    askedAt = at;
    latest = Math.max(latest, at + 30 * random());
    arrivals.push({ at: latest, n });
  }
  return { pace, arrivals };
}

const patterns = fc.record({
  seed: fc.integer(),
  startAt: fc.double({ min: 0, max: 1e9, noNaN: true }),
  windowMs: fc.constantFrom(GRAPH_WINDOW_MS, GRAPH_WINDOW_MS / 10),
});

describe("a pace that is kept fed", () => {
  it("never overdraws a bucket that was empty when it started", () => {
    fc.assert(
      fc.property(patterns, ({ seed, startAt, windowMs }) => {
        const { arrivals } = feed(windowMs, startAt, 450, seed);
        const bucket = createModelBucket({ quota: QUOTA, windowMs, from: startAt });
        for (const { at, n } of arrivals) assert.equal(bucket.take(n, at), n);
      }),
      { numRuns: 40 },
    );
  });

  it("never overdraws a bucket that held one post when the first arrived", () => {
    fc.assert(
      fc.property(patterns, ({ seed, startAt, windowMs }) => {
        const { arrivals } = feed(windowMs, startAt, 450, seed);
        const from = arrivals[0]?.at ?? 0;
        const bucket = createModelBucket({ quota: QUOTA, windowMs, from, level: POST });
        for (const { at, n } of arrivals) assert.equal(bucket.take(n, at), n);
      }),
      { numRuns: 40 },
    );
  });

  it("never lets more than the quota into any window, whatever the sizes", () => {
    fc.assert(
      fc.property(patterns, ({ seed, startAt, windowMs }) => {
        const random = seededRandom(seed + 1);
        const size = () => (random() < 0.5 ? POST : 1 + Math.floor(POST * random()));
        const { arrivals } = feed(windowMs, startAt, 600, seed, size);
        let [inside, first] = [0, 0];
        for (const { at, n } of arrivals) {
          inside += n;
          for (; (arrivals[first]?.at ?? at) <= at - windowMs; first += 1) {
            inside -= arrivals[first]?.n ?? 0;
          }
          assert.ok(inside <= QUOTA, `${inside} within a window`);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("uses at least 98.5 % of the quota", () => {
    fc.assert(
      fc.property(patterns, ({ seed, startAt, windowMs }) => {
        const { pace } = feed(windowMs, startAt, 450, seed);
        assert.ok(pace.shareUsed() >= 0.985, `${pace.shareUsed()}`);
        assert.ok(pace.shareUsed() <= 1);
      }),
      { numRuns: 40 },
    );
  });
});

describe("a pace that is not fed", () => {
  it("lets nothing out before one post has flowed in", () => {
    const pace = createWritePace(GRAPH_WINDOW_MS, 5000);
    assert.ok(pace.dueAt() >= 6000);
  });

  it("saves no more than one post up while idle", () => {
    const pace = createWritePace(GRAPH_WINDOW_MS, 0);
    pace.grant(POST, 2000, 0);
    pace.grant(POST, 60_000, 60_000);
    assert.ok(pace.dueAt() >= 61_000, "a minute idle is not two posts at once");
  });

  it("catches up a late timer, but not a frozen process", () => {
    const pace = createWritePace(GRAPH_WINDOW_MS, 0);
    pace.grant(POST, pace.dueAt(), 0);
    const due = pace.dueAt();
    pace.grant(POST, due + 100, 0);
    assert.ok(Math.abs(pace.dueAt() - (due + 1010.1)) < 1);
    const next = pace.dueAt();
    pace.grant(POST, next + 30_000, due + 100);
    assert.ok(pace.dueAt() >= next + 30_000 + 750, "at most a quarter of a second is caught up");
  });
});

describe("a pace after a refusal", () => {
  it("lets nothing out for the longest wait that was asked, however many came in between", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 60_000, noNaN: true }), { minLength: 1 }),
        (waits) => {
          const pace = createWritePace(GRAPH_WINDOW_MS, 0);
          pace.grant(POST, 2000, 0);
          for (const retryAfterMs of waits)
            pace.refuse({ amount: 1, retryAfterMs, grantedAt: 2000 }, 3000);
          assert.ok(pace.dueAt() >= 3000 + Math.max(1000, ...waits));
        },
      ),
    );
  });

  it("holds for the floor where no wait was asked", () => {
    const pace = createWritePace(GRAPH_WINDOW_MS, 0);
    pace.grant(POST, 2000, 0);
    pace.refuse({ amount: 1 }, 2500);
    assert.equal(pace.dueAt(), 3500);
  });

  it("is back at full rate a minute after a lone refusal", () => {
    const pace = createWritePace(GRAPH_WINDOW_MS, 0);
    pace.grant(POST, 2000, 0);
    const full = pace.ratePerSecond(2000);
    pace.refuse({ amount: 5, retryAfterMs: 1000, grantedAt: 2000 }, 2500);
    assert.ok(pace.ratePerSecond(2600) < 0.61 * full);
    assert.ok(pace.ratePerSecond(32_500) < 0.9 * full);
    assert.ok(Math.abs(pace.ratePerSecond(62_500) - full) < 1e-6);
  });

  it("eases once for all that was under way together", () => {
    const pace = createWritePace(GRAPH_WINDOW_MS, 0);
    pace.grant(POST, 2000, 0);
    pace.grant(POST, 3000, 0);
    pace.refuse({ amount: 5, grantedAt: 2000 }, 3500);
    const rate = pace.ratePerSecond(9000);
    pace.refuse({ amount: 5, grantedAt: 3000 }, 9000);
    assert.equal(pace.ratePerSecond(9000), rate);
  });

  it("is back within minutes after an outage that refused everything for long", () => {
    const pace = createWritePace(GRAPH_WINDOW_MS, 0);
    let now = 0;
    while (now < 600_000) {
      now = pace.dueAt();
      pace.grant(POST, now, now);
      now += 500;
      pace.refuse({ amount: POST, retryAfterMs: 10_000, grantedAt: now - 500 }, now);
    }
    assert.ok(pace.ratePerSecond(now + 200_000) > 19);
  });

  it("uses nine tenths of what flowed in between two refusals, and probes for more later", () => {
    const pace = createWritePace(GRAPH_WINDOW_MS, 0);
    const refuseAt = (now: number) => {
      pace.grant(POST, now, now);
      pace.refuse({ amount: 1, grantedAt: now }, now + 1);
    };
    refuseAt(2000);
    for (let post = 0; post < 9; post += 1) pace.grant(POST, 5000, 5000);
    refuseAt(22_001);
    // 200 writes in 20 s are 10 a second; 9 are kept, for a window and a half, then more than 10.
    assert.ok(Math.abs(pace.ratePerSecond(22_002) - 9) < 0.01);
    assert.ok(Math.abs(pace.ratePerSecond(172_000) - 9) < 0.01);
    assert.ok(pace.ratePerSecond(322_002) > 10);
  });
});

describe("a pace that is refused again and again", () => {
  for (const every of [1, 2, 4]) {
    it(`waits no longer than half a minute by itself, if all but one part of each ${every}. post is refused`, () => {
      const pace = createWritePace(GRAPH_WINDOW_MS, 0);
      let now = 0;
      for (let post = 0; post < 60; post += 1) {
        const waitMs = pace.dueAt() - Math.max(now, pace.heldUntil());
        assert.ok(waitMs < 30_000, `${waitMs} ms after ${post} posts`);
        const grantedAt = Math.max(now, pace.dueAt());
        const n = Math.min(20, pace.most(grantedAt));
        pace.grant(n, grantedAt, now);
        const isRefused = post % every === 0;
        const parts = Array.from({ length: n }, (_, part) =>
          isRefused && part > 0 ? ("refused" as const) : ("taken" as const),
        );
        now = grantedAt + 500;
        pace.answered({ grantedAt, parts, retryAfterMs: isRefused ? 30_000 : undefined }, now);
      }
    });
  }
});
