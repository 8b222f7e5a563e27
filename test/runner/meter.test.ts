import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { createMeter } from "../../shared/runner/meter.ts";

describe("writes a second", () => {
  it("are those of the last ten seconds", () => {
    const meter = createMeter(0);
    for (let second = 1; second <= 30; second++) meter.add(second * 1000, 20);
    assert.equal(meter.perSecond(30_000), 20);
    assert.equal(meter.perSecond(35_000), 10);
    assert.equal(meter.perSecond(45_000), 0);
  });

  it("are counted over the time so far, at least a second", () => {
    const meter = createMeter(5_000);
    assert.equal(meter.perSecond(5_000), 0);
    meter.add(5_100, 20);
    assert.equal(meter.perSecond(5_100), 20);
    assert.equal(meter.perSecond(7_000), 10);
  });
});
