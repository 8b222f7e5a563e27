import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { createBlobs } from "../../shared/storage/storage.ts";
import type { Blobs } from "../../shared/storage/types.ts";
import { type Azurite, startAzurite } from "./azurite.ts";

describe("fenced appends and leases", () => {
  let azurite: Azurite;
  let blobs: Blobs;
  before(async () => {
    azurite = await startAzurite();
    await azurite.makeContainer("runner");
    blobs = createBlobs({ url: azurite.blobUrl, container: "runner", credential: azurite.blobKey });
  });
  after(() => azurite.stop());

  it("appends at the end of what it read", async () => {
    const first = await blobs.openAppend("journal/1");
    assert.equal(first.content.length, 0);
    await first.append(Buffer.from("a\n"));
    await first.append(Buffer.from("b\n"));
    assert.equal((await blobs.openAppend("journal/1")).content.toString(), "a\nb\n");
  });

  it("refuses every append of a process that was superseded", async () => {
    const old = await blobs.openAppend("journal/2");
    await old.append(Buffer.from("old\n"));
    const next = await blobs.openAppend("journal/2");
    await next.append(Buffer.from("next\n"));
    await assert.rejects(old.append(Buffer.from("late\n")), { code: "LEASE_LOST" });
    await assert.rejects(old.append(Buffer.from("later\n")), { code: "LEASE_LOST" });
    await next.append(Buffer.from("more\n"));
    assert.equal((await blobs.openAppend("journal/2")).content.toString(), "old\nnext\nmore\n");
  });

  it("refuses an append to a deleted blob", async () => {
    const journal = await blobs.openAppend("journal/3");
    await blobs.delete("journal/3");
    await assert.rejects(journal.append(Buffer.from("x")), { code: "LEASE_LOST" });
  });

  it("gives a lease to one process, and to the next after its release", async () => {
    const lease = await blobs.acquireLease("tenant/lock", 15);
    assert.notEqual(lease, undefined);
    assert.equal(await blobs.acquireLease("tenant/lock", 15), undefined);
    await lease?.renew();
    await lease?.release();
    const next = await blobs.acquireLease("tenant/lock", 15);
    assert.notEqual(next, undefined);
    await assert.rejects(lease?.renew() ?? Promise.resolve(), { code: "LEASE_LOST" });
    await lease?.release();
    assert.equal(await blobs.acquireLease("tenant/lock", 15), undefined);
  });

  it("gives the first lease of a blob to one of many processes", async () => {
    const takers = await Promise.all(
      Array.from({ length: 6 }, () => blobs.acquireLease("race/lock", 15)),
    );
    assert.equal(takers.filter((lease) => lease !== undefined).length, 1);
  });
});
