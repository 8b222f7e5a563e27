import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { systemClock } from "../../../shared/core/clock.ts";
import { until } from "../../core/until.ts";
import { buildFixture } from "./fixture-host.ts";
import { holdingClock } from "./holding-clock.ts";
import { AZURE_TIMING } from "./host-options.ts";
import { startWorkerPool } from "./worker-pool.ts";
import type { WorkerProcess } from "./worker-process.ts";

let app: Awaited<ReturnType<typeof buildFixture>>;

before(async () => {
  app = await buildFixture("app");
});
after(() => app.remove());

const options = () => ({
  dist: app.dist,
  env: {},
  workerVersion: "3.14.1",
  hostVersion: "4.0",
  warm: false,
  onLog: () => {},
  onConsole: () => {},
});

it("the durations are those of Azure's host", () => {
  assert.deepEqual(AZURE_TIMING, {
    invisibilityMs: 600_000, // QueueListener.cs
    drainMs: 10_000, // WebJobsScriptHostService.StopAsync, WorkerProcessCountOptions.cs
    terminateMs: 5_000, // WorkerConstants.cs
    restartWaitMs: 10_000, // WorkerProcessCountOptions.ProcessRestartInterval
    forgetCrashesMs: 1_800_000, // RpcFunctionInvocationDispatcher._thresholdBetweenRestarts
    timeoutGraceMs: 2_000, // TimeoutAttribute.GracePeriod
    recycleMs: 5_000, // ours: unknown on Azure
  });
});

describe("a worker that ends by itself", () => {
  it("is not missed if its code is 0, and is replaced without a crash if it is 200", async () => {
    const failures: Error[] = [];
    const pool = await startWorkerPool(
      options(),
      { ...AZURE_TIMING, restartWaitMs: 0 },
      { clock: systemClock, exited: () => {}, failed: (error) => void failures.push(error) },
    );
    const exit = async (code: number): Promise<WorkerProcess> => {
      const worker = await pool.ready();
      const slow = worker.functions.find(({ name }) => name === "slow");
      const answer = worker.invoke({
        invocationId: "1",
        functionId: slow?.functionId ?? "",
        inputData: [
          { name: slow?.bindings[0]?.name ?? "", data: { string: `{"ms":0,"end":${code}}` } },
        ],
        triggerMetadata: {},
        traceContext: { traceParent: "", traceState: "" },
      });
      await worker.ended;
      const none = new Promise((resolve) => setTimeout(() => resolve("none"), 20));
      assert.equal(await Promise.race([answer, none]), "none", "the invocation has no result");
      return worker;
    };
    const left = await exit(0);
    assert.equal(pool.restarts, 0);
    assert.equal(await pool.ready(), left, "the host still sends invocations to it");
    await pool.replace(left);
    for (const restarts of [1, 2, 3]) {
      await until(() => pool.restarts === restarts && pool.pid !== 0, {
        what: `start ${restarts}`,
        everyMs: 10,
      });
      await exit(200);
    }
    await until(() => pool.restarts === 4 && pool.pid !== 0, { what: "start 4", everyMs: 10 });
    assert.deepEqual(failures, []);
    await pool.abandon();
  });
});

describe("a worker that dies", () => {
  it("is replaced at once, then 10 s after the last; the third within 30 minutes ends that", async () => {
    const { restartWaitMs, forgetCrashesMs } = AZURE_TIMING;
    const clock = holdingClock([restartWaitMs]);
    const failures: Error[] = [];
    const pool = await startWorkerPool(options(), AZURE_TIMING, {
      clock,
      exited: () => {},
      failed: (error) => void failures.push(error),
    });
    const crash = async (): Promise<void> => {
      await pool.kill();
      await until(() => pool.pid === 0, { what: "the end", everyMs: 10 });
    };
    const restarted = (times: number): Promise<unknown> =>
      until(() => pool.restarts === times && pool.pid !== 0, {
        what: `start ${times}`,
        everyMs: 10,
      });
    await crash();
    await restarted(1);
    clock.advance(forgetCrashesMs + 1);
    await crash();
    assert.equal(pool.restarts, 1, "it waits");
    await clock.release(restartWaitMs);
    await restarted(2);
    clock.advance(forgetCrashesMs - 60_000);
    await crash();
    await clock.release(restartWaitMs);
    await restarted(3);
    assert.deepEqual(failures, [], "the first was forgotten");
    await crash();
    await until(() => failures.length === 1, { what: "the failure", everyMs: 10 });
    assert.match(String(failures[0]), /Exceeded language worker restart retry count/);
    assert.equal(pool.restarts, 3);
    await pool.abandon();
  });
});
