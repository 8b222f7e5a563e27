import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";

import { OperatorError } from "../../../shared/core/errors.ts";
import { home } from "../workshop.ts";
import { type Desk, openDesk } from "./desk.ts";

let desk: Desk;
beforeEach(() => {
  desk = openDesk();
});

describe("an approval of a held batch", () => {
  it("releases this batch once: a marker with the instant of the release, and a ring", async () => {
    await desk.submit();
    assert.equal(desk.status()["state"], "held");
    assert.deepEqual(desk.notes(), [`${home}/held/leavers`]);
    desk.rings.length = 0;
    const made = await desk.say(desk.approve());
    assert.equal(made.outcome, "applied");
    const [approval] = desk.control().approved;
    assert.equal(approval?.digest, desk.digest());
    assert.deepEqual(desk.markers(), [`${home}/queue/1-${approval?.at}-leavers`]);
    assert.equal(desk.status()["state"], "running");
    assert.deepEqual(
      { ...(desk.status()["verdicts"] as object) },
      { done: 0, unchanged: 0, skipped: 0, failed: 0, held: 0, pending: 11 },
    );
    assert.deepEqual(desk.rings, [home]);
    assert.deepEqual(desk.notes(), []);
    const [event] = desk.named("decision.applied");
    assert.deepEqual(event, {
      event: "decision.applied",
      decisionId: "decision-1",
      decision: "approve",
      tenant: home,
      batch: "leavers",
      by: "queue",
    });
  });

  it("raises nothing for others: the next batch over the cap is held", async () => {
    await desk.submit();
    await desk.say(desk.approve());
    await desk.deliver({ version: 1, batch: "more", mode: "apply", rows: desk.rows });
    assert.equal(desk.blobs.batches.json("more/status.json")["state"], "held");
  });

  it("has no effect a second time, and says so", async () => {
    await desk.submit();
    const message = desk.approve();
    await desk.say(message);
    const before = JSON.stringify(desk.control());
    desk.rings.length = 0;
    assert.equal((await desk.say(message)).reason, "duplicate");
    assert.equal(
      (await desk.say(desk.approve({ decisionId: "decision-2" }))).reason,
      "other-state",
    );
    assert.equal(desk.control().approved.length, 1);
    assert.equal(desk.control().decisions.length, 2);
    assert.notEqual(JSON.stringify(desk.control()), before);
    assert.deepEqual(desk.rings, []);
    assert.equal(desk.named("decision.ignored").length, 2);
  });

  it("is continued wherever it stopped, whatever step that was", async () => {
    const away = new OperatorError("STORAGE_UNAVAILABLE", "x", { fix: "", disposition: "retry" });
    let isWhole = false;
    for (let survived = 0; !isWhole; survived++) {
      desk = openDesk();
      await desk.submit();
      const message = desk.approve();
      let left = survived;
      const dying = (): void => {
        if (left-- <= 0) throw away;
      };
      desk.blobs.batches.before = dying;
      desk.blobs.runner.before = dying;
      isWhole = await desk.say(message).then(
        () => true,
        () => false,
      );
      desk.blobs.batches.before = () => undefined;
      desk.blobs.runner.before = () => undefined;
      await desk.say(message);
      assert.equal(desk.control().approved.length, 1);
      assert.equal(desk.control().decisions.length, 1);
      assert.equal(desk.markers().length, 1);
      assert.equal(desk.status()["state"], "running");
      assert.deepEqual(desk.notes(), []);
      assert.equal(desk.named("decision.applied").length, 1);
      assert.ok(!isWhole || survived >= 5, "each step was tried");
    }
  });

  it("finds the file run by another batch, and releases nothing", async () => {
    const file = "staged/leavers.csv";
    const csv = `operation,user\n${desk.rows.map(({ user }) => `user.delete,${user}\n`).join("")}`;
    await desk.blobs.inbox.write(file, csv);
    await desk.deliver({ version: 1, batch: "leavers", mode: "apply", file });
    await desk.deliver({ version: 1, batch: "other", mode: "apply", file });
    assert.equal(desk.blobs.batches.json("other/status.json")["state"], "held");
    assert.equal((await desk.say(desk.approve())).outcome, "applied", "the claim is taken back");
    const second = String(desk.blobs.batches.json("other/plan.json")["digest"]);
    const late = desk.approve({ decisionId: "decision-2", batch: "other", plan: second });
    assert.equal((await desk.say(late)).reason, "file-taken");
    const other = desk.control("other");
    assert.deepEqual(other.approved, []);
    assert.match(other.decisions[0]?.why ?? "", /leavers/);
    assert.equal(desk.markers().length, 1);
  });
});

describe("an approval of a batch that was only planned", () => {
  it("applies it under its own name, and a repeated message of it holds nothing", async () => {
    await desk.submit("plan");
    assert.equal(desk.status()["state"], "planned");
    assert.equal((await desk.say(desk.approve({ expects: "planned" }))).outcome, "applied");
    assert.equal(desk.status()["state"], "running");
    await desk.submit("plan");
    assert.equal(desk.status()["state"], "running");
    assert.equal(desk.markers().length, 1);
  });
});
