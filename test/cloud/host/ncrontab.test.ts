import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { parseSchedule } from "./ncrontab.ts";
import { parseTimerSchedule } from "./timer-schedule.ts";

const next = (expression: string, after: string): string | undefined => {
  const ms = parseSchedule(expression).next(Date.parse(after));
  return ms === undefined ? undefined : new Date(ms).toISOString().replace(".000Z", "Z");
};

describe("a schedule's next occurrence", () => {
  const cases: { expression: string; after: string; is: string | undefined; because?: string }[] = [
    { expression: "0 */5 * * * *", after: "2026-11-20T10:02:30Z", is: "2026-11-20T10:05:00Z" },
    { expression: "0 */5 * * * *", after: "2026-11-20T10:05:00Z", is: "2026-11-20T10:10:00Z" },
    { expression: "0 */5 * * * *", after: "2026-11-20T10:04:59.999Z", is: "2026-11-20T10:05:00Z" },
    { expression: "30 0 3 * * MON-FRI", after: "2026-11-20T04:00:00Z", is: "2026-11-23T03:00:30Z" },
    { expression: "0 0 0 1 1 *", after: "2026-11-20T00:00:00Z", is: "2027-01-01T00:00:00Z" },
    { expression: "0 0 12 31 * *", after: "2026-11-20T00:00:00Z", is: "2026-12-31T12:00:00Z" },
    { expression: "0 0 0 29 2 *", after: "2026-11-20T00:00:00Z", is: "2028-02-29T00:00:00Z" },
    { expression: "0 0 0 30 Feb *", after: "2026-11-20T00:00:00Z", is: undefined },
    { expression: "5/20 0 0 * * *", after: "2026-11-20T00:00:05Z", is: "2026-11-20T00:00:25Z" },
    { expression: "0 0 9-17/4 * * *", after: "2026-11-20T10:00:00Z", is: "2026-11-20T13:00:00Z" },
    { expression: "0 1,2,50 * * * *", after: "2026-11-20T10:02:00Z", is: "2026-11-20T10:50:00Z" },
    { expression: "0 0 17-9 * * *", after: "2026-11-20T10:00:00Z", is: "2026-11-20T11:00:00Z" },
    { expression: "*/5 * * * *", after: "2026-11-20T10:01:00Z", is: "2026-11-20T10:05:00Z" },
    { expression: "0 9 * * *", after: "2026-11-20T10:00:00Z", is: "2026-11-21T09:00:00Z" },
    {
      expression: "0 0 0 13 * 5",
      after: "2026-11-20T00:00:00Z",
      is: "2027-08-13T00:00:00Z",
      because: "day and day of the week must both match",
    },
  ];
  for (const { expression, after, is, because = "" } of cases)
    it(`${expression} after ${after} is ${is} ${because}`, () =>
      assert.equal(next(expression, after), is));

  it("is later than the given instant, and none lies in between", () => {
    const schedule = parseSchedule("*/10 3-50/7 1,13 * * 1-5");
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), (after) => {
        const at = schedule.next(after);
        assert.ok(at !== undefined && at > after && at % 10_000 === 0);
        assert.equal(schedule.next(at - 1), at);
      }),
    );
  });
});

describe("a schedule is refused", () => {
  const refused = [
    { expression: "0 0 3 * *  * *", says: /has 7 fields/ },
    { expression: "", says: /fields, not six/ },
    { expression: "60 * * * * *", says: /in its second: "60" is not in 0-59/ },
    { expression: "0 0 0 * * 7", says: /in its day of the week/ },
    { expression: "0 0 0 * Foo *", says: /in its month/ },
    { expression: "0 */0 * * * *", says: /step of 0 never moves/ },
    { expression: "0 1-2-3 * * * *", says: /in its minute/ },
    { expression: "0 1,,2 * * * *", says: /in its minute/ },
    { expression: "0 0 0 ? * *", says: /in its day/ },
  ];
  for (const { expression, says } of refused)
    it(`"${expression}"`, () => {
      assert.throws(() => parseSchedule(expression), { name: "TypeError", message: says });
    });
});

describe("a schedule is not monitored", () => {
  for (const [expression, is] of [
    ["*/10 * * * * *", true],
    ["0 * * * * *", false],
    ["*/10 0 * * * *", false],
  ] as const)
    it(`when it runs more than once a minute: ${expression} ${is}`, () =>
      assert.equal(parseSchedule(expression).isSubMinute, is));
});

describe("a schedule that is a time span", () => {
  it("runs that long after the last run, whatever the time", () => {
    const schedule = parseTimerSchedule("00:05:00");
    const at = Date.parse("2026-11-20T10:02:30Z");
    assert.equal(schedule.next(at), at + 5 * 60_000);
    assert.deepEqual([schedule.isSubMinute, schedule.adjustsForDst], [false, false]);
    assert.equal(parseTimerSchedule("00:00:59").isSubMinute, true);
  });

  it("of one number is days", () => assert.equal(parseTimerSchedule("1").next(0), 86_400_000));

  it("that is neither is refused as an expression", () => {
    assert.throws(() => parseTimerSchedule("often"), { message: /has 1 fields, not six/ });
    assert.equal(parseTimerSchedule("0 0 3 * * *").adjustsForDst, true);
  });
});
