import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";

import type { QueueClient } from "@azure/storage-queue";

import { until } from "../../core/until.ts";
import { type Azurite, startAzurite } from "../../storage/azurite.ts";
import { buildFixture, type FixtureHost, fixtureSettings, withFixture } from "./fixture-host.ts";
import { holdingClock } from "./holding-clock.ts";
import { AZURE_TIMING, type HostOptions } from "./host-options.ts";

let azurite: Azurite;
let app: Awaited<ReturnType<typeof buildFixture>>;
let slow: QueueClient;

before(async () => {
  [azurite, app] = await Promise.all([startAzurite(), buildFixture("app")]);
  slow = await azurite.makeQueue("slow");
});
after(async () => {
  app.remove();
  await azurite.stop();
});
beforeEach(async () => {
  await slow.clearMessages();
});

const withHost = (
  options: Partial<HostOptions>,
  work: (run: FixtureHost) => Promise<void>,
): Promise<void> => withFixture({ azurite, dist: app.dist, ...options }, work);

const send = (body: { ms: number; end?: string }) => slow.sendMessage(JSON.stringify(body));
const started = (run: FixtureHost) => run.said().filter((line) => line["slow"] === "started");
const ended = (run: FixtureHost) => run.said().filter((line) => line["slow"] === "ended");
const ticks = (run: FixtureHost) => run.said().filter((line) => "timer" in line).length;
const waiting = async () => (await slow.getProperties()).approximateMessagesCount;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("a worker that dies during an invocation", () => {
  it("fails its invocations and is replaced", () =>
    withHost({}, async (run) => {
      await send({ ms: 700 });
      await run.until("the first attempt", () => started(run).length === 1);
      const { workerPid } = run.host.status();
      await run.host.kill();
      assert.ok(!isAlive(workerPid));
      await run.until("the end of the second attempt", () => ended(run).length === 1);
      assert.deepEqual(
        started(run).map((line) => line["attempt"]),
        [1, 2],
      );
      const [failed] = run.events.filter(({ phase }) => phase === "failed");
      assert.match(failed?.error ?? "", /worker process ended \(SIGKILL\)/);
      assert.equal(run.host.status().workerRestarts, 1);
      assert.notEqual(run.host.status().workerPid, workerPid);
    }));

  it("of an unhandled rejection fails every other invocation too", () => {
    const env = { AzureFunctionsJobHost__extensions__queues__newBatchThreshold: "5" };
    return withHost({ env }, async (run) => {
      await send({ ms: 3_000 });
      await run.until("the first", () => started(run).length === 1);
      await send({ ms: 3_000, end: "reject" });
      const failed = await run.until("two failures", () => {
        const found = run.events.filter(({ phase }) => phase === "failed");
        return found.length === 2 && found;
      });
      for (const { error } of failed) assert.match(error ?? "", /worker process ended \(code 1\)/);
      assert.ok(run.lines.some(({ message }) => message.includes("nobody awaits this")));
    });
  });

  it("for the third time stops the host, which the platform starts again", () =>
    withHost({ timing: { restartWaitMs: 0, recycleMs: 100 } }, async (run) => {
      for (const crash of [1, 2, 3]) {
        const { workerPid } = await run.until("a worker", () => {
          const status = run.host.status();
          return status.workerPid !== 0 && status;
        });
        await run.host.kill();
        if (crash < 3)
          await run.until("another", () => ![0, workerPid].includes(run.host.status().workerPid));
      }
      await run.until("the recycled host", () => run.host.status().recycles === 1);
      assert.equal(run.host.status().state, "running");
      assert.ok(run.lines.some(({ level }) => level === "critical"));
      await send({ ms: 0 });
      await run.until("the end", () => ended(run).length === 1);
    }));
});

