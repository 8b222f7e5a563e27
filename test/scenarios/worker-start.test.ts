import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";

import type { FunctionsHost } from "../cloud/host/host.ts";
import { setStage, type Stage } from "../stage/stage.ts";

/** The settings that a worker's process was started with; undefined if the system does not say. */
function startedWith(host: FunctionsHost): string | undefined {
  const file = `/proc/${host.status().workerPid}/environ`;
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

describe("the product runs a batch from message to report", () => {
  let stage: Stage;
  before(async () => {
    stage = await setStage({ cloud: { graph: { seed: { users: 20 } } } });
  });
  after(() => stage.close());

  const runBatch = async (batch: string): Promise<void> => {
    const { users } = await stage.cloud.control.graph("snapshot", {});
    const rows = users.slice(0, 5).map(({ id }) => ({
      operation: "user.update",
      user: id,
      department: batch,
    }));
    await stage.send("accept", JSON.stringify({ version: 1, batch, mode: "apply", rows }));
    const status = await stage.settled(batch);
    assert.deepEqual([status.state, status.verdicts.done], ["finished", 5]);
    assert.match((await stage.read(`${batch}/report.csv`)) ?? "", /,done,/);
  };

  it("in a worker of a warm pool, as Flex Consumption starts it, which is the default", async () => {
    assert.doesNotMatch(startedWith(stage.host) ?? "", /BatchStorage__/);
    await runBatch("warm");
  });

  it("in a worker that starts with its settings", async () => {
    await stage.host.stop();
    const cold = await stage.another({ warm: false });
    assert.match(startedWith(cold) ?? "BatchStorage__", /BatchStorage__/);
    await runBatch("cold");
  });
});
