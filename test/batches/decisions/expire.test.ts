import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { systemClock } from "../../../shared/core/clock.ts";
import { type Desk, openDesk, other } from "./desk.ts";

const DAY = 24 * 60 * 60_000;

/** A desk whose clock can be moved. */
function begin(): Desk & { later: (days: number) => void } {
  let offsetMs = 0;
  const desk = openDesk({ clock: { ...systemClock, now: () => Date.now() + offsetMs } });
  return Object.assign(desk, {
    later: (days: number) => {
      offsetMs += days * DAY;
    },
  });
}

describe("a batch about which nobody decides", () => {
  for (const mode of ["apply", "plan"] as const) {
    it(`in mode ${mode} is cancelled after fourteen days, once, and says why`, async () => {
      const desk = begin();
      await desk.submit(mode);
      desk.later(13.9);
      await desk.batches.expireHeld();
      assert.deepEqual(desk.summons(), []);
      desk.later(0.2);
      desk.rings.length = 0;
      await desk.batches.expireHeld();
      assert.equal(desk.summons().length, 1);
      assert.equal(desk.rings.length, 1);
      await desk.batches.finishBatch("leavers", async () => new Map());
      assert.equal(desk.status()["state"], "cancelled");
      assert.match(String(desk.status()["reason"]), /rejected by the policy .* for 14 days/);
      assert.deepEqual(desk.notes(), []);
      await desk.batches.expireHeld();
      assert.equal(desk.control().decisions.length, 1);
      assert.equal(desk.named("decision.applied").length, 1);
    });
  }

  it("is ended also if the runner that was called never came", async () => {
    const desk = begin();
    await desk.submit();
    desk.later(15);
    await desk.batches.expireHeld();
    for (const path of desk.markers()) await desk.blobs.runner.delete(path);
    await desk.batches.expireHeld();
    assert.equal(desk.summons().length, 1);
    assert.equal(desk.control().decisions.length, 1);
  });

  it("is left alone once it was approved, and its note goes", async () => {
    const desk = begin();
    await desk.submit();
    await desk.say(desk.approve());
    await desk.blobs.runner.write(`${desk.ports.settings.homeTenant}/held/leavers`, "");
    desk.later(15);
    await desk.batches.expireHeld();
    assert.equal(desk.control().standing, "open");
    assert.deepEqual(desk.notes(), []);
  });
});

describe("a paused batch", () => {
  it("is not taken for one that stalls, however long it is paused", async () => {
    const desk = begin();
    await desk.submit("apply", desk.rows.slice(0, 2));
    await desk.say(other({ decision: "pause", expects: "accepted" }));
    // What the runner does: it says so, and deletes the markers.
    const paused = { ...desk.status(), state: "paused" };
    await desk.blobs.batches.write("leavers/status.json", JSON.stringify(paused));
    for (const path of desk.markers()) await desk.blobs.runner.delete(path);
    desk.later(30);
    await desk.batches.sweepInbox();
    assert.deepEqual([desk.queued, desk.named("batch.stalled")], [[], []]);
  });
});