describe("a function that exceeds functionTimeout", () => {
  it("fails, while its worker runs on for two seconds, is asked to end then, and is replaced", () => {
    const { timeoutGraceMs } = AZURE_TIMING;
    const timeoutMs = 77_000;
    const clock = holdingClock([timeoutMs, timeoutGraceMs]);
    const env = {
      AzureFunctionsJobHost__functionTimeout: "00:01:17",
      AzureFunctionsJobHost__extensions__queues__newBatchThreshold: "5",
      AzureFunctionsJobHost__extensions__queues__visibilityTimeout: "00:01:00",
    };
    return withHost({ env, clock }, async (run) => {
      const failed = () => run.events.filter(({ phase }) => phase === "failed");
      for (const [at, ms] of [60_000, 61_000, 500].entries()) {
        await send({ ms });
        await run.until("its start", () => started(run).length === at + 1);
      }
      await clock.release(timeoutMs);
      await run.until("the failure", () => failed().length === 1);
      assert.match(failed()[0]?.error ?? "", /Timeout value of 77 s was exceeded by slow/);
      await run.until("the end of a short neighbor", () => ended(run).length === 1);
      const succeeded = () => run.host.status().functions["slow"]?.succeeded;
      await run.until("that the host learns of it", () => succeeded() === 1);
      assert.equal(run.host.status().workerRestarts, 0);

      await clock.release(timeoutGraceMs);
      await run.until("the next worker", () => run.host.status().workerRestarts === 1);
      await run.until("its process", () => run.host.status().workerPid !== 0);
      // The host does not see that the worker of a long neighbor is gone: its own time-out ends it.
      assert.deepEqual([failed().length, run.host.status().functions["slow"]?.running], [1, 1]);
      await clock.release(timeoutMs);
      await run.until("the failure of the neighbor", () => failed().length === 2);
      assert.match(failed()[1]?.error ?? "", /Timeout value of 77 s/);
      await clock.release(timeoutGraceMs);
    });
  });
});

describe("a message that is being processed", () => {
  const timing = { invisibilityMs: 2_000 };

  it("stays invisible to others until its invocation ends", () =>
    // Renewed after half of it: a machine may be busy for two seconds.
    withHost({ timing: { invisibilityMs: 4_000 } }, (run) =>
      withHost({ timing: { invisibilityMs: 4_000 } }, async (other) => {
        await send({ ms: 5_000 });
        await run.until("the end", () => ended(run).length + ended(other).length === 1);
        assert.equal(started(run).length + started(other).length, 1);
      }),
    ));

  it("comes back with one attempt used if its instance vanishes", () =>
    withHost({ timing }, async (run) => {
      await send({ ms: 10_000 });
      await run.until("the attempt", () => started(run).length === 1);
      await run.host.vanish();
      assert.equal(run.host.status().state, "gone");
      await run.until("its failure", () => run.events.some(({ phase }) => phase === "failed"));
      await slow.sendMessage('{"ms":0}');
      await withHost({ timing: { ...timing, drainMs: 100 } }, async (other) => {
        await other.until("both", () => started(other).length === 2);
        assert.deepEqual(
          started(other).map((line) => line["attempt"]),
          [1, 2],
        );
      });
    }));

  it("is one of at most batchSize + newBatchThreshold", async () => {
    for (const [batchSize, threshold, most, times] of [
      ["1", "0", 1, 1],
      ["2", "1", 3, 5],
    ] as const) {
      const env = {
        AzureFunctionsJobHost__extensions__queues__batchSize: batchSize,
        AzureFunctionsJobHost__extensions__queues__newBatchThreshold: threshold,
      };
      for (const ms of [50, 400, 150, 150, 150, 150]) await send({ ms: ms * times });
      await withHost({ env }, async (run) => {
        await run.until("six", () => ended(run).length === 6);
        let running = 0;
        const peak = run.events.reduce((highest, { phase }) => {
          running += phase === "started" ? 1 : -1;
          return Math.max(highest, running);
        }, 0);
        assert.equal(peak, most);
      });
    }
  });

  it("is processed once, by one of two competing hosts", () =>
    withHost({}, (run) =>
      withHost({}, async (other) => {
        await Promise.all(Array.from({ length: 12 }, () => send({ ms: 20 })));
        await run.until("twelve", () => ended(run).length + ended(other).length === 12);
        assert.equal(started(run).length + started(other).length, 12);
      }),
    ));
});

