import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { after, before, describe, it } from "node:test";

import { createBatches } from "../../shared/app/batches.ts";
import type { Receipt } from "../../shared/catalogue/row.ts";
import { systemClock } from "../../shared/core/clock.ts";
import { catalogue } from "../../shared/operations/list.ts";
import { readShard } from "../../shared/records/shard.ts";
import { createBlobs, createQueue } from "../../shared/storage/storage.ts";
import type { Blobs } from "../../shared/storage/types.ts";
import { capsWith } from "../guards/caps.ts";
import { type Azurite, startAzurite } from "../storage/azurite.ts";
import { MemoryBlobs } from "./memory-blobs.ts";
import { SmallDirectory } from "./small-directory.ts";
import { allGranted, eventOf, home, settings } from "./workshop.ts";

let azurite: Azurite;
before(async () => {
  azurite = await startAzurite();
  for (const name of ["inbox", "batches", "runner", "conformance"])
    await azurite.makeContainer(name);
});
after(() => azurite.stop());

const container = (name: string): Blobs =>
  createBlobs({ url: azurite.blobUrl, container: name, credential: azurite.blobKey });

describe("the memory in which other tests store behaves as storage does", () => {
  const kinds: Readonly<Record<string, () => Blobs>> = {
    "in memory": () => new MemoryBlobs(),
    "in Azurite": () => container("conformance"),
  };
  for (const [where, open] of Object.entries(kinds)) {
    it(where, async () => {
      const blobs = open();
      const text = async (path: string) => (await blobs.read(path))?.bytes.toString();
      assert.equal(await blobs.read("a/none"), undefined);
      const first = await blobs.write("a/1", "one", { ifAbsent: true });
      assert.equal(await blobs.write("a/1", "two", { ifAbsent: true }), undefined);
      assert.equal(await blobs.write("a/1", "two", { ifMatch: "0x0" }), undefined);
      assert.notEqual(await blobs.write("a/1", "two", { ifMatch: first!.etag }), undefined);
      assert.equal(await blobs.stream("a/1", { ifMatch: first!.etag }), undefined);
      assert.equal(await text("a/1"), "two");
      const streamed = await blobs.writeStream("a/0", Readable.from([Buffer.from("zero")]));
      assert.equal(streamed?.bytes, 4);
      const again = await blobs.writeStream("a/0", Readable.from([Buffer.from("x")]), {
        ifAbsent: true,
      });
      assert.equal(again, undefined);
      const paths: string[] = [];
      for await (const { path, bytes } of blobs.list("a/")) paths.push(`${path} ${bytes}`);
      assert.deepEqual(paths, ["a/0 4", "a/1 3"]);
      await blobs.delete("a/0");
      await blobs.delete("a/0");
      assert.equal(await text("a/0"), undefined);
      const lease = await blobs.acquireLease("a/lock", 15);
      assert.equal(await blobs.acquireLease("a/lock", 15), undefined);
      await assert.rejects(blobs.delete("a/lock"), "what is leased is not deleted");
      await lease?.renew();
      await lease?.release();
      const next = await blobs.acquireLease("a/lock", 15);
      assert.notEqual(next, undefined);
      await next?.release();
    });
  }
});

describe("storage", () => {
  it("tells an append blob, which may grow, from a blob that is whole", async () => {
    const blobs = container("conformance");
    await blobs.write("g/whole", "x");
    const append = await blobs.openAppend("g/append");
    await append.append(Buffer.from("x"));
    const listed: [string, boolean | undefined][] = [];
    for await (const { path, mayGrow } of blobs.list("g/")) listed.push([path, mayGrow]);
    assert.deepEqual(listed, [
      ["g/append", true],
      ["g/whole", false],
    ]);
    for (const [path, mayGrow] of listed) {
      const found = await blobs.stream(path);
      found?.body.destroy();
      assert.equal(found?.facts.mayGrow, mayGrow);
    }
  });
});

describe("a file goes through real storage", () => {
  it("from its upload to its reports, announced three times at once", async () => {
    const queue = await azurite.makeQueue("accept");
    const directory = new SmallDirectory();
    const rings: string[] = [];
    const blobs = {
      inbox: container("inbox"),
      batches: container("batches"),
      runner: container("runner"),
    };
    const batches = createBatches({
      blobs,
      acceptQueue: createQueue({
        url: azurite.queueUrl,
        queue: "accept",
        credential: azurite.queueKey,
      }),
      ring: async (tenant) => void rings.push(tenant),
      graphFor: () => directory,
      ...allGranted,
      catalogue,
      recipes: {},
      settings: { ...settings, capsFor: () => capsWith() },
      clock: systemClock,
      emit: () => undefined,
    });
    const lines = Array.from({ length: 3_200 }, (_, at) => {
      directory.addUser(`user${at}@contoso.com`, { accountEnabled: at % 10 !== 0 });
      return `user${at}@contoso.com\r\n`;
    });
    const path = "user.disable/leavers of ärztezentrum #1.csv";
    const { etag } = (await blobs.inbox.write(path, `\uFEFFuser\r\n${lines.join("")}`))!;

    assert.deepEqual(await batches.sweepInbox(), { inboxFiles: 1 });
    const { receivedMessageItems } = await queue.receiveMessages();
    const messages = [
      receivedMessageItems[0]!.messageText,
      eventOf(path, etag),
      eventOf(path, etag),
    ];
    const deliver = async (message: unknown): Promise<string | undefined> => {
      for (;;) {
        const deadlineMs = Date.now() + 60_000;
        const result = await batches.accept(message, { messageId: "1", deadlineMs });
        if (result.state === "done") return result.folder;
        await systemClock.sleep(50);
      }
    };
    const folders = new Set(await Promise.all(messages.map(deliver)));
    assert.equal(folders.size, 1);
    const folder = [...folders][0] ?? "";
    assert.match(folder, /^user\.disable-leavers-of-/);
    assert.deepEqual(await batches.sweepInbox(), { inboxFiles: 0 });

    const markers: string[] = [];
    for await (const marker of blobs.runner.list(`${home}/queue/`)) markers.push(marker.path);
    assert.equal(markers.length, 1);
    assert.ok(rings.length >= 1);

    const done: Receipt = { verdict: "done", status: 204, attempts: 1, requestId: "r/1" };
    const counts = await batches.finishBatch(folder, async (shard) => {
      const rows = await readShard(blobs.batches, folder, shard);
      return new Map(rows.filter(({ write }) => write).map(({ row }) => [row, done]));
    });
    assert.deepEqual([counts.done, counts.unchanged], [2_880, 320]);
    const report = (await blobs.batches.read(`${folder}/report.csv`))?.bytes.toString() ?? "";
    assert.equal(report.split("\r\n").length, 3_202);
    assert.match(
      report,
      /^user,verdict,reason,fix,objectId,requestId,status,attempts,finishedAt,before,after\r\n/,
    );
  });
});
