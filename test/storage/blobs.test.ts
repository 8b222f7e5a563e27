import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { after, before, describe, it } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { createBlobs } from "../../shared/storage/storage.ts";
import type { BlobFacts, Blobs } from "../../shared/storage/types.ts";
import { type Azurite, startAzurite } from "./azurite.ts";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

describe("blobs", () => {
  let azurite: Azurite;
  let blobs: Blobs;
  before(async () => {
    azurite = await startAzurite();
    await azurite.makeContainer("batches");
    blobs = createBlobs({
      url: azurite.blobUrl,
      container: "batches",
      credential: azurite.blobKey,
    });
  });
  after(() => azurite.stop());

  it("reads what was written, and `undefined` if there is no blob", async () => {
    const written = await blobs.write("read/a.json", "été");
    assert.deepEqual(await blobs.read("read/a.json"), {
      bytes: Buffer.from("été"),
      etag: written?.etag,
    });
    assert.equal(await blobs.read("read/none"), undefined);
    assert.equal(await blobs.stream("read/none"), undefined);
  });

  it("creates a blob once if many try at the same time", async () => {
    const tries = await Promise.all(
      ["a", "b", "c", "d"].map((text) => blobs.write("once", text, { ifAbsent: true })),
    );
    assert.equal(tries.filter((made) => made !== undefined).length, 1);
  });

  it("replaces only the version it was told", async () => {
    const first = await blobs.write("replace", "1");
    const second = await blobs.write("replace", "2", { ifMatch: first?.etag ?? "" });
    assert.notEqual(second, undefined);
    assert.equal(await blobs.write("replace", "3", { ifMatch: first?.etag ?? "" }), undefined);
    assert.equal((await blobs.read("replace"))?.bytes.toString(), "2");
    assert.equal(await blobs.write("replace/none", "3", { ifMatch: first?.etag ?? "" }), undefined);
  });

  it("streams a version, and `undefined` once that version was replaced or deleted", async () => {
    const first = await blobs.write("stream", "one");
    const found = await blobs.stream("stream", { ifMatch: first?.etag ?? "" });
    assert.equal(found?.facts.bytes, 3);
    assert.equal(found?.facts.etag, first?.etag);
    assert.deepEqual(await found?.body.toArray(), [Buffer.from("one")]);
    await blobs.write("stream", "two");
    assert.equal(await blobs.stream("stream", { ifMatch: first?.etag ?? "" }), undefined);
    await blobs.delete("stream");
    assert.equal(await blobs.stream("stream", { ifMatch: first?.etag ?? "" }), undefined);
  });

  it("lists in the order of the paths, with the etag that reads and writes use", async () => {
    for (const path of ["list/2-b", "list/0-z", "list/1-a", "list/10", "other/x"]) {
      await blobs.write(path, path);
    }
    const found: BlobFacts[] = [];
    for await (const facts of blobs.list("list/")) found.push(facts);
    assert.deepEqual(
      found.map((facts) => facts.path),
      ["list/0-z", "list/1-a", "list/10", "list/2-b"],
    );
    assert.equal(found[0]?.etag, (await blobs.read("list/0-z"))?.etag);
    assert.equal(found[0]?.bytes, 8);
    assert.ok(Math.abs((found[0]?.lastModifiedMs ?? 0) - Date.now()) < 60_000);
  });

  it("deletes a blob, and accepts that there is none", async () => {
    await blobs.write("delete", "x");
    await blobs.delete("delete");
    await blobs.delete("delete");
    assert.equal(await blobs.read("delete"), undefined);
  });

  it("uploads and downloads a large stream with bounded memory", async () => {
    const piece = Buffer.alloc(256 * 1024, "x");
    const pieces = 256;
    let peak = 0;
    const start = process.memoryUsage().arrayBuffers;
    let count = 0;
    const watch = (): void => {
      // What is held, and not what awaits collection, which differs from Node to Node.
      if (count++ % 16 !== 0) return;
      collect();
      peak = Math.max(peak, process.memoryUsage().arrayBuffers - start);
    };
    const source = Readable.from(
      (function* () {
        for (let sent = 0; sent < pieces; sent++) {
          watch();
          yield Buffer.from(piece);
        }
      })(),
      { objectMode: false },
    );
    const written = await blobs.writeStream("large", source);
    assert.equal(written?.bytes, piece.length * pieces);
    let read = 0;
    for await (const part of (await blobs.stream("large"))?.body ?? []) {
      read += (part as Buffer).length;
      watch();
    }
    assert.equal(read, piece.length * pieces);
    assert.ok(peak < 48 * 1024 * 1024, `${peak} bytes held of ${read}`);
  });

  it("writes an empty stream as an empty blob", async () => {
    assert.equal((await blobs.writeStream("empty", Readable.from([])))?.bytes, 0);
    assert.equal((await blobs.read("empty"))?.bytes.length, 0);
  });

  it("creates no blob if the source of a stream fails, and throws its error", async () => {
    const failure = new Error("the source ended early");
    const source = Readable.from(
      (function* () {
        yield Buffer.alloc(1024);
        throw failure;
      })(),
      { objectMode: false },
    );
    await assert.rejects(blobs.writeStream("half", source), failure);
    assert.equal(await blobs.read("half"), undefined);
  });

  it("writes a stream only if there is no such blob yet, with that condition", async () => {
    await blobs.write("taken", "first");
    const second = await blobs.writeStream("taken", Readable.from([Buffer.from("second")]), {
      ifAbsent: true,
    });
    assert.equal(second, undefined);
    assert.equal((await blobs.read("taken"))?.bytes.toString(), "first");
  });
});
