import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { ContainerClient } from "@azure/storage-blob";

import { writeBefore } from "../../../shared/records/approval/before.ts";
import { beforeBlob } from "../../../shared/records/paths.ts";
import { createBlobs } from "../../../shared/storage/storage.ts";
import { read } from "../../house/pages.ts";
import { type Azurite, startAzurite } from "../../storage/azurite.ts";

/** What the rule that deletes them looks for. */
const RULE =
  /name: 'before-values'[\s\S]*?blobIndexMatch: \[\s*\{\s*name: '(\w+)'\s*op: '=='\s*value: '(\w+)'/;

describe("values from before a write", () => {
  let azurite: Azurite;
  before(async () => {
    azurite = await startAzurite();
    await azurite.makeContainer("batches");
  });
  after(() => azurite.stop());

  it("have the tag by which the storage account deletes them", async () => {
    const account = { url: azurite.blobUrl, credential: azurite.blobKey };
    const blobs = createBlobs({ ...account, container: "batches" });
    const row = { row: 1, before: { city: "Oslo" }, after: { city: "Rome" } };
    await writeBefore(blobs, "b", 1, { lookedAt: new Date().toISOString(), rows: [row] });
    const container = new ContainerClient(`${account.url}/batches`, account.credential);
    const { tags } = await container.getBlobClient(beforeBlob("b", 1)).getTags();
    const [, name = "", value] = RULE.exec(read("infra/modules/storage.bicep")) ?? [];
    assert.deepEqual(tags, { [name]: value });
  });
});
