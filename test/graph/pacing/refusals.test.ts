import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { judge, noSuspicion } from "../../../shared/graph/pacing/refusals.ts";
import { seededRandom } from "../../core/seeded-random.ts";
import { createModelBucket } from "./model-bucket.ts";
import { QUOTA, simulateWrites, WINDOW_MS } from "./simulate-writes.ts";

const bucket = (level = 0, perSecond = 0) =>
  createModelBucket({
    quota: QUOTA,
    windowMs: WINDOW_MS,
    from: 0,
    level,
    drain: (from, to) => (perSecond * (to - from)) / 1000,
  });

/** A post of 20 whose parts at `at` were refused. */
const post = (...at: number[]): boolean[] =>
  Array.from({ length: 20 }, (_, index) => at.includes(index));

const judged = (refused: readonly boolean[], isExpected = false) =>
  judge(noSuspicion, { refused, isExpected }).isExhausted;

describe("a refusal is a stray", () => {
  it("when one part in a post is refused, wherever it is", () => {
    for (let at = 0; at < 20; at += 1) assert.equal(judged(post(at)), false);
  });

  it("when a few parts are refused with taken ones after them", () => {
    assert.equal(judged(post(3, 9)), false);
    assert.equal(judged(post(0, 1, 7)), false);
  });

  it("when one part in a hundred is refused: once in thousands of posts it is taken for more", () => {
    const random = seededRandom(5);
    let suspicion = noSuspicion;
    let exhausted = 0;
    for (let count = 0; count < 20_000; count += 1) {
      const refused = Array.from({ length: 20 }, () => random() < 0.01);
      const verdict = judge(suspicion, { refused, isExpected: false });
      suspicion = verdict.suspicion;
      if (verdict.isExhausted) exhausted += 1;
    }
    assert.ok(exhausted <= 8, `${exhausted}`);
  });
});

describe("a quota is exhausted", () => {
  it("when the rest of a post is refused", () => {
    assert.ok(judged(post(18, 19)));
    assert.ok(judged(post(...Array.from({ length: 20 }, (_, index) => index))));
  });

  it("when a quarter of a post is refused in any order", () => {
    assert.ok(judged(post(0, 4, 8, 12, 16)));
  });

  it("when posts in a row have refused parts", () => {
    let suspicion = noSuspicion;
    const verdicts = Array.from({ length: 4 }, () => {
      const verdict = judge(suspicion, { refused: post(2, 5, 11), isExpected: false });
      suspicion = verdict.suspicion;
      return verdict.isExhausted;
    });
    assert.ok(verdicts.includes(true), verdicts.join());
    assert.equal(verdicts[0], false);
  });

  it("when one part is refused at a moment when it is expected, unless strays are about", () => {
    assert.ok(judged(post(19), true));
    const suspicion = { score: 0, strays: 0.01 };
    assert.equal(judge(suspicion, { refused: post(19), isExpected: true }).isExhausted, false);
  });

  it("when the last part of a probe is refused, also if strays are about", () => {
    const suspicion = { score: 0, strays: 0.01 };
    const probe = (...at: number[]) =>
      judge(suspicion, { refused: post(...at), isExpected: true, isProbe: true }).isExhausted;
    assert.ok(probe(19));
    assert.equal(probe(7), false);
    assert.equal(probe(), false);
  });
});

describe("strays delay nothing but their own rows", () => {
  for (const seed of [1, 2, 3]) {
    it(`when 1 % of parts are refused (seed ${seed})`, () => {
      const written = simulateWrites(20_000, { meter: bucket(), seed, strays: 0.01 });
      assert.equal(written.throttled, 0);
      assert.ok(written.strays > 100, `${written.strays}`);
      assert.ok(written.perSecond >= 19.3, `${written.perSecond}`);
    });
  }

  it("when 3 % of parts are refused", () => {
    const written = simulateWrites(20_000, { meter: bucket(), seed: 1, strays: 0.03 });
    assert.ok(written.perSecond >= 18, `${written.perSecond}`);
  });

  for (const [perSecond, atLeast] of [
    [2, 17.5],
    [5, 14.5],
    [10, 9.7],
  ] as const) {
    it(`when a neighbor writes ${perSecond} a second of the quota as well`, () => {
      const shares = [1, 2, 3, 4, 5].map((seed) => {
        const conditions = { meter: bucket(0, perSecond), seed, strays: 0.01 };
        const written = simulateWrites(100_000, conditions);
        assert.ok(written.perSecond >= atLeast, `seed ${seed}: ${written.perSecond}`);
        return written.throttledShare;
      });
      assert.ok(Math.max(...shares) <= 0.001, shares.join());
    });
  }

  it("when a tenant that rested starts with a full quota", () => {
    const conditions = { meter: bucket(QUOTA), seed: 3, strays: 0.01 };
    const written = simulateWrites(4_000, conditions, { recent: [] });
    assert.equal(written.throttled, 0);
    assert.ok(written.seconds < 65, `${written.seconds} s`);
  });
});

describe("a service that sheds load", () => {
  it("is left alone, and then written to at the full rate", () => {
    const sheds: [number, number] = [60_000, 120_000];
    const written = simulateWrites(10_000, { meter: bucket(), seed: 4, sheds });
    assert.equal(written.throttled, 0);
    const lostSeconds = written.seconds - 10_000 / 19.8;
    assert.ok(lostSeconds < 66, `${lostSeconds} s`);
  });

  it("is no reason to ease when strays are about, too", () => {
    const sheds: [number, number] = [60_000, 70_000];
    const conditions = { meter: bucket(), seed: 5, sheds, strays: 0.01 };
    const written = simulateWrites(10_000, conditions);
    assert.ok(written.perSecond >= 18.5, `${written.perSecond}`);
  });
});
