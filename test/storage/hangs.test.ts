import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { after, afterEach, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";

import { createBlobs } from "../../shared/storage/storage.ts";
import type { Blobs } from "../../shared/storage/types.ts";
import { type Azurite, startAzurite } from "./azurite.ts";
import { type FaultProxy, startFaultProxy } from "./fault-proxy.ts";

const MIB = 1024 * 1024;

const pieces = (count: number, everyMs = 0): Readable =>
  Readable.from(
    (async function* () {
      for (let piece = 0; piece < count; piece++) {
        if (everyMs > 0) await delay(everyMs);
        yield Buffer.alloc(MIB, "x");
      }
    })(),
    { objectMode: false },
  );

describe("storage that accepts a call and never answers", () => {
  let azurite: Azurite;
  let proxy: FaultProxy;
  let blobs: Blobs;
  /** Waits longer: for what a slow machine must answer in time. */
  let patient: Blobs;
  before(async () => {
    azurite = await startAzurite();
    await azurite.makeContainer("batches");
    proxy = await startFaultProxy(azurite.blobUrl);
    const credential = azurite.blobKey;
    const account = { url: proxy.url, container: "batches", credential };
    blobs = createBlobs({ ...account, callMs: 400 });
    patient = createBlobs({ ...account, callMs: 2_000 });
    await createBlobs(account).write("large", "x".repeat(MIB));
  });
  afterEach(() => {
    proxy.decide = () => "none";
  });
  after(async () => {
    await proxy.stop();
    await azurite.stop();
  });

  const inTime = {
    code: "STORAGE_UNAVAILABLE",
    disposition: "retry",
    what: /did not answer in time/,
  };
  const listed = async (): Promise<number> => {
    let count = 0;
    for await (const _ of blobs.list("")) count += 1;
    return count;
  };

  const calls: Record<string, () => Promise<unknown>> = {
    read: () => blobs.read("large"),
    list: listed,
    stream: () => blobs.stream("large"),
    write: () => blobs.write("other", "x"),
    "write a stream": () => blobs.writeStream("other", pieces(9)),
    "write a short stream": () => blobs.writeStream("other", pieces(1)),
    "open a journal": () => blobs.openAppend("journal"),
    "acquire a lease": () => blobs.acquireLease("lock", 15),
    delete: () => blobs.delete("other"),
  };
  for (const [name, call] of Object.entries(calls)) {
    it(`ends the wait as a transient fault: ${name}`, async () => {
      proxy.decide = () => "hang";
      await assert.rejects(call(), inTime);
    });
  }

  it("ends the wait in the middle of a body as well", async () => {
    proxy.decide = () => "stall";
    await assert.rejects(blobs.read("large"), inTime);
    const stalled = await patient.stream("large");
    await assert.rejects(stalled?.body.toArray() ?? Promise.resolve(), inTime);
  });

  it("waits as long as the reader of a stream takes", async () => {
    const written = await patient.writeStream("slow", pieces(5, 450));
    assert.equal(written?.bytes, 5 * MIB);
    const found = await patient.stream("slow");
    let bytes = 0;
    for await (const part of found?.body ?? []) {
      if (bytes === 0) await delay(2_500);
      bytes += (part as Buffer).length;
    }
    assert.equal(bytes, 5 * MIB);
  });
});
