import assert from "node:assert/strict";
import { describe, it } from "node:test";

import {
  readBefore,
  readBeforeFile,
  writeBefore,
} from "../../../shared/records/approval/before.ts";
import { beforeFilesIn, replay } from "../../../shared/records/history/replay.ts";
import { recordJson } from "../../../shared/records/journal.ts";
import { beforeBlob, beforeLookBlob, journalBlob } from "../../../shared/records/paths.ts";
import { MemoryBlobs } from "../../batches/memory-blobs.ts";

const lookedAt = "2026-11-21T08:00:00.000Z";
const at = "2026-11-21T09:00:00.000Z";
const ann = { row: 1, before: { city: "Oslo" }, after: { city: "Rome" }, name: "ann@contoso.com" };
const bob = { row: 2, after: { city: null } };

/** A shard whose plan and one look were stored, and whose journal names both. */
async function lookedAtTwice(): Promise<MemoryBlobs> {
  const blobs = new MemoryBlobs();
  const planned = await writeBefore(blobs, "b", 1, { lookedAt, rows: [ann, bob] });
  const rows = [{ ...bob, before: { city: "Bern" } }];
  const looked = await writeBefore(blobs, "b", 1, { lookedAt: at, rows, look: 1 });
  const lines = [planned, looked].map((file) => `${recordJson({ t: "before", at, ...file })}\n`);
  await blobs.write(journalBlob("b", 1), lines.join(""));
  return blobs;
}

describe("values from before a write", () => {
  it("are found by their lines as by a replay of the whole journal", async () => {
    const blobs = await lookedAtTwice();
    const stored = (await blobs.read(journalBlob("b", 1)))?.bytes.toString("utf8") ?? "";
    const open = recordJson({ t: "open", runner: "one", at });
    for (const text of [
      stored,
      `${open}\n${stored}${stored.slice(0, 40)}`,
      stored.slice(0, -1),
      "",
    ]) {
      assert.deepEqual(beforeFilesIn(text), replay("j", text).before);
    }
    assert.equal(beforeFilesIn(stored).length, 2);
  });

  it("are read as they were written, with the digest of the blob", async () => {
    const blobs = new MemoryBlobs();
    const { sha256 } = await writeBefore(blobs, "b", 1, { lookedAt, rows: [ann, bob] });
    const read = await readBeforeFile(blobs, "b", 1);
    assert.deepEqual(
      { ...read, rows: [...(read?.rows.values() ?? [])] },
      {
        lookedAt,
        sha256,
        rows: [ann, { ...bob, before: undefined, name: undefined }],
      },
    );
  });

  it("are salted: the same values have another digest each time", async () => {
    const blobs = new MemoryBlobs();
    const [one, two] = [
      await writeBefore(blobs, "b", 1, { lookedAt, rows: [ann] }),
      await writeBefore(blobs, "b", 2, { lookedAt, rows: [ann] }),
    ];
    assert.notEqual(one.sha256, two.sha256);
  });

  it("are those of the last look", async () => {
    const found = await readBefore(await lookedAtTwice(), "b", 1);
    assert.deepEqual(
      [...found],
      [
        [1, { before: { city: "Oslo" }, after: { city: "Rome" } }],
        [2, { before: { city: "Bern" }, after: { city: null } }],
      ],
    );
  });

  it("are those of the plan before a runner had the shard, without rows that were not looked at", async () => {
    const blobs = new MemoryBlobs();
    await writeBefore(blobs, "b", 1, { lookedAt, rows: [ann, bob] });
    assert.deepEqual([...(await readBefore(blobs, "b", 1)).keys()], [1]);
  });

  it("are none of a batch of an earlier release", async () => {
    assert.equal((await readBefore(new MemoryBlobs(), "b", 1)).size, 0);
  });

  for (const path of [beforeBlob("b", 1), beforeLookBlob("b", 1, 1)]) {
    it(`are refused if ${path} is gone, or is not what the journal names`, async () => {
      const blobs = await lookedAtTwice();
      const text = blobs.text(path);
      await blobs.write(path, text.replace(/"city":"\w+"/, '"city":"Nice"'));
      await assert.rejects(readBefore(blobs, "b", 1), /BATCH_DAMAGED.*is not what was written/);
      await blobs.delete(path);
      await assert.rejects(readBefore(blobs, "b", 1), /BATCH_DAMAGED.*is gone/);
    });
  }

  it("are refused if a line of them is cut short", async () => {
    const blobs = new MemoryBlobs();
    await writeBefore(blobs, "b", 1, { lookedAt, rows: [ann] });
    await blobs.write(beforeBlob("b", 1), blobs.text(beforeBlob("b", 1)).slice(0, -5));
    await assert.rejects(readBefore(blobs, "b", 1), /BATCH_DAMAGED.*cut short/);
  });
});
