import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";

import type { QueueClient } from "@azure/storage-queue";

import { type Azurite, startAzurite } from "../../storage/azurite.ts";
import { buildFixture, type FixtureHost, fixtureSettings, withFixture } from "./fixture-host.ts";
import type { HostOptions } from "./host-options.ts";

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

  it("because of functionTimeout is replaced too", () => {
    const env = { AzureFunctionsJobHost__functionTimeout: "00:00:01" };
    return withHost({ env }, async (run) => {
      await send({ ms: 5_000 });
      const failed = await run.until("the failure", () =>
        run.events.find(({ phase }) => phase === "failed"),
      );
      assert.match(failed.error ?? "", /Timeout value of 1 s was exceeded by slow/);
      await run.until("the next worker", () => run.host.status().workerRestarts === 1);
    });
  });
});

describe("a message that is being processed", () => {
  const timing = { invisibilityMs: 2_000 };

  it("stays invisible to others until its invocation ends", () =>
    withHost({ timing }, (run) =>
      withHost({ timing }, async (other) => {
        await send({ ms: 3_500 });
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
      await withHost({ timing }, async (other) => {
        await other.until("both", () => started(other).length === 2);
        assert.deepEqual(
          started(other).map((line) => line["attempt"]),
          [1, 2],
        );
      });
    }));

  it("is one of at most batchSize + newBatchThreshold", async () => {
    for (const [batchSize, threshold, most] of [
      ["1", "0", 1],
      ["2", "1", 3],
    ] as const) {
      const env = {
        AzureFunctionsJobHost__extensions__queues__batchSize: batchSize,
        AzureFunctionsJobHost__extensions__queues__newBatchThreshold: threshold,
      };
      for (const ms of [50, 400, 150, 150, 150, 150]) await send({ ms });
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
  it("waits for running invocations, takes no message, and ends its worker", () =>
    withHost({}, async (run) => {
      await send({ ms: 600 });
      await run.until("the start", () => started(run).length === 1);
      await send({ ms: 0 });
      const { workerPid } = run.host.status();
      await run.host.stop();
      assert.equal(ended(run).length, 1);
      assert.equal(await waiting(), 1, "the second message is left for another");
      assert.ok(!isAlive(workerPid));
      assert.equal(run.host.status().state, "stopped");
    }));

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
      const env = JSON.stringify({ ...fixtureSettings(azurite), TICK_SCHEDULE: "0 0 0 1 1 *" });
      const host = spawn(process.execPath, [script, app.dist, env], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const [text] = (await once(host.stdout, "data")) as [Buffer];
      const pid = Number(text.toString("utf8"));
      assert.ok(isAlive(pid));
      host.kill(signal);
      await once(host, "exit");
      const late = Date.now() + 2_000;
      while (isAlive(pid) && Date.now() < late) await new Promise((next) => setTimeout(next, 20));
      assert.ok(!isAlive(pid));
    });
});

describe("a host of one function's own instances", () => {
  it("loads the whole app and listens only for that function", () => {
    const env = { FUNCTIONS_TARGET_GROUP: "function:echo" };
    return withHost({ env }, async (run) => {
      const echo = await azurite.makeQueue("echo");
      await send({ ms: 0 });
      await echo.sendMessage("x");
      await run.until("echo", () => run.events.some(({ phase }) => phase === "succeeded"));
      assert.deepEqual(Object.keys(run.host.status().functions), ["echo"]);
      assert.equal(run.host.functions.length, 6);
    });
  });
});

describe("a disabled function", () => {
  for (const setting of ["AzureWebJobs.slow.Disabled", "AzureWebJobs_slow_Disabled"]) {
    it(`takes no message while ${setting} is set; other functions do`, () =>
      withHost({ env: { [setting]: "true" } }, async (run) => {
        const echo = await azurite.makeQueue("echo");
        await send({ ms: 0 });
        // The second message is taken by a later poll than the one that would have taken the first.
        for (const times of [1, 2, 3]) {
          await echo.sendMessage("x");
          await run.until("echo", () => run.host.status().functions["echo"]?.succeeded === times);
        }
        assert.deepEqual(Object.keys(run.host.status().functions), ["echo"]);
      }));
  }
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
