import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { shardBlob } from "../../../shared/records/paths.ts";
import { shardText } from "../../../shared/records/shard.ts";
import { createTouchedKeys } from "../../../shared/runner/batch/touched-keys.ts";
import { MemoryBlobs } from "../../batches/memory-blobs.ts";

const rowsOf = (keys: readonly string[], jobTitle: string) =>
  keys.map((key, at) => ({
    row: at + 1,
    operation: "user.update",
    write: { target: { kind: "new" as const }, set: { jobTitle }, keys: [key, `upn:${at}`] },
  }));

describe("the keys that a batch's shards touch", () => {
  it("are found in the shards that have them, and in no other", async () => {
    const texts = fc.array(fc.constantFrom<string>("a", "b", "c", "d", "e"), { maxLength: 4 });
    // A value may look like the property that is searched.
    const title = fc.constantFrom("Nurse", '"keys":["object:z"]', "Ärztin ✓", '\\"keys\\":[');
    await fc.assert(
      fc.asyncProperty(
        fc.array(texts, { minLength: 1, maxLength: 12 }),
        title,
        async (all, text) => {
          const blobs = new MemoryBlobs();
          for (const [at, keys] of all.entries()) {
            await blobs.write(shardBlob("b", at + 1), shardText(rowsOf(keys, text)));
          }
          const touched = createTouchedKeys(blobs, "b");
          for (const key of ["a", "b", "object:z"]) {
            const range = { first: 2, last: all.length };
            const expected = all.flatMap((keys, at) =>
              at > 0 && keys.includes(key) ? at + 1 : [],
            );
            assert.deepEqual(await touched.shardsWith(new Set([key]), range), expected);
          }
        },
      ),
    );
  });

  it("name the rows that create the users of later ones", async () => {
    const blobs = new MemoryBlobs();
    const pending = {
      row: 7,
      operation: "user.update",
      write: {
        target: { kind: "pending-user" as const },
        keys: ["upn:ann@contoso.com"],
        idFromRow: { row: 3, role: "user" as const },
      },
    };
    await blobs.write(shardBlob("b", 1), shardText([pending]));
    const creators = await createTouchedKeys(blobs, "b").creators({ first: 1, last: 1 });
    assert.deepEqual([...creators], [[1, new Set([3])]]);
  });
});
