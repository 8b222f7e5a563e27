import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { backoffMs } from "../../shared/core/backoff.ts";
import { retryAfterMs } from "../../shared/core/retry-after.ts";

describe("a Retry-After header asks for a wait", () => {
  const now = Date.UTC(2026, 10, 21, 12, 0, 0);
  const table = [
    { header: "10", waits: 10_000 },
    { header: "0.249", waits: 249 },
    { header: " 60 ", waits: 60_000 },
    { header: "Sat, 21 Nov 2026 12:00:30 GMT", waits: 30_000 },
    { header: "Sat, 21 Nov 2026 11:00:00 GMT", waits: 0 },
    { header: "99999999999999999999", waits: 2 ** 31 - 1 },
    { header: "", waits: undefined },
    { header: "soon", waits: undefined },
    { header: "-5", waits: undefined },
    { header: undefined, waits: undefined },
    { header: null, waits: undefined },
  ];
  for (const { header, waits } of table) {
    it(`of ${waits ?? "nothing"} ms when it says ${JSON.stringify(header)}`, () => {
      assert.equal(retryAfterMs(header, now), waits);
    });
  }
});

it("a Retry-After header in either of HTTP's older forms of a date is Greenwich's time, wherever we are", () => {
  const zone = process.env["TZ"];
  process.env["TZ"] = "America/New_York";
  try {
    const now = Date.UTC(2026, 10, 21, 12, 0, 0);
    for (const header of ["Sat Nov 21 12:00:30 2026", "Saturday, 21-Nov-26 12:00:30 GMT"])
      assert.equal(retryAfterMs(header, now), 30_000, header);
  } finally {
    if (zone === undefined) delete process.env["TZ"];
    else process.env["TZ"] = zone;
  }
});

describe("back-off", () => {
  it("never falls below half its step nor rises above the cap", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, random) => {
          const wait = backoffMs(attempt, () => random, { baseMs: 100, capMs: 5000 });
          const step = Math.min(5000, 100 * 2 ** (attempt - 1));
          assert.ok(wait >= step / 2 && wait <= step);
        },
      ),
    );
  });
});
