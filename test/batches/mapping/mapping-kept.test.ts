import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { rerun } from "../../../shared/batches/undo/rerun.ts";
import { OperatorError } from "../../../shared/core/errors.ts";
import { jobOn, runAndJournal, takeQueued } from "../undo/jobs.ts";
import { eventOf, shardRows } from "../workshop.ts";
import { begin, export1, mapping, planned, upnOf } from "./staff-export.ts";

describe("a batch of a mapped file", () => {
  it("takes the mapping that was there when it was accepted: the batch keeps it", async () => {
    const workshop = await begin();
    const { folder } = await planned(workshop, "hr/staff.csv", export1);
    await workshop.blobs.inbox.write("hr/mapping.json", "{}");
    await runAndJournal(workshop, folder);
    await rerun(workshop.ports, jobOn(workshop, folder, { rows: [3], as: "again" }));
    await takeQueued(workshop);
    assert.deepEqual(shardRows(workshop.blobs.batches, "again").map(upnOf), [
      "jurgen.gross@contoso.com",
    ]);
    assert.equal(
      workshop.blobs.batches.text("again/mapping.json"),
      workshop.blobs.batches.text(`${folder}/mapping.json`),
    );
    assert.match(workshop.blobs.batches.text("again/input"), /^originalRow,Pers\.-Nr\.,Vorname/);
  });

  it("has one mapping from end to end, wherever accepting it was interrupted and the mapping replaced", async () => {
    const german = { ...mapping, constants: { usageLocation: "DE" } };
    let seen = 0;
    for (let at = 0, isOver = false; !isOver; at++) {
      const workshop = await begin();
      const { batches, inbox } = workshop.blobs;
      const { etag } = (await inbox.write("hr/staff.csv", export1))!;
      let left = at;
      batches.before = () => {
        if (left-- > 0) return;
        batches.before = () => undefined;
        throw new OperatorError("STORAGE_UNAVAILABLE", "x", { fix: "x", disposition: "retry" });
      };
      const delivery = { messageId: "m", deadlineMs: Date.now() + 60_000 };
      const event = eventOf("hr/staff.csv", etag);
      const first = await workshop.batches
        .accept(event, delivery)
        .catch(() => ({ state: "again" }));
      isOver = left >= 0;
      batches.before = () => undefined;
      await inbox.write("hr/mapping.json", JSON.stringify(german));
      const { folder = "" } = await workshop.deliver(event, "m-2");
      const { constants } = batches.json(`${folder}/mapping.json`);
      const rows = shardRows(batches, folder);
      assert.deepEqual(
        rows[0]?.write?.set?.["usageLocation"],
        (constants as { usageLocation: string }).usageLocation,
        `write ${at}`,
      );
      assert.equal(rows.length, 3);
      if (first.state === "again") seen += 1;
    }
    assert.ok(seen >= 5, `${seen} interruptions`);
  });

  it("is another batch with another mapping, and the same with the same one", async () => {
    const workshop = await begin();
    await workshop.blobs.inbox.write("staged/hr/mapping.json", JSON.stringify(mapping));
    await workshop.blobs.inbox.write("staged/hr/staff.csv", export1);
    const message = { version: 1, batch: "b", mode: "plan", file: "staged/hr/staff.csv" };
    assert.equal((await workshop.deliver(message)).outcome, "accepted");
    assert.equal((await workshop.deliver(message)).outcome, "repeated");
    const other = { ...mapping, constants: { usageLocation: "DE" } };
    await workshop.blobs.inbox.write("staged/hr/mapping.json", JSON.stringify(other));
    const again = await workshop.deliver(message);
    assert.equal(again.outcome, "refused");
    assert.match(workshop.blobs.batches.text(`${again.folder}/refused.json`), /BATCH_NAME_TAKEN/);
  });
});
