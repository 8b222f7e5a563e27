import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import type { Receipt } from "../../../shared/catalogue/row.ts";
import { type Histories, unsent } from "../../../shared/records/history/row-history.ts";
import { createIds, createdId } from "../../../shared/runner/batch/created-ids.ts";
import { createSimulatedRig } from "../rig.ts";
import { createAndUpdate, update } from "../rows.ts";
import { noFaults, TinyDirectory } from "../tiny-directory.ts";

const ended = (receipt: Receipt) => ({ ...unsent, state: "final" as const, receipt });

describe("the ids that rows of closed shards created", () => {
  it("are known row by row", async () => {
    const ids = fc.uniqueArray(fc.record({ row: fc.integer({ min: 1, max: 30 }), id: fc.uuid() }), {
      selector: ({ row }) => row,
    });
    await fc.assert(
      fc.asyncProperty(ids, fc.boolean(), async (created, isExpected) => {
        const rows = (shard: number): Histories =>
          new Map(
            created
              .filter(({ row }) => Math.ceil(row / 10) === shard)
              .map(({ row, id }) => [row, ended({ verdict: "done", objectId: id })]),
          );
        const known = createIds({ rowsPerShard: 10, read: async (shard) => rows(shard) });
        if (isExpected) known.expect();
        known.keep(1, rows(1));
        if (!isExpected) await known.load(1);
        await known.load(2);
        for (let row = 1; row <= 20; row++) {
          assert.equal(known.get(row), created.find((each) => each.row === row)?.id);
        }
        assert.equal(known.get(21), undefined);
      }),
    );
  });

  it("are read from the journal once, and not if they were kept", async () => {
    let reads = 0;
    const read = async (): Promise<Histories> => {
      reads += 1;
      return new Map();
    };
    const known = createIds({ rowsPerShard: 10, read });
    await known.load(1);
    await known.load(1);
    known.expect();
    known.keep(2, new Map());
    await known.load(2);
    assert.equal(reads, 1);
  });

  it("exclude another's object, which a failed create names", () => {
    const objectId = "00000000-0000-4000-8000-000000000001";
    assert.equal(createdId({ verdict: "failed", reason: "", fix: "", objectId }), undefined);
    assert.equal(createdId({ verdict: "unchanged", reason: "", objectId }), objectId);
    assert.equal(createdId(undefined), undefined);
  });

  it("are there for a row that waits for another one when their shard is closed", async () => {
    const rig = createSimulatedRig();
    const { clock } = rig;
    const faults = { ...noFaults, latencyMs: () => 10 };
    const directory = new TinyDirectory({ clock, faults });
    const [create, named] = createAndUpdate("new@example.com");
    const user = directory.addUser({});
    const slow = Array.from({ length: 10 }, (_, at) => update(at + 2, user, { city: `${at}` }));
    const write = { ...named!.write!, needs: [11] };
    const last = { row: 12, operation: "user.update", write };
    // The first shard ends long before the row is sent that the last one builds on.
    const submitted = rig.submit({ rows: [create!, ...slow, last], rowsPerShard: 4 });
    const folder = await clock.run(submitted);
    await clock.run(rig.run(directory));
    const receipt = rig.finished.get(folder)?.get(12);
    assert.equal(receipt?.verdict, "done", JSON.stringify(receipt));
  });
});
