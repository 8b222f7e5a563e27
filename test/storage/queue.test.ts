import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import type { QueueClient } from "@azure/storage-queue";

import { createQueue } from "../../shared/storage/storage.ts";
import type { Queue } from "../../shared/storage/types.ts";
import { until } from "../core/until.ts";
import { type Azurite, startAzurite } from "./azurite.ts";

describe("a queue", () => {
  let azurite: Azurite;
  let queue: Queue;
  let reader: QueueClient;
  before(async () => {
    azurite = await startAzurite();
    reader = await azurite.makeQueue("run");
    queue = createQueue({ url: azurite.queueUrl, queue: "run", credential: azurite.queueKey });
  });
  after(() => azurite.stop());

  const receive = async (): Promise<string[]> =>
    (await reader.receiveMessages({ numberOfMessages: 32 })).receivedMessageItems.map((item) =>
      Buffer.from(item.messageText, "base64").toString("utf8"),
    );

  it("sends any text as base64, with CR and control characters", async () => {
    const text = '{"tenant":"é\r\n\u0001"}';
    await queue.send(text);
    assert.deepEqual(await receive(), [text]);
  });

  it("keeps a delayed message invisible until its time", async () => {
    await queue.send("much later", { delaySeconds: 3_600, timeToLiveSeconds: 7_200 });
    const sentAtMs = performance.now();
    await queue.send("later", { delaySeconds: 2, timeToLiveSeconds: 300 });
    const received: string[] = [];
    await until(async () => received.push(...(await receive())) > 0, { everyMs: 20 });
    assert.deepEqual(received, ["later"]);
    // Storage counts in whole seconds.
    assert.ok(performance.now() - sentAtMs >= 1_000);
  });

  it("says what to do if the queue is missing", async () => {
    const none = createQueue({
      url: azurite.queueUrl,
      queue: "nosuch",
      credential: azurite.queueKey,
    });
    await assert.rejects(none.send("x"), {
      code: "STORAGE_UNAVAILABLE",
      what: "There is no queue nosuch.",
      disposition: "retry",
    });
  });
});
