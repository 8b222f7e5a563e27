import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import type { QueueClient } from "@azure/storage-queue";

import { type Azurite, startAzurite } from "../../storage/azurite.ts";
import { buildFixture, type FixtureHost, fixtureSettings, withFixture } from "./fixture-host.ts";
import { startWorker } from "./worker-process.ts";

type Built = Awaited<ReturnType<typeof buildFixture>>;

let azurite: Azurite;
let app: Built;
let hooks: Built;
let logHook: Built;
let broken: Built;
let hooked: QueueClient;

before(async () => {
  [azurite, app, hooks, logHook, broken] = await Promise.all([
    startAzurite(),
    buildFixture("app"),
    buildFixture("hooks-app"),
    buildFixture("log-hook-app"),
    buildFixture("broken-app"),
  ]);
  hooked = await azurite.makeQueue("hooked");
});
after(async () => {
  for (const built of [app, hooks, logHook, broken]) built.remove();
  await azurite.stop();
});

const start = (dist: string, env: Record<string, string> = {}, more: object = {}) =>
  withFixture({ azurite, dist, env, ...more }, async () => {});

const queues = (...names: string[]): Promise<QueueClient[]> =>
  Promise.all(names.map((name) => azurite.makeQueue(name)));

describe("the worker", () => {
  it("reports every function with its trigger and unresolved settings", async () => {
    const worker = await startWorker({
      dist: app.dist,
      env: fixtureSettings(azurite),
      workerVersion: "3.14.1",
      hostVersion: "4.0",
      warm: false,
      onLog: () => {},
      onConsole: () => {},
    });
    await worker.kill();
    const triggers = worker.functions.map(({ name, bindings: [trigger] }) => [name, trigger?.type]);
    assert.deepEqual(triggers, [
      ["echo", "queueTrigger"],
      ["fails", "queueTrigger"],
      ["fails-poison", "queueTrigger"],
      ["copy", "queueTrigger"],
      ["slow", "queueTrigger"],
      ["tick", "timerTrigger"],
    ]);
    assert.equal(worker.functions[0]?.bindings[0]?.["queueName"], "%ECHO_QUEUE%");
    assert.equal(worker.functions[0]?.scriptFile, "index.cjs");
  });

  for (const workerVersion of ["3.9.1", "3.14.1"])
    for (const warm of [false, true])
      it(`${workerVersion} loads an app ${warm ? "into a warm process" : "when it starts"}`, () =>
        start(app.dist, {}, { workerVersion, warm }));

  it("has only the app's settings in its environment", async () => {
    process.env["OF_THE_TEST_ALONE"] = "1";
    await withFixture({ azurite, dist: app.dist, env: { FIXTURE_SHOWS: "yes" } }, async (run) => {
      await run.host.fireTimer("tick");
      const names = await run.until("the names", () => run.said().find((line) => "env" in line));
      const { env } = names as { env: string[] };
      for (const name of ["FIXTURE_SHOWS", "FUNCTIONS_APPLICATION_DIRECTORY"])
        assert.ok(env.includes(name), name);
      assert.ok(env.includes("FUNCTIONS_WORKER_DIRECTORY"));
      assert.ok(!env.includes("OF_THE_TEST_ALONE"));
    });
    delete process.env["OF_THE_TEST_ALONE"];
  });
});

describe("a host refuses to start", () => {
  const refused = [
    {
      when: "the app registers nothing",
      dist: () => broken.dist,
      env: { BREAK: "empty" },
      says: /registered no function/,
    },
    {
      when: "the app fails before its first function, with the reason",
      dist: () => broken.dist,
      env: { BREAK: "before" },
      says: /registered no function[^]*broken on the way up/,
    },
    {
      when: "the app fails after its first function",
      dist: () => broken.dist,
      env: { BREAK: "half" },
      says: /unable to load entry point "index.cjs": broken half way/,
    },
    {
      when: "it would have to emulate a connection string",
      dist: () => app.dist,
      env: { Fixture__queueServiceUri: "", Fixture: "AccountName=x;AccountKey=y" },
      says: /function echo cannot run: .* identities only/,
    },
    {
      when: "there are timers but no AzureWebJobsStorage",
      dist: () => app.dist,
      env: { AzureWebJobsStorage__blobServiceUri: "" },
      says: /AzureWebJobsStorage__blobServiceUri is missing/,
    },
    {
      when: "the app uses a log hook that the worker is too old for",
      dist: () => logHook.dist,
      env: {},
      more: { workerVersion: "3.9.1" },
      says: /Log hooks require Azure Functions Host v4.34/,
    },
  ];
  for (const { when, dist, env, more, says } of refused)
    it(`when ${when}`, async () => {
      await assert.rejects(start(dist(), env, more), { message: says });
    });
});

