import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { openWorkshop } from "../workshop.ts";

describe("a sender's own columns", () => {
  it("leave rows out for a reason that the report gives, and are never sent", async () => {
    const workshop = openWorkshop();
    const { batches } = workshop.blobs;
    for (const name of ["ann", "bob", "cem"]) workshop.directory.addUser(`${name}@contoso.com`);
    const folder = await workshop.drop(
      "user.disable/leavers.csv",
      "user,note,skip\nann@contoso.com,ticket 7,\nbob@contoso.com,,stays until May\ncem@contoso.com,,\n",
    );
    const plan = batches.json(`${folder}/plan.json`);
    assert.equal((plan["verdicts"] as Record<string, number>)["skipped"], 1);
    assert.doesNotMatch(batches.text(`${folder}/shards/00001.jsonl`), /ticket/);
    await workshop.runAll(folder);
    const report = batches.text(`${folder}/report.csv`);
    assert.match(report, /ann@contoso\.com,ticket 7,,done,/);
    assert.match(report, /bob@contoso\.com,.*skipped,Left out by its sender: stays until May,/);
  });

  it("may leave out most rows: none of them is an invalid one, or newly blank", async () => {
    const workshop = openWorkshop();
    workshop.directory.addUser("ann@contoso.com");
    const rows = [
      { user: "ann@contoso.com" },
      ...Array.from({ length: 20 }, () => ({ user: "", skip: "no name known" })),
    ];
    const message = { version: 1, batch: "b", mode: "apply", operation: "user.disable", rows };
    const { outcome } = await workshop.deliver(message);
    assert.equal(outcome, "accepted");
    const manifest = workshop.blobs.batches.json("b/batch.json");
    const { filled } = manifest["profile"] as { filled: Record<string, number> };
    assert.deepEqual(filled, { user: 1 });
  });
});
