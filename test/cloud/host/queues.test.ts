import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { QueueServiceClient } from "@azure/storage-queue";

import { systemClock } from "../../../shared/core/clock.ts";
import { type Azurite, startAzurite } from "../../storage/azurite.ts";
import { buildFixture, type FixtureHost, withFixture } from "./fixture-host.ts";

let azurite: Azurite;
let service: QueueServiceClient;
let app: Awaited<ReturnType<typeof buildFixture>>;

before(async () => {
  [azurite, app] = await Promise.all([startAzurite(), buildFixture("app")]);
  service = new QueueServiceClient(azurite.queueUrl, azurite.queueKey);
});
after(async () => {
  app.remove();
  await azurite.stop();
});
beforeEach(async () => {
  for await (const { name } of service.listQueues()) await service.deleteQueue(name);
  for (const name of ["echo", "fails", "originals", "slow"]) await service.createQueue(name);
});

const withHost = (
  env: Record<string, string>,
  work: (run: FixtureHost) => Promise<void>,
): Promise<void> => withFixture({ azurite, dist: app.dist, env }, work);

const untilAborted = (_ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted) resolve();
    else signal?.addEventListener("abort", () => resolve(), { once: true });
  });

const send = (queue: string, text: string) => service.getQueueClient(queue).sendMessage(text);

/** Takes the messages of a queue; none if the queue does not exist. */
async function texts(queue: string): Promise<string[]> {
  const client = service.getQueueClient(queue);
  if (!(await client.exists())) return [];
  const { receivedMessageItems } = await client.receiveMessages({ numberOfMessages: 32 });
  return receivedMessageItems.map(({ messageText }) => messageText);
}

const poisoned = async (): Promise<string | undefined> => (await texts("echo-poison"))[0];

const isEmpty = async (queue: string): Promise<boolean> => {
  const { approximateMessagesCount } = await service.getQueueClient(queue).getProperties();
  return approximateMessagesCount === 0;
};

describe("a queue message reaches its function", () => {
  const bodies = [
    { as: "an object", text: '{"version":1,"rows":[1]}', is: { version: 1, rows: [1] } },
    { as: "text", text: "plain words", is: "plain words" },
    { as: "a number, though it was text", text: "123", is: 123 },
    { as: "a boolean, though it was text", text: "true", is: true },
    { as: "a JSON string, without its quotes", text: '"x"', is: "x" },
    {
      as: "a number without its last digits",
      text: "12345678901234567890",
      is: 12345678901234567000,
    },
    { as: "nothing, though it was text", text: "null", is: null },
    { as: "a list", text: '[1,"x",{"a":null}]', is: [1, "x", { a: null }] },
    { as: "text that Json.NET would read", text: "{'single':1}", is: "{'single':1}" },
    { as: "text after its JSON", text: '{"a":1} and more', is: '{"a":1} and more' },
    { as: "an object of which the last of two values counts", text: '{"a":1,"a":2}', is: { a: 2 } },
    { as: "text beyond ASCII", text: "ü € 𝄞", is: "ü € 𝄞" },
    { as: "text with entities", text: "a&amp;b<c>", is: "a&amp;b<c>" },
    {
      as: "base64 unchanged, because host.json says none",
      text: "eyJhIjoxfQ==",
      is: "eyJhIjoxfQ==",
    },
    {
      as: "text without its line feeds, and with an entity for each return, if a JavaScript client sent it",
      text: "a\r\nb",
      is: "a&#xD;b",
    },
  ];
  it("as what the library makes of its text, and is deleted then", () =>
    withHost(
      { AzureFunctionsJobHost__extensions__queues__newBatchThreshold: "32" },
      async (run) => {
        const sent = await Promise.all(bodies.map(({ text }) => send("echo", text)));
        await run.until(
          "all",
          () => run.host.status().functions["echo"]?.succeeded === sent.length,
        );
        const got = new Map(
          run.said().map(({ message, metadata }) => [(metadata as { id: string }).id, message]),
        );
        for (const [at, { as, is }] of bodies.entries())
          assert.deepEqual(got.get(sent[at]?.messageId ?? ""), is, as);
        await run.host.stop();
        assert.ok(await isEmpty("echo"), "a processed message is deleted");
      },
    ));

  it("decoded if host.json says base64, in any case", () =>
    withHost(
      { AzureFunctionsJobHost__extensions__queues__messageEncoding: "BASE64" },
      async (run) => {
        await send("echo", Buffer.from('{"a":"é"}', "utf8").toString("base64"));
        const { message } = await run.until("the message", () => run.said()[0]);
        assert.deepEqual(message, { a: "é" });
        await send("echo", "not base64");
        assert.equal(await run.until("the poison", poisoned), "not base64");
        const attempts = () => run.lines.filter(({ message: text }) => /is no UTF-8/.test(text));
        assert.equal(attempts().length, 0, "at once, without an attempt");
        await send("echo", "gIE=");
        assert.equal(await run.until("the poison", poisoned), "gIE=");
        assert.equal(attempts().length, 5, "bytes that are no text use all attempts");
        assert.equal(run.said().length, 1, "a message that cannot be decoded is not run");
      },
    ));

  it("with metadata, which body properties of the same name overwrite", () =>
    withHost({}, async (run) => {
      const { messageId } = await send("echo", '{"a":1}');
      const plain = await run.until("the message", () => run.said()[0]?.["metadata"]);
      assert.partialDeepStrictEqual(plain, {
        id: messageId,
        dequeueCount: 1,
        queueTrigger: { a: 1 },
      });
      assert.match(JSON.stringify(plain), /"insertionTime":"\d{4}-[^"]+\+00:00"/);

      await send("echo", '{"id":"mine","DequeueCount":77,"rows":[1]}');
      const hidden = await run.until("the second", () => run.said()[1]?.["metadata"]);
      assert.partialDeepStrictEqual(hidden, { id: "mine", dequeueCount: 77 });
      assert.ok(!("rows" in (hidden as object)), "arrays do not overwrite metadata");
    }));
});