describe("a host of one function's own instances", () => {
  it("loads the whole app and listens only for that function", () => {
    const env = { FUNCTIONS_TARGET_GROUP: "function:echo" };
    return withFixture({ azurite, dist: app.dist, env }, async (run) => {
      const [echo, slow] = await queues("echo", "slow");
      await slow?.sendMessage('{"ms":0}');
      await echo?.sendMessage("x");
      await run.until("echo", () => run.events.some(({ phase }) => phase === "succeeded"));
      assert.deepEqual(Object.keys(run.host.status().functions), ["echo"]);
      assert.equal(run.host.functions.length, 6);
    });
  });
});

describe("a disabled function", () => {
  it("takes no message, by either form of the setting; two underscores disable nothing", () => {
    const env = {
      "AzureWebJobs.slow.Disabled": "true",
      "AzureWebJobs.copy.Disabled": "false",
      AzureWebJobs_copy_Disabled: "1",
      AzureWebJobs__echo__Disabled: "true",
    };
    return withFixture({ azurite, dist: app.dist, env }, async (run) => {
      const [echo, copy, slow] = await queues("echo", "originals", "slow");
      await slow?.sendMessage('{"ms":0}');
      await copy?.sendMessage('{"copy":"x"}');
      // The last message is taken by a later poll than the one that would have taken the others.
      for (const times of [1, 2, 3]) {
        await echo?.sendMessage("x");
        await run.until("echo", () => run.host.status().functions["echo"]?.succeeded === times);
      }
      assert.deepEqual(Object.keys(run.host.status().functions), ["echo"]);
    });
  });
});

describe("a function that cannot run", () => {
  it("is left out, and the others run", () => {
    const env = { TICK_SCHEDULE: "often" };
    return withFixture({ azurite, dist: app.dist, env }, async (run) => {
      assert.equal(run.host.functions.length, 5);
      assert.ok(
        run.lines.some(({ message }) =>
          /function tick cannot run: The schedule "often".* It is skipped/.test(message),
        ),
      );
      const echo = await azurite.makeQueue("echo");
      await echo.sendMessage("x");
      await run.until("echo", () => run.host.status().functions["echo"]?.succeeded === 1);
    });
  });
});

/** The lines that the hooks logged, in order. */
const hooksOf = ({ lines }: FixtureHost): string[] =>
  lines.flatMap(({ source, message }) =>
    source === "console" && message.startsWith("hook ") ? [message.slice(5)] : [],
  );

describe("hooks", () => {
  const runs = [
    {
      what: "run around the handler and may replace its input",
      message: "replace me",
      phase: "succeeded",
      order: [
        'pre "replace me"',
        "wrapped handler",
        "handler replaced",
        "post replaced error null",
      ],
    },
    {
      what: "may clear the handler's error",
      message: "forgive me",
      phase: "succeeded",
      order: [
        'pre "forgive me"',
        "wrapped handler",
        "handler forgive me",
        "post forgive me error Error: forgiven",
      ],
    },
    {
      what: "fail the invocation if they throw",
      message: "refuse me",
      phase: "failed",
      order: ['pre "refuse me"'],
    },
  ];
  for (const { what, message, phase, order } of runs)
    it(what, async () => {
      let shown: string[] = [];
      await withFixture({ azurite, dist: hooks.dist }, async (run) => {
        await hooked.clearMessages();
        await hooked.sendMessage(message);
        await run.until("its end", () => run.events.some((event) => event.phase === phase));
        await run.host.stop();
        shown = hooksOf(run);
      });
      assert.deepEqual(shown.slice(0, 2 + order.length), [
        "entry file loaded",
        "appStart",
        ...order,
      ]);
      assert.equal(shown.at(-1), "appTerminate");
    });

  it("change the app's own log lines if the worker supports that hook", () =>
    withFixture({ azurite, dist: logHook.dist }, async (run) => {
      await run.host.fireTimer("speak");
      assert.deepEqual(
        run.lines.filter(({ source }) => source === "user").map(({ message }) => message),
        ["changed: spoken"],
      );
    }));
});

describe("an error's stack", () => {
  it("names our file and line, not the bundle's", async () => {
    await assert.rejects(start(broken.dist, { BREAK: "before" }), {
      message: /fixtures\/broken-app\.ts:4:/,
    });
  });
});
