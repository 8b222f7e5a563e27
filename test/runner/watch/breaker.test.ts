import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { createBreaker } from "../../../shared/runner/watch/breaker.ts";

const settings = { rows: 200, percent: 5 };

describe("a batch's breaker", () => {
  it("trips at the eleventh row of the last 200 that fails for one cause, not before", () => {
    const breaker = createBreaker(settings);
    for (let row = 1; row <= 10; row++) breaker.note("403 Authorization_RequestDenied");
    assert.equal(breaker.trip(), undefined);
    breaker.note("403 Authorization_RequestDenied");
    assert.deepEqual(breaker.trip(), {
      cause: "403 Authorization_RequestDenied",
      count: 11,
      of: 11,
    });
  });

  it("trips if and only if some cause is in more than 5 % of the last 200 rows", () => {
    const cause = fc.option(fc.constantFrom("a", "b", "c"), { nil: undefined, freq: 12 });
    fc.assert(
      fc.property(fc.array(cause, { maxLength: 900, size: "max" }), (causes) => {
        const breaker = createBreaker(settings);
        for (const [at, each] of causes.entries()) {
          breaker.note(each);
          const last = causes.slice(Math.max(0, at - 199), at + 1);
          const most = Math.max(
            ...["a", "b", "c"].map((name) => last.filter((one) => one === name).length),
          );
          assert.equal(breaker.trip()?.count, most > 10 ? breaker.trip()!.count : undefined);
          assert.equal(breaker.trip() !== undefined, most > 10);
        }
      }),
    );
  });

  it("never trips at 100 per cent", () => {
    const breaker = createBreaker({ ...settings, percent: 100 });
    for (let row = 0; row < 500; row++) breaker.note("a");
    assert.equal(breaker.trip(), undefined);
  });
});
