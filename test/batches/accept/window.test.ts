import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { decide } from "../../../shared/batches/decisions/decide.ts";
import { systemClock } from "../../../shared/core/clock.ts";
import { decision } from "../../records/decisions.ts";
import { home, openWorkshop, type Workshop } from "../workshop.ts";

const ann = "ann@contoso.com";
const hours = (count: number): string => new Date(Date.now() + count * 3_600_000).toISOString();

/** A workshop whose clock can be moved, and a message with a window. */
function begin(window: object, rows = 1) {
  let offsetMs = 0;
  const clock = { ...systemClock, now: () => Date.now() + offsetMs };
  const workshop = openWorkshop({ clock });
  const users = [ann, ...Array.from({ length: rows - 1 }, (_, at) => `user${at}@contoso.com`)];
  for (const user of users) workshop.directory.addUser(user);
  const message = {
    version: 1,
    batch: "leavers",
    mode: "apply",
    operation: "user.delete",
    rows: users.map((user) => ({ user })),
    ...window,
  };
  return {
    ...workshop,
    message,
    later: (count: number) => {
      offsetMs += count * 3_600_000;
    },
  };
}

const under = ({ blobs }: Workshop, folder: string): string[] =>
  [...blobs.runner.blobs.keys()].filter((path) => path.startsWith(`${home}/${folder}/`));

describe("a batch with a window", () => {
  it("is handed to the runner once its window has begun, by the sweep, and not before", async () => {
    const workshop = begin({ notBefore: hours(2) });
    await workshop.deliver(workshop.message);
    assert.deepEqual([under(workshop, "queue"), workshop.rings], [[], []]);
    const { state, reason } = workshop.blobs.batches.json("leavers/status.json");
    assert.equal(state, "accepted");
    assert.match(String(reason), /lets it write from .*Z on \(notBefore\)/);
    await workshop.batches.sweepInbox();
    assert.deepEqual(under(workshop, "queue"), []);
    workshop.later(3);
    await workshop.batches.sweepInbox();
    assert.equal(under(workshop, "queue").length, 1);
    assert.deepEqual([under(workshop, "later"), workshop.rings], [[], [home]]);
  });

  it("is not taken for a batch whose message was lost while it waits", async () => {
    const workshop = begin({ notBefore: hours(30) });
    await workshop.deliver(workshop.message);
    workshop.later(20);
    await workshop.batches.sweepInbox();
    assert.deepEqual(workshop.queued, []);
    await workshop.deliver(workshop.message, "m-2");
    assert.deepEqual([under(workshop, "queue"), under(workshop, "later").length], [[], 1]);
  });

  it("is handed over also if the note of its window is damaged", async () => {
    const workshop = begin({ notBefore: hours(2) });
    await workshop.deliver(workshop.message);
    const [note = ""] = under(workshop, "later");
    await workshop.blobs.runner.write(note, "{");
    workshop.later(3);
    // The sweep goes on without it, and finds next time that nobody was told of the batch.
    await workshop.batches.sweepInbox();
    await workshop.batches.sweepInbox();
    await workshop.deliver(workshop.queued[0], "m-2");
    assert.deepEqual([under(workshop, "later"), under(workshop, "queue").length], [[], 1]);
  });

  it("goes in its window's order, after a process that was killed while it brought the batch too", async () => {
    const workshop = begin({ notBefore: hours(1), priority: "urgent" });
    await workshop.deliver(workshop.message);
    workshop.later(2);
    workshop.blobs.runner.before = (change) => {
      if (change === "delete") throw new Error("killed");
    };
    await assert.rejects(workshop.batches.sweepInbox(), /killed/);
    workshop.blobs.runner.before = () => undefined;
    await workshop.batches.sweepInbox();
    const [marker = "", ...more] = under(workshop, "queue");
    assert.deepEqual(more, []);
    const notBefore = String(workshop.blobs.batches.json("leavers/batch.json")["notBefore"]);
    assert.equal(marker, `${home}/queue/0-${notBefore}-leavers`);
  });

  it("waits for it also if it was approved before", async () => {
    const workshop = begin({ notBefore: hours(1) }, 11);
    await workshop.deliver(workshop.message);
    const plan = String(workshop.blobs.batches.json("leavers/plan.json")["digest"]);
    const expires = hours(0.5);
    const { outcome } = await decide(workshop.ports, decision({ tenant: home, plan, expires }));
    assert.equal(outcome, "applied");
    assert.deepEqual([under(workshop, "queue"), under(workshop, "later").length], [[], 1]);
  });

  it("is refused if its end is not after its beginning, or an instant is none", async () => {
    for (const window of [
      { notBefore: hours(2), notAfter: hours(1) },
      { notBefore: "tomorrow" },
      { notAfter: "2026-11-21 02:00" },
      { notAfter: "2026-13-21T02:00:00Z" },
      { notAfter: "2027-02-30T02:00:00Z" },
    ]) {
      const workshop = begin(window);
      const { outcome } = await workshop.deliver(workshop.message);
      assert.equal(outcome, "refused", JSON.stringify(window));
    }
  });

  it("keeps its instants in UTC, however their zone was written", async () => {
    const workshop = begin({ notBefore: "2026-01-01T02:00:00+02:00", notAfter: hours(1) });
    await workshop.deliver(workshop.message);
    const { notBefore } = workshop.blobs.batches.json("leavers/batch.json");
    assert.equal(notBefore, "2026-01-01T00:00:00.000Z");
    assert.equal(under(workshop, "queue").length, 1);
  });
});
