import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { type FencedJson, openFencedJson } from "../../shared/storage/fenced-json.ts";
import { createBlobs } from "../../shared/storage/storage.ts";
import type { Blobs } from "../../shared/storage/types.ts";
import { MemoryBlobs } from "../batches/memory-blobs.ts";
import { type Azurite, startAzurite } from "./azurite.ts";

const superseded = "Another runner keeps the state now.";
const lost = { code: "LEASE_LOST", disposition: "retry", what: superseded };

/** Both kinds of storage behave alike. */
function behaves(blobs: () => Blobs): void {
  const open = (path: string): Promise<FencedJson> => openFencedJson(blobs(), path, superseded);
  const textOf = async (path: string): Promise<string | undefined> =>
    (await blobs().read(path))?.bytes.toString("utf8");

  it("is written again and again by the process that opened it last", async () => {
    const first = await open("a.json");
    assert.equal(first.found, undefined);
    await first.write("1");
    await first.write("2");
    const second = await open("a.json");
    assert.equal(second.found, "2");
    await second.write("3");
    await assert.rejects(first.write("late"), lost);
    await assert.rejects(first.write("later"), lost);
    assert.equal(await textOf("a.json"), "3");
  });

  it("is created by one of two processes that found none", async () => {
    const [one, other] = [await open("b.json"), await open("b.json")];
    await one.write("one");
    await assert.rejects(other.write("other"), lost);
    assert.equal(await textOf("b.json"), "one");
  });

  it("is not created again after another process deleted it", async () => {
    const file = await open("c.json");
    await file.write("1");
    await blobs().delete("c.json");
    await assert.rejects(file.write("2"), lost);
    assert.equal(await textOf("c.json"), undefined);
  });
}

describe("JSON that one process at a time writes, in memory", () => {
  const memory = new MemoryBlobs();
  behaves(() => memory);
});

describe("JSON that one process at a time writes, in Azurite", () => {
  let azurite: Azurite;
  let blobs: Blobs;
  before(async () => {
    azurite = await startAzurite();
    await azurite.makeContainer("runner");
    blobs = createBlobs({ url: azurite.blobUrl, container: "runner", credential: azurite.blobKey });
  });
  after(() => azurite.stop());
  behaves(() => blobs);
});
