import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { graphAnswer } from "../../shared/graph/batch.ts";
import { isTransient, retryDelayMs } from "../../shared/graph/retry-delay.ts";

const nowMs = Date.parse("2026-11-20T10:00:00Z");
const floor = { floorMs: 1000, random: () => 0.5 };

const forms = [
  { when: "whole seconds", header: "7", asksMs: 7000 },
  { when: "decimal seconds, as in a $batch", header: "1.249", asksMs: 1249 },
  { when: "less than the floor", header: "0.124", asksMs: 124, waitsMs: 1000 },
  { when: "spaces", header: " 3 ", asksMs: 3000 },
  { when: "an HTTP date", header: "Fri, 20 Nov 2026 10:00:05 GMT", asksMs: 5000 },
  {
    when: "a date that has passed",
    header: "Fri, 20 Nov 2026 09:59:00 GMT",
    asksMs: 0,
    waitsMs: 1000,
  },
  { when: "not a number or date", header: "soon", asksMs: undefined },
  { when: "a negative number", header: "-5", asksMs: undefined },
  { when: "nothing", header: undefined, asksMs: undefined },
];

describe("Retry-After is honored", () => {
  for (const { when, header, asksMs, waitsMs } of forms) {
    it(`when it is ${when}`, () => {
      const headers: Record<string, string> = header === undefined ? {} : { "retry-after": header };
      const answer = graphAnswer({ status: 429, headers, body: undefined, requestId: "" }, nowMs);
      assert.equal(answer.retryAfterMs, asksMs);
      // Without one the first back-off is three quarters up between one floor and two.
      assert.equal(retryDelayMs(1, answer.retryAfterMs, floor), waitsMs ?? asksMs ?? 1500);
    });
  }

  it("waits at least what was asked and the floor, and not for ever", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.option(fc.double({ min: 0, max: 1e7, noNaN: true }), { nil: undefined }),
        fc.double({ min: 1, max: 10_000, noNaN: true }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, askedMs, floorMs, chance) => {
          const delay = retryDelayMs(attempt, askedMs, { floorMs, random: () => chance });
          assert.ok(delay >= (askedMs ?? 0) && delay >= floorMs);
          assert.ok(delay <= Math.max(askedMs ?? 0, 30 * floorMs));
        },
      ),
    );
  });
});

describe("a status is transient", () => {
  for (const status of [408, 423, 429, 500, 502, 503, 504, 509]) {
    it(`when it is ${status}`, () => assert.ok(isTransient(status)));
  }
  for (const status of [200, 204, 400, 401, 403, 404, 409, 410, 501]) {
    it(`not when it is ${status}`, () => assert.ok(!isTransient(status)));
  }
});
