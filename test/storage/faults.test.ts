import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";

import { createBlobs, createQueue } from "../../shared/storage/storage.ts";
import type { Blobs } from "../../shared/storage/types.ts";
import { type Azurite, startAzurite } from "./azurite.ts";
import { type Fault, type FaultProxy, startFaultProxy } from "./fault-proxy.ts";

describe("storage with faults", () => {
  let azurite: Azurite;
  let proxy: FaultProxy;
  let blobs: Blobs;
  before(async () => {
    azurite = await startAzurite();
    await azurite.makeContainer("batches");
    proxy = await startFaultProxy(azurite.blobUrl);
    blobs = createBlobs({ url: proxy.url, container: "batches", credential: azurite.blobKey });
  });
  afterEach(() => {
    proxy.decide = () => "none";
  });
  after(async () => {
    await proxy.stop();
    await azurite.stop();
  });

  /** The next PUT gets `fault`; every other call passes. */
  const nextPut = (fault: Fault): void => {
    let met = false;
    proxy.decide = (call) => {
      if (met || call.method !== "PUT") return "none";
      met = true;
      return fault;
    };
  };

  it("recognizes its own create if only the answer was lost", async () => {
    nextPut("lose-answer");
    const made = await blobs.write("lost/create", "mine", { ifAbsent: true });
    assert.equal(made?.etag, (await blobs.read("lost/create"))?.etag);
    assert.equal(await blobs.write("lost/create", "other", { ifAbsent: true }), undefined);
  });

  it("recognizes its own replacement if only the answer was lost", async () => {
    const first = await blobs.write("lost/replace", "1");
    nextPut("lose-answer");
    const second = await blobs.write("lost/replace", "2", { ifMatch: first?.etag ?? "" });
    assert.equal(second?.etag, (await blobs.read("lost/replace"))?.etag);
  });

  it("appends once if only the answer was lost, and continues from there", async () => {
    const journal = await blobs.openAppend("lost/journal");
    nextPut("lose-answer");
    await journal.append(Buffer.from("first\n"));
    await journal.append(Buffer.from("second\n"));
    assert.equal((await blobs.openAppend("lost/journal")).content.toString(), "first\nsecond\n");
  });

  it("recognizes its own lease if only the answer was lost", async () => {
    await blobs.write("lost/lock", "");
    nextPut("lose-answer");
    const lease = await blobs.acquireLease("lost/lock", 15);
    await lease?.renew();
    assert.notEqual(lease, undefined);
  });

  it("retries a call that storage was too busy for", async () => {
    nextPut({ status: 503, code: "ServerBusy" });
    assert.notEqual(await blobs.write("busy", "x"), undefined);
  });

  it("names the missing role on a 403, or the network if that is the reason", async () => {
    proxy.decide = () => ({ status: 403, code: "AuthorizationPermissionMismatch" });
    const refused = {
      code: "STORAGE_UNAVAILABLE",
      disposition: "retry",
      what: "Storage refused the app (container batches, 403 AuthorizationPermissionMismatch).",
      fix: /Storage Blob Data Contributor/,
    };
    await assert.rejects(blobs.read("x"), refused);
    await assert.rejects(blobs.write("x", ""), refused);
    await assert.rejects(blobs.openAppend("x"), refused);
    await assert.rejects(blobs.acquireLease("x", 15), refused);
    proxy.decide = () => ({ status: 403, code: "AuthorizationFailure" });
    await assert.rejects(blobs.read("x"), { fix: /firewall/ });
    const queue = createQueue({ url: proxy.url, queue: "run", credential: azurite.queueKey });
    proxy.decide = () => ({ status: 403, code: "AuthorizationPermissionMismatch" });
    await assert.rejects(queue.send("x"), { fix: /Storage Queue Data Message Sender/ });
  });

  it("fails as a transient fault, without the blob's content, while storage is down", async () => {
    proxy.decide = () => ({ status: 504, code: "GatewayTimeout" });
    await assert.rejects(blobs.write("down", "a payload"), (error: Error) => {
      assert.match(
        error.message,
        /^\[STORAGE_UNAVAILABLE\] Storage failed \(container batches, 504/,
      );
      assert.doesNotMatch(error.message, /a payload/);
      return true;
    });
  });
});
