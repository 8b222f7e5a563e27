import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import type { JournalRecord } from "../../../shared/records/journal.ts";
import { type Journal, openJournal } from "../../../shared/runner/journal/journal-file.ts";
import type { Blobs } from "../../../shared/storage/types.ts";
import { type Azurite, startAzurite } from "../../storage/azurite.ts";
import { type Rig, createRig, makeContainers } from "../rig.ts";

const at = "2026-01-01T00:00:00.000Z";
const intent = (row: number): JournalRecord => ({ t: "intent", post: `p${row}`, at, rows: [row] });

describe("a journal in its blob", () => {
  let azurite: Azurite;
  let rig: Rig;
  before(async () => {
    azurite = await startAzurite();
    await makeContainers(azurite);
    rig = createRig(azurite);
  });
  after(() => azurite.stop());

  const open = (path: string, blobs: Blobs = rig.batches): Promise<Journal> =>
    openJournal({ blobs, path, start: "", runner: "one", at, check: () => undefined });
  const linesOf = async (path: string): Promise<string[]> =>
    ((await rig.batches.read(path))?.bytes.toString("utf8") ?? "").split("\n").slice(0, -1);

  it("knows a record once it is stored, and after it is opened again", async () => {
    const journal = await open("journal/1");
    const stored = journal.append(intent(1));
    assert.equal(journal.rows.get(1), undefined);
    await stored;
    assert.equal(journal.rows.get(1)?.state, "doubt");
    assert.equal((await open("journal/1")).rows.get(1)?.state, "doubt");
  });

  it("stores the waiting records in one append, in order", async () => {
    const journal = await open("journal/2");
    const blocks = journal.blocks();
    await Promise.all(Array.from({ length: 200 }, (_, index) => journal.append(intent(index + 1))));
    assert.equal(journal.blocks() - blocks, 1);
    const lines = await linesOf("journal/2");
    assert.deepEqual(
      lines.slice(1).map((line) => JSON.parse(line).rows[0]),
      Array.from({ length: 200 }, (_, index) => index + 1),
    );
  });

  it("puts no more into one append than storage takes", async () => {
    const journal = await open("journal/3");
    const large: JournalRecord = {
      t: "settled",
      at,
      rows: [
        {
          kind: "final",
          row: 1,
          receipt: { verdict: "failed", reason: "x".repeat(700_000), fix: "" },
        },
      ],
    };
    const blocks = journal.blocks();
    await Promise.all([1, 2, 3, 4].map(() => journal.append(large)));
    assert.equal(journal.blocks() - blocks, 4);
    assert.equal((await linesOf("journal/3")).length, 5);
  });

  it("fences out its earlier writer, and fails every record that waits there", async () => {
    const old = await open("journal/4");
    const next = await open("journal/4");
    const late = [old.append(intent(1)), old.append(intent(2)), old.append(intent(3))];
    for (const each of late) await assert.rejects(each, { code: "LEASE_LOST" });
    assert.equal(old.rows.size, 0);
    await next.append(intent(4));
    assert.equal((await open("journal/4")).rows.size, 1);
  });

  it("is opened although a dead runner's last append arrives meanwhile", async () => {
    const dead = await rig.batches.openAppend("journal/5");
    let isFirst = true;
    const blobs: Blobs = {
      ...rig.batches,
      openAppend: async (path) => {
        const blob = await rig.batches.openAppend(path);
        if (isFirst) await dead.append(Buffer.from(`${JSON.stringify(intent(9))}\n`));
        isFirst = false;
        return blob;
      },
    };
    assert.equal((await open("journal/5", blobs)).rows.get(9)?.state, "doubt");
  });

  it("continues after a line that was cut short", async () => {
    const torn = await rig.batches.openAppend("journal/6");
    await torn.append(Buffer.from(`${JSON.stringify(intent(1))}\n{"t":"intent","po`));
    await (await open("journal/6")).append(intent(2));
    assert.deepEqual([...(await open("journal/6")).rows.keys()], [1, 2]);
  });
});
