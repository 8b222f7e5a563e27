import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { quotaShare } from "./quota-report.ts";

/** Posts of 20 writes, each sent `lateSeconds` after the bucket holds 20, by a meter of `rate` a second. */
function run(posts: number, rate: number, lateSeconds = 0) {
  const gapSeconds = 20 / rate + lateSeconds;
  return { writes: 20 * posts, heldSeconds: gapSeconds, writeSeconds: (posts - 1) * gapSeconds };
}

describe("the share of the write quota that a run used", () => {
  for (const posts of [1, 50, 1000])
    it(`is 100 % for ${posts} posts that each leave as soon as the bucket allows`, () => {
      assert.ok(Math.abs(quotaShare(run(posts, 200), 200) - 1) < 1e-9);
    });

  it("is less if posts leave late, by the same measure for a short and a long run", () => {
    for (const posts of [5, 1000]) {
      assert.ok(Math.abs(quotaShare(run(posts, 200, 0.1), 200) - 0.5) < 1e-9);
    }
  });
});
