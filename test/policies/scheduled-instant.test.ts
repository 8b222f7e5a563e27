import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { scheduledInstant } from "../../shared/policies/scheduled-instant.ts";
import { policyBatchName } from "../../shared/policies/submit.ts";

const due = "2026-11-21T02:00:00Z";
const at = (iso: string, next: unknown = due): string => {
  const timer = { isPastDue: false, schedule: {}, scheduleStatus: { last: due, next } };
  return new Date(scheduledInstant(timer, Date.parse(iso))).toISOString();
};

describe("a policy's run is named after the instant it was due", () => {
  it("when it comes on time, a little early, or hours late", () => {
    for (const now of [
      "2026-11-21T02:00:00.120Z",
      "2026-11-21T01:59:59.990Z",
      "2026-11-21T07:13:00Z",
    ])
      assert.equal(at(now), "2026-11-21T02:00:00.000Z");
  });

  it("so that a run repeated after a crash is the same batch", () => {
    const [first, again] = ["2026-11-21T02:00:00.120Z", "2026-11-21T02:04:31Z"].map((now) =>
      policyBatchName("stale-accounts", Date.parse(at(now))),
    );
    assert.deepEqual([first, again], Array(2).fill("stale-accounts-2026-11-21T0200Z"));
  });

  it("or after the current instant if a person starts it or there is no schedule", () => {
    const now = "2026-11-20T15:30:00.000Z";
    assert.equal(at(now), now);
    assert.equal(at(now, undefined), now);
    assert.equal(at(now, "soon"), now);
    assert.equal(at(now, "0001-01-01T00:00:00+00:00"), now);
    for (const timer of [undefined, {}, { scheduleStatus: null }])
      assert.equal(scheduledInstant(timer, Date.parse(now)), Date.parse(now));
  });
});
