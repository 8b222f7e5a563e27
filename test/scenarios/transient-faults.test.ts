import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { transientFaults, runPeople, setPeopleStage } from "../stage/people-run.ts";
import type { Stage } from "../stage/stage.ts";

describe("with transient faults", () => {
  let stage: Stage;
  before(async () => {
    stage = await setPeopleStage();
  });
  after(() => stage.close());

  it("every row gets the verdict and the effect that it has without faults, and none twice", async () => {
    const { control } = stage.cloud;
    for (const rule of transientFaults) await control.graph("addFault", rule);
    // A row whose answer is lost is looked at a minute later, and may be lost again.
    const run = await runPeople(stage, { size: 500, seed: 23, timeoutMs: 270_000 });
    const struck = Object.values(await control.graph("struck", {}));
    assert.ok(struck.reduce((sum, times) => sum + times, 0) > 20, "too few faults were injected");
    assert.equal(run.status.state, "finished");
    assert.deepEqual(run.wrong, []);
    assert.equal(run.overlaps, 0, "two writes to one object were in flight at once");
  });
});
