import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { Readable } from "node:stream";
import { describe, it } from "node:test";

import fc from "fast-check";

import { digest } from "../../shared/seal/digest.ts";
import { noteDigests } from "../../shared/seal/noted-digests.ts";
import { MemoryBlobs } from "../batches/memory-blobs.ts";
import { openWorkshop } from "../batches/workshop.ts";

const pieces = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 });

function* half(): Generator<Buffer> {
  yield Buffer.from("ha");
  throw new Error("no more");
}

describe("digests that are noted while a batch's reports are written", () => {
  it("are those of a blob that was read or written as a whole, whichever way", async () => {
    await fc.assert(
      fc.asyncProperty(
        pieces,
        fc.constantFrom("read", "stream", "write", "writeStream"),
        async (parts, way) => {
          const stored = new MemoryBlobs();
          const whole = Buffer.concat(parts);
          if (way === "read" || way === "stream") await stored.write("a", whole);
          const { blobs, digests } = noteDigests(stored);
          if (way === "read") assert.deepEqual((await blobs.read("a"))?.bytes, whole);
          if (way === "write") await blobs.write("a", whole);
          if (way === "writeStream") await blobs.writeStream("a", Readable.from(parts));
          if (way === "stream") {
            const read = await (await blobs.stream("a"))?.body.toArray();
            assert.deepEqual(Buffer.concat(read as Buffer[]), whole);
          }
          assert.deepEqual(stored.blobs.get("a")?.bytes, whole);
          assert.deepEqual(digests.get("a"), await digest(stored, "a"));
          assert.equal(digests.get("a")?.sha256, hash("sha256", whole, "hex"));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("are of no blob that was read in part, was not written, or failed", async () => {
    const stored = new MemoryBlobs();
    await stored.write("half", Buffer.alloc(200_000));
    await stored.write("taken", "by another");
    const { blobs, digests } = noteDigests(stored);
    for await (const _ of (await blobs.stream("half"))!.body) break;
    assert.equal(await blobs.read("none"), undefined);
    assert.equal(await blobs.stream("none"), undefined);
    assert.equal(await blobs.write("taken", "by us", { ifAbsent: true }), undefined);
    const source = Readable.from([Buffer.from("by us")]);
    assert.equal(await blobs.writeStream("taken", source, { ifAbsent: true }), undefined);
    await assert.rejects(blobs.writeStream("failed", Readable.from(half())), /no more/);
    assert.deepEqual([...digests.keys()], []);
  });

  it("save the seal from reading what the reports have read and are", async () => {
    const workshop = openWorkshop({});
    workshop.directory.addUser("ann@contoso.com");
    const row = { operation: "user.update", user: "ann@contoso.com", city: "Oslo" };
    const { batches } = workshop.blobs;
    await workshop.deliver({ version: 1, batch: "movers", mode: "apply", rows: [row] });
    const streamed: string[] = [];
    const stream = batches.stream.bind(batches);
    batches.stream = (path, options) => {
      if (batches.blobs.has("movers/report.html")) streamed.push(path);
      return stream(path, options);
    };
    await workshop.runAll("movers");
    assert.ok(batches.blobs.has("movers/seal.json"));
    // The shards of a small batch were read before, with others of its verdicts.
    const others = ["batch.json", "plan.json", "shards/00001.jsonl"];
    assert.deepEqual(
      streamed,
      others.map((path) => `movers/${path}`),
    );
  });
});
