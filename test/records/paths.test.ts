import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";

import {
  batchLockBlob,
  conflictFolder,
  isBeforeTheName,
  journalBlob,
  manifestBlob,
  problemBlob,
  refusedBlob,
  shardBlob,
} from "../../shared/records/paths.ts";

describe("the paths of stored blobs", () => {
  it("are spelled in one file only", () => {
    const root = fileURLToPath(new URL("../../", import.meta.url));
    const spelled = globSync("shared/**/*.ts", { cwd: root })
      .filter((path) => path !== "shared/records/paths.ts")
      .filter((path) =>
        /`\$\{(?:\w+\.)*(?:folder|place|tenant)\}\/[a-z]/.test(
          readFileSync(`${root}${path}`, "utf8"),
        ),
      );
    assert.deepEqual(spelled, []);
  });

  it("number shards and journals so that they sort", () => {
    assert.equal(shardBlob("leavers", 1), "leavers/shards/00001.jsonl");
    assert.equal(journalBlob("leavers", 1000), "leavers/journal/01000.jsonl");
  });

  it("distinguish what an attempt without the name leaves from what a batch leaves", () => {
    const early = [
      batchLockBlob,
      problemBlob,
      (folder: string) => refusedBlob(conflictFolder(folder, "0a1b2c3d")),
    ];
    for (const path of early) assert.equal(isBeforeTheName("leavers", path("leavers")), true);
    for (const path of [manifestBlob("leavers"), "leavers/input", batchLockBlob("leavers-2")])
      assert.equal(isBeforeTheName("leavers", path), false);
  });
});
