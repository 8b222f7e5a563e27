import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";

import { updates } from "../bench/measured-run.ts";
import { holdingClock } from "../cloud/host/holding-clock.ts";
import { AZURE_TIMING } from "../cloud/host/host-options.ts";
import type { FunctionsHost } from "../cloud/host/host.ts";
import { until } from "../core/until.ts";
import { setStage, type Stage } from "../stage/stage.ts";

const ROWS = 3_000;
const LEASE_SECONDS = 15;

describe("an instance that ends in the middle of a batch", () => {
  let stage: Stage;
  let users: readonly string[];
  let second: FunctionsHost;
  before(async () => {
    // The drain before the worker is asked to end is 10 s on Azure: a batch of a test would be done.
    stage = await setStage({
      cloud: { graph: { seed: { users: ROWS } } },
      timing: { drainMs: 200 },
      settings: async () => ({
        // The first instance stops its listeners before it drains; the second does not.
        FUNCTIONS_ENABLE_DRAIN_ON_APP_STOPPING: "true",
        RUNNER_LEASE_SECONDS: String(LEASE_SECONDS),
        // Only then a successor looks for what the dead runner had sent, and the batch can end.
        GRAPH_TIMEOUT_SECONDS: "20",
      }),
    });
    const snapshot = await stage.cloud.control.graph("snapshot", {});
    users = snapshot.users.map(({ id }) => id);
  });
  after(() => stage.close());

  const submit = async (batch: string, mode: string, rows = ROWS): Promise<void> => {
    await stage.upload(`staged/${batch}.csv`, updates(batch, rows, users));
    const file = `staged/${batch}.csv`;
    const operation = "user.update";
    await stage.send("accept", JSON.stringify({ version: 1, batch, mode, operation, file }));
  };
  const isFree = async (container: string, blob: string): Promise<boolean> => {
    const client = stage.container(container).getBlobClient(blob);
    if (!(await client.exists())) return true;
    return (await client.getProperties()).leaseState !== "leased";
  };

  /** Lets the directory be read so slowly that no plan ends before it is told to. */
  const slowReads = async (): Promise<() => Promise<unknown>> => {
    const fault = { kind: "delay", ms: 1_000 } as const;
    const { control } = stage.cloud;
    const rule = { at: "part", method: "GET", path: "^/users", fault } as const;
    const { id } = await control.graph("addFault", rule);
    return () => control.graph("removeFault", { id });
  };

  it("hands over a batch that it plans: the message waits for the next instance", async () => {
    const asUsual = await slowReads();
    await submit("planned", "plan");
    await until(async () => Boolean((await stage.status("planned"))?.verdicts.pending));
    await stage.host.stop();
    await asUsual();
    assert.equal((await stage.status("planned"))?.state, "accepted");
    assert.equal(await stage.visible("accept"), 1);
    assert.ok(await isFree("batches", "planned/lock"));

    const next = await stage.another();
    assert.equal((await stage.settled("planned")).verdicts.pending, ROWS);
    await next.stop();
  });

  it("hands over a batch that it writes, and one whose message it takes while it drains", async () => {
    const { drainMs } = AZURE_TIMING;
    const clock = holdingClock([drainMs]);
    const first = await stage.another({
      clock,
      env: { FUNCTIONS_ENABLE_DRAIN_ON_APP_STOPPING: "false" },
    });
    await submit("written", "apply");
    const { control, home } = stage.cloud;
    await control.graph("resetCounters", {});
    const written = async () => (await control.graph("counters", {})).committedWrites;
    await until(async () => (await written()) > 200);
    // Without drain mode Azure's host goes on taking messages for up to 10 s.
    const stopping = first.stop();
    const asUsual = await slowReads();
    await submit("late", "plan");
    await until(() => stage.status("late"));
    await clock.release(drainMs);
    await stopping;
    await asUsual();
    assert.ok((await written()) < ROWS);
    assert.equal((await stage.status("late"))?.state, "accepted");
    assert.equal(await stage.visible("accept"), 1);
    assert.ok((await stage.visible("run")) >= 1);
    assert.ok(await isFree("runner", `${home.tenantId}/lock`));

    second = await stage.another({ timing: { restartWaitMs: 100, recycleMs: 500 } });
    const status = await stage.settled("written", { timeoutMs: 240_000 });
    assert.deepEqual([status.state, status.verdicts.done], ["finished", ROWS]);
    assert.equal(await written(), ROWS, "each row once");
    assert.equal((await stage.settled("late")).verdicts.pending, ROWS);
  });

  it("resumes writing soon after a dead runner's lease has ended, without the sweep, though its host has stopped after the third crash", async () => {
    const rows = 2_000;
    await submit("killed", "apply", rows);
    const { control } = stage.cloud;
    await control.graph("resetCounters", {});
    const written = async () => (await control.graph("counters", {})).committedWrites;
    await until(async () => (await written()) > 200);
    await second.kill();
    const killedMs = performance.now();
    const soFar = await written();
    for (const crash of [2, 3]) {
      await until(() => second.status().workerPid > 0);
      assert.equal(second.status().recycles, 0, `before crash ${crash}`);
      await second.kill();
    }
    await until(() => second.status().recycles === 1);
    while ((await written()) === soFar) {
      const seconds = (performance.now() - killedMs) / 1000;
      // The host shows the dead worker's message after a minute (visibilityTimeout).
      assert.ok(seconds < LEASE_SECONDS + 30, `nothing was written for ${seconds.toFixed(0)} s`);
      await delay(100);
    }
    const status = await stage.settled("killed", { timeoutMs: 240_000 });
    assert.deepEqual([status.state, status.verdicts.done], ["finished", rows]);
    assert.equal(await written(), rows, "each row once");
  });
});
