import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { killAndTakeOver, runPeople, setPeopleStage, untilWritten } from "../stage/people-run.ts";
import type { Stage } from "../stage/stage.ts";

describe("the worker's process is killed in the middle of a batch", () => {
  let stage: Stage;
  before(async () => {
    stage = await setPeopleStage();
  });
  after(() => stage.close());

  it("ends with the directory and the verdicts of an undisturbed run", async () => {
    const run = await runPeople(stage, {
      size: 500,
      seed: 11,
      disturb: async () => {
        await untilWritten(stage, 170);
        await killAndTakeOver(stage);
      },
    });
    assert.equal(run.status.state, "finished");
    assert.deepEqual(run.wrong, []);
    assert.equal(run.overlaps, 0, "two writes to one object were in flight at once");
    assert.ok(stage.host.status().workerRestarts >= 1);
  });
});
