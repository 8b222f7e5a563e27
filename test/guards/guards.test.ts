import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { csvLine } from "../../shared/batches/formats/csv.ts";
import { heldBlob } from "../../shared/records/paths.ts";
import { home, openWorkshop, settings } from "../batches/workshop.ts";
import { capsWith } from "./caps.ts";

const caps = capsWith({ deletes: { perBatch: 2 }, disables: { perBatch: 3 } });

/** A workshop with five users, of whom one is disabled already. */
function begin(mode: "apply" | "plan") {
  const workshop = openWorkshop({ settings: { ...settings, capsFor: () => caps } });
  const users = ["a", "b", "c", "d", "e"].map((name) => `${name}@contoso.com`);
  for (const user of users) {
    workshop.directory.addUser(user, { accountEnabled: user !== "e@contoso.com" });
  }
  const rows = users.map((user) => ({ user }));
  const message = { version: 1, batch: "leavers", mode, operation: "user.disable", rows };
  return { ...workshop, message };
}

describe("a batch over a cap", () => {
  it("is held: no marker, no ring, every planned write held", async () => {
    const { message, blobs, rings, events, deliver, directory } = begin("apply");
    await deliver(message);
    assert.deepEqual([rings, [...blobs.runner.blobs.keys()]], [[], [heldBlob(home, "leavers")]]);
    const status = blobs.batches.json("leavers/status.json");
    assert.equal(status["state"], "held");
    assert.deepEqual(status["verdicts"], {
      done: 0,
      unchanged: 1,
      skipped: 0,
      failed: 0,
      held: 4,
      pending: 0,
    });
    assert.match(String(status["reason"]), /4 disables, and MAX_DISABLES_PER_BATCH allows 3/);
    assert.deepEqual(blobs.batches.json("leavers/plan.json")["verdicts"], status["verdicts"]);
    assert.deepEqual(events[1], {
      event: "batch.held",
      batch: "leavers",
      tenant: home,
      guard: "disables",
      count: 4,
      limit: 3,
      setting: "MAX_DISABLES_PER_BATCH",
    });
    const report = blobs.batches.text("leavers/report.csv");
    assert.equal(report.match(/contoso\.com,held,"Held, nothing was written/g)?.length, 4);
    assert.match(blobs.batches.text("leavers/report.html"), /the batch is held/);
    const { rows } = blobs.batches.json("leavers/report.json") as { rows: { objectId?: string }[] };
    assert.ok(
      rows.every(({ objectId }) => directory.users.has(objectId ?? "")),
      "whoever decides sees which objects",
    );
    assert.equal((await deliver(message)).outcome, "repeated");
    assert.equal(events.length, 2);
  });

  it("is announced even if accept is killed before its state is stored", async () => {
    const { message, blobs, events, batches, deliver } = begin("apply");
    blobs.batches.before = (_change, path) => {
      const isTold = events.some(({ event }) => event === "batch.held");
      if (isTold && path === "leavers/status.json") throw new Error("killed");
    };
    const killed = batches.accept(message, { messageId: "m-1", deadlineMs: Infinity });
    await assert.rejects(killed, /killed/);
    assert.equal(blobs.batches.json("leavers/status.json")["state"], "accepted");
    blobs.batches.before = () => undefined;
    await deliver(message);
    assert.equal(blobs.batches.json("leavers/status.json")["state"], "held");
    assert.equal(events.filter(({ event }) => event === "batch.held").length, 2);
  });

  it("counts planned writes only, so that a batch at the cap runs", async () => {
    const { message, rings, blobs, deliver } = begin("apply");
    await deliver({ ...message, rows: message.rows.slice(1) });
    assert.deepEqual(rings, [home]);
    assert.equal(blobs.batches.json("leavers/status.json")["state"], "accepted");
  });

  it("counts a user.update that switches accounts off as a disable", async () => {
    const { message, blobs, deliver } = begin("apply");
    const rows = message.rows.map((row) => ({ ...row, accountEnabled: false }));
    await deliver({ ...message, operation: "user.update", rows });
    assert.equal(blobs.batches.json("leavers/status.json")["state"], "held");
  });
});

describe("a batch in mode plan", () => {
  it("ends planned: a report of what would be written, nothing for the runner", async () => {
    const { message, blobs, rings, events, deliver, directory } = begin("plan");
    await deliver({ ...message, rows: message.rows.slice(2) });
    assert.deepEqual([rings, [...blobs.runner.blobs.keys()]], [[], [heldBlob(home, "leavers")]]);
    const status = blobs.batches.json("leavers/status.json");
    assert.equal(status["state"], "planned");
    const lines = blobs.batches.text("leavers/report.csv").split("\r\n");
    const would = "Would be written; the batch's mode was plan.";
    const digest = String(blobs.batches.json("leavers/plan.json")["digest"]);
    assert.equal(status["digest"], digest);
    const fix = `Look through the rows, then approve the plan: npm run batch -- approve leavers --plan ${digest}`;
    const { id } = [...directory.users.values()][2] ?? {};
    const told = ["c@contoso.com", "pending", would, fix, String(id)];
    assert.ok(lines[1]?.startsWith(csvLine(told).trimEnd()), lines[1]);
    assert.deepEqual(
      events.map(({ event }) => event),
      ["batch.accepted"],
    );
    const plan = blobs.batches.json("leavers/plan.json");
    assert.deepEqual(
      [plan["writes"], plan["estimatedSeconds"], plan["permissions"]],
      [2, 1, { "User.EnableDisableAccount.All": 2, "User.Read.All": 2 }],
    );
  });

  it("does not say that rows would be written if none would", async () => {
    const { deliver, blobs, directory } = openWorkshop();
    directory.addUser("off@contoso.com", { accountEnabled: false });
    const plan = { version: 1, mode: "plan", operation: "user.update" };
    const nobody = { user: "nobody@contoso.com", city: "Oslo" };
    await deliver({ ...plan, batch: "failed", rows: [nobody] });
    const off = { user: "off@contoso.com", accountEnabled: "false" };
    await deliver({ ...plan, batch: "unchanged", rows: [off] });
    for (const [batch, fix] of [
      ["failed", /Correct the rows that failed/],
      ["unchanged", /No action needed/],
    ] as const) {
      const status = blobs.batches.json(`${batch}/status.json`);
      assert.deepEqual(
        [status["state"], status["reason"]],
        ["planned", "Nothing would be written; the batch's mode was plan."],
      );
      assert.match(String(status["fix"]), fix);
      const page = blobs.batches.text(`${batch}/report.html`);
      assert.doesNotMatch(page, /Would be written/);
      assert.match(page, /planned: nothing would be written/);
    }
  });

  it("says that a guard would hold it", async () => {
    const { message, blobs, deliver } = begin("plan");
    await deliver(message);
    const { state, fix } = blobs.batches.json("leavers/status.json");
    assert.equal(state, "planned");
    assert.match(String(fix), /would be held: .+ MAX_DISABLES_PER_BATCH allows 3/);
  });
});
