import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { createBatches } from "../../../shared/app/batches.ts";
import { capsWith } from "../../guards/caps.ts";
import { openWorkshop, type Workshop } from "../workshop.ts";

/** A planned batch of four deletes. */
async function planned(workshop: Workshop): Promise<void> {
  const rows = Array.from({ length: 4 }, (_, at) => {
    const user = `user${at}@contoso.com`;
    workshop.directory.addUser(user);
    return { operation: "user.delete", user };
  });
  await workshop.deliver({ version: 1, batch: "b", mode: "apply", rows });
}

/** The same application after its cap was lowered. */
const lowered = ({ ports }: Workshop, maxDeletes: number) =>
  createBatches({
    ...ports,
    settings: { ...ports.settings, capsFor: () => capsWith({ deletes: { perBatch: maxDeletes } }) },
  });

describe("a batch that was planned before its cap was lowered", () => {
  it("is held when it would start, in the words of a batch that is held when it is planned", async () => {
    const workshop = openWorkshop();
    await planned(workshop);
    assert.equal(workshop.blobs.batches.json("b/status.json")["state"], "accepted");
    assert.equal((await lowered(workshop, 3).admit("b")).kind, "held");
    const status = workshop.blobs.batches.json("b/status.json");
    assert.equal(status["state"], "held");
    assert.equal((status["verdicts"] as { held: number }).held, 4);
    assert.equal(
      status["reason"],
      "Held, nothing was written: the batch has 4 deletes, and MAX_DELETES_PER_BATCH allows 3.",
    );
    assert.match(String(status["fix"]), /npm run batch -- approve b --plan sha256:[0-9a-f]{64}$/);
    assert.match(workshop.blobs.batches.text("b/report.csv"), /,held,/);
    const held = workshop.events.filter(({ event }) => event === "batch.held");
    const { tenant } = workshop.blobs.batches.json("b/batch.json");
    const setting = "MAX_DELETES_PER_BATCH";
    const event = { event: "batch.held", batch: "b", tenant, guard: "deletes", count: 4, limit: 3 };
    assert.deepEqual(held, [{ ...event, setting }]);
  });

  it("is held once, however often it is asked", async () => {
    const workshop = openWorkshop();
    await planned(workshop);
    assert.equal((await lowered(workshop, 3).admit("b")).kind, "held");
    assert.equal((await lowered(workshop, 3).admit("b")).kind, "held");
    assert.equal(workshop.events.filter(({ event }) => event === "batch.held").length, 1);
  });

  it("starts if it is at the cap", async () => {
    const workshop = openWorkshop();
    await planned(workshop);
    assert.equal((await lowered(workshop, 4).admit("b")).kind, "run");
    assert.equal(workshop.blobs.batches.json("b/status.json")["state"], "accepted");
  });

  it("goes on if anything of it was sent: it is not held half done", async () => {
    const workshop = openWorkshop();
    await planned(workshop);
    await workshop.blobs.batches.write("b/journal/00001.jsonl", "");
    assert.equal((await lowered(workshop, 3).admit("b")).kind, "run");
  });
});