describe("a message that fails", () => {
  it("is tried five times, then is poison, and its poison queue is read at once", async () => {
    // No poll but the first and those that something wakes.
    const clock = { ...systemClock, sleep: untilAborted };
    await send("fails", '{"job":1}');
    await withFixture({ azurite, dist: app.dist, clock }, async (run) => {
      await run.until("the poison", () => run.said().find((line) => "poison" in line));
      assert.deepEqual(run.said(), [
        ...[1, 2, 3, 4, 5].map((attempt) => ({ attempt })),
        { poison: { job: 1 } },
      ]);
      // The host deletes it once it is poison.
      await run.until("its end", () => isEmpty("fails"));
      assert.deepEqual(run.host.status().functions["fails"], {
        running: 0,
        succeeded: 0,
        failed: 5,
      });
    });
  });

  it("does not come back before the visibility time-out", () =>
    withHost(
      { AzureFunctionsJobHost__extensions__queues__visibilityTimeout: "00:00:01" },
      async (run) => {
        const sentMs = performance.now();
        await send("fails", "x");
        await run.until("the second attempt", () => run.said()[1]);
        const tookMs = performance.now() - sentMs;
        assert.ok(tookMs > 800, `${tookMs} ms`);
      },
    ));

  it("is poison without being run after crashes have used its attempts", async () => {
    const queue = service.getQueueClient("echo");
    await send("echo", "five crashes");
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      const [item] = (await queue.receiveMessages()).receivedMessageItems;
      assert.ok(item);
      await queue.updateMessage(item.messageId, item.popReceipt, undefined, 0);
    }
    await withHost({}, async (run) => {
      const [poison] = await run.until("the poison", async () => {
        const found = await texts("echo-poison");
        return found.length > 0 && found;
      });
      assert.equal(poison, "five crashes");
      assert.deepEqual(run.said(), []);
    });
  });

  it("stays invisible in a poison queue, which has no poison queue itself", () =>
    withHost({ POISON_FAILS: "yes" }, async (run) => {
      await service.createQueue("fails-poison");
      await send("fails-poison", "x");
      await run.until("the attempt", () => run.events.some(({ phase }) => phase === "failed"));
      await run.host.stop();
      assert.deepEqual(await texts("fails-poison"), []);
      assert.ok(!(await isEmpty("fails-poison")), "it is still there");
      assert.ok(!(await service.getQueueClient("fails-poison-poison").exists()));
    }));
});

describe("an output", () => {
  it("is written after the function has succeeded, one message per element", () =>
    withHost({}, async (run) => {
      await send("originals", '{"copy":["x",{"a":1}]}');
      await run.until("the end", () => run.events.some(({ phase }) => phase === "succeeded"));
      // The host indents objects.
      assert.deepEqual(await texts("copies"), ["x", '{\n  "a": 1\n}']);
    }));

  it("is not written if the function fails after setting it", () =>
    withHost({}, async (run) => {
      await send("originals", '{"copy":"never","fail":true}');
      await run.until("the poison", () => service.getQueueClient("originals-poison").exists());
      assert.ok(!(await service.getQueueClient("copies").exists()));
    }));
});