describe("a host that stops", () => {
  const busy = {
    TICK_SCHEDULE: "* * * * * *",
    AzureFunctionsJobHost__extensions__queues__newBatchThreshold: "5",
  };

  it("still takes messages and fires timers while it waits for running invocations", () => {
    const { drainMs } = AZURE_TIMING;
    const clock = holdingClock([drainMs]);
    const env = { ...busy, AzureFunctionsWebHost__hostid: "draining" };
    return withHost({ clock, env }, async (run) => {
      await send({ ms: 60_000 });
      await run.until("the start", () => started(run).length === 1);
      await run.until("the timer", () => ticks(run) > 0);
      const stopping = run.host.stop();
      assert.equal(run.host.status().state, "draining");
      const seen = ticks(run);
      await send({ ms: 0 });
      await run.until("the second message", () => ended(run).length === 1);
      await run.until("two more ticks", () => ticks(run) >= seen + 2);
      await clock.release(drainMs);
      await stopping;
      assert.equal(await waiting(), 1, "the first message comes back later");
    });
  });

  for (const setting of ["FUNCTIONS_ENABLE_DRAIN_ON_APP_STOPPING", "KUBERNETES_SERVICE_HOST"])
    it(`takes no message while it waits if ${setting} says so, and ends its worker`, () => {
      const env = { ...busy, AzureFunctionsWebHost__hostid: setting, [setting]: "True" };
      return withHost({ env }, async (run) => {
        await send({ ms: 800 });
        await run.until("the start", () => started(run).length === 1);
        const { workerPid } = run.host.status();
        const stopping = run.host.stop();
        const seen = ticks(run);
        await send({ ms: 0 });
        await stopping;
        assert.equal(ended(run).length, 1);
        assert.ok(ticks(run) <= seen + 1, "no tick but one that had begun");
        assert.equal(await waiting(), 1, "the second message is left for another");
        assert.ok(!isAlive(workerPid));
        assert.equal(run.host.status().state, "stopped");
      });
    });

  it("leaves the message of an invocation that takes too long invisible", () =>
    withHost({ timing: { drainMs: 200, terminateMs: 200 } }, async (run) => {
      await send({ ms: 60_000 });
      await run.until("the start", () => started(run).length === 1);
      await run.host.stop();
      assert.equal(await waiting(), 1);
      assert.equal((await slow.peekMessages()).peekedMessageItems.length, 0, "invisible still");
    }));

  it("can be started again with the same settings", () =>
    withHost({}, async (run) => {
      await run.host.restart();
      await send({ ms: 0 });
      await run.until("the end", () => ended(run).length === 1);
      assert.equal(run.host.status().state, "running");
    }));
});

describe("a worker ends with its host", { concurrency: true }, () => {
  for (const signal of ["SIGKILL", "SIGINT", "SIGTERM"] as const)
    it(`after ${signal}`, async () => {
      const script = join(import.meta.dirname, "./fixtures/orphan-host.ts");
      const env = JSON.stringify(fixtureSettings(azurite));
      const host = spawn(process.execPath, [script, app.dist, env], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const [text] = (await once(host.stdout, "data")) as [Buffer];
      const pid = Number(text.toString("utf8"));
      assert.ok(isAlive(pid));
      host.kill(signal);
      await once(host, "exit");
      await until(() => !isAlive(pid), { what: "its worker's end" });
    });
});

describe("a function's log", () => {
  it("is dropped after its invocation has ended, as in the host", () =>
    withHost({}, async (run) => {
      await send({ ms: 0, end: "late-log" });
      await run.until("the library's warning", () =>
        run.lines.find(({ message }) => message.includes("after function execution has completed")),
      );
      await new Promise((resolve) => setTimeout(resolve, 50));
      assert.ok(!run.lines.some(({ message }) => message === "too late"));
    }));
});
