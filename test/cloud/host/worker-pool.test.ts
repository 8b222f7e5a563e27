import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { buildFixture } from "./fixture-host.ts";
import { eventually, holdingClock } from "./holding-clock.ts";
import { AZURE_TIMING } from "./host-options.ts";
import { startWorkerPool } from "./worker-pool.ts";

let app: Awaited<ReturnType<typeof buildFixture>>;

before(async () => {
  app = await buildFixture("app");
});
after(() => app.remove());

describe("a worker that dies", () => {
  it("is replaced at once, then 10 s after the last; the third within 30 minutes ends that", async () => {
    const { restartWaitMs, forgetCrashesMs } = AZURE_TIMING;
    const clock = holdingClock([restartWaitMs]);
    const failures: Error[] = [];
    const options = {
      dist: app.dist,
      env: {},
      workerVersion: "3.14.1",
      hostVersion: "4.0",
      warm: false,
      onLog: () => {},
      onConsole: () => {},
    };
    const pool = await startWorkerPool(options, AZURE_TIMING, {
      clock,
      exited: () => {},
      failed: (error) => void failures.push(error),
    });
    const crash = async (): Promise<void> => {
      await pool.kill();
      await eventually("the end", () => pool.pid === 0);
    };
    const restarted = (times: number): Promise<unknown> =>
      eventually(`start ${times}`, () => pool.restarts === times && pool.pid !== 0);
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
    await eventually("the failure", () => failures.length === 1);
    assert.match(String(failures[0]), /Exceeded language worker restart retry count/);
    assert.equal(pool.restarts, 3);
    await pool.abandon();
  });
});
