import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { systemClock } from "../../../shared/core/clock.ts";
import { eventOf, home, openWorkshop, other, type Workshop } from "../workshop.ts";

const ann = "ann@contoso.com";
const leavers = {
  version: 1,
  batch: "leavers",
  mode: "apply",
  operation: "user.disable",
  rows: [{ user: ann }],
};

class Killed extends Error {}

/** A workshop whose clock can be moved. */
function begin(): Workshop & { later: (minutes: number) => void } {
  let offsetMs = 0;
  const clock = { ...systemClock, now: () => Date.now() + offsetMs };
  const workshop = openWorkshop({ clock });
  workshop.directory.addUser(ann);
  return Object.assign(workshop, {
    later: (minutes: number) => {
      offsetMs += minutes * 60_000;
    },
  });
}

/** Accepts a message that is killed before it writes such a path, and is then lost. */
async function loseBefore(
  { blobs, batches }: Workshop,
  what: RegExp,
  message: object = leavers,
): Promise<void> {
  const stop = (_change: string, path: string): void => {
    if (what.test(path)) throw new Killed();
  };
  for (const each of [blobs.batches, blobs.runner]) each.before = stop;
  const lost = batches.accept(message, { messageId: "1", deadlineMs: Infinity });
  await assert.rejects(lost, Killed);
  for (const each of [blobs.batches, blobs.runner]) {
    each.before = () => undefined;
    each.expireLeases();
  }
}

const stalled = ({ events }: Workshop) => events.filter(({ event }) => event === "batch.stalled");

describe("the sweep finds an accepted batch whose message was lost", () => {
  for (const [when, what] of Object.entries({
    "before its plan": /shards\/00001\.jsonl$/,
    "before its plan was handed over": /\/queue\/.+-leavers$/,
  })) {
    it(`${when}, and resumes it`, async () => {
      const workshop = begin();
      const { batches, blobs, queued, deliver, later } = workshop;
      await loseBefore(workshop, what);
      assert.equal(blobs.batches.json("leavers/status.json")["state"], "accepted");
      await batches.sweepInbox();
      assert.deepEqual(queued, [], "it may still be at work");
      later(11);
      await batches.sweepInbox();
      assert.equal(queued.length, 1);
      assert.deepEqual(stalled(workshop), [
        { event: "batch.stalled", batch: "leavers", tenant: home, minutes: 11 },
      ]);
      assert.deepEqual(await deliver(queued[0]), {
        state: "done",
        outcome: "accepted",
        folder: "leavers",
      });
      assert.ok([...blobs.runner.blobs.keys()].some((path) => /\/queue\/.+-leavers$/.test(path)));
      queued.length = 0;
      later(60);
      await batches.sweepInbox();
      assert.deepEqual(queued, [], "it waits for its turn");
      await workshop.runAll("leavers");
      for (const path of blobs.runner.blobs.keys()) await blobs.runner.delete(path);
      await batches.sweepInbox();
      assert.deepEqual(queued, [], "it has ended");
    });
  }

  it("keeps mappings from being deleted as old files, and only those of folders", async () => {
    const workshop = begin();
    const { inbox } = workshop.blobs;
    for (const path of ["hr/mapping.json", "staged/x/mapping.json"]) await inbox.write(path, "{}");
    const etags = () => [...inbox.blobs.values()].map(({ etag }) => etag);
    const [own, staged] = etags();
    workshop.later(11 * 60);
    await workshop.batches.sweepInbox();
    assert.deepEqual(etags(), [own, staged]);
    workshop.later(60);
    assert.deepEqual(await workshop.batches.sweepInbox(), { inboxFiles: 0 });
    const [renewed, left] = etags();
    assert.notEqual(renewed, own);
    assert.deepEqual([left, inbox.text("hr/mapping.json")], [staged, "{}"]);
  });

  it("but not while its plan still grows, however long that takes", async () => {
    const workshop = begin();
    const { batches, blobs, queued, later } = workshop;
    await loseBefore(workshop, /plan\.json$/);
    later(30);
    const shard = blobs.batches.blobs.get("leavers/shards/00001.jsonl")!;
    shard.lastModifiedMs += 25 * 60_000;
    await batches.sweepInbox();
    assert.deepEqual([queued, stalled(workshop)], [[], []]);
    later(6);
    await batches.sweepInbox();
    assert.equal(queued.length, 1);
    assert.deepEqual(stalled(workshop)[0], {
      event: "batch.stalled",
      batch: "leavers",
      tenant: home,
      minutes: 36,
    });
  });

  it("in another tenant, and from a file", async () => {
    const workshop = begin();
    const { batches, blobs, queued, deliver, later } = workshop;
    await blobs.inbox.write("staged/x.csv", `user\n${ann}\n`);
    const { rows: _rows, ...named } = leavers;
    const message = { ...named, tenant: other, file: "staged/x.csv" };
    await loseBefore(workshop, /shards\/00001\.jsonl$/, message);
    later(11);
    await batches.sweepInbox();
    assert.equal(queued.length, 1);
    assert.equal((await deliver(queued[0])).folder, `${other}/leavers`);
    assert.equal(blobs.runner.blobs.size, 1);
  });

  it("with its rows, and refuses it, so that its name is free again", async () => {
    const workshop = begin();
    const { batches, queued, deliver, later, refused } = workshop;
    await loseBefore(workshop, /^leavers\/input$/);
    later(11);
    await batches.sweepInbox();
    assert.equal((await deliver(queued[0])).outcome, "refused");
    assert.equal(refused("leavers")["code"], "MESSAGE_LOST");
    assert.equal((await deliver(leavers)).outcome, "accepted");
  });

  it("and does not queue more and more messages while it cannot be planned", async () => {
    const workshop = begin();
    const { batches, directory, queued, later } = workshop;
    await loseBefore(workshop, /shards\/00001\.jsonl$/);
    later(11);
    await batches.sweepInbox();
    directory.intercept = () => ({ status: 503, headers: {}, body: {}, requestId: "r" });
    const { blobs } = workshop;
    const lock = await blobs.batches.acquireLease("leavers/lock");
    const result = await batches.accept(queued[0], { messageId: "2", deadlineMs: Infinity });
    assert.equal(result.state, "done", "the next sweep asks again");
    await lock?.release();
  });

  it("but leaves batches alone that have ended, were refused or only claim a file", async () => {
    const workshop = begin();
    const { batches, blobs, queued, deliver, drop, later } = workshop;
    await deliver({ ...leavers, batch: "planned", mode: "plan" });
    await deliver({ ...leavers, batch: "refused", rows: [{ user: "nobody at all" }] });
    await drop("user.disable/x.csv", `user\n${ann}\n`);
    await blobs.inbox.write("leavers.csv", `user\n${ann}\n`);
    const { rows: _rows, ...named } = leavers;
    await deliver({ ...named, file: "leavers.csv" });
    later(600);
    await batches.sweepInbox();
    assert.deepEqual([queued, stalled(workshop)], [[], []]);
  });
});

describe("a file that is still being appended to", () => {
  it("is taken once it is whole: unchanged for ten minutes, by the sweep", async () => {
    const workshop = begin();
    const { batches, blobs, deliver, queued, later } = workshop;
    const path = "user.disable/x.csv";
    blobs.inbox.growing.add(path);
    const half = await blobs.inbox.write(path, "user\n");
    const event = eventOf(path, half!.etag);
    assert.deepEqual(await deliver(event), { state: "done", outcome: "ignored" });
    await blobs.inbox.write(path, `user\n${ann}\n`);
    assert.deepEqual(await batches.sweepInbox(), { inboxFiles: 0 });
    later(11);
    assert.deepEqual(await batches.sweepInbox(), { inboxFiles: 1 });
    assert.equal((await deliver(queued[0])).outcome, "accepted");
  });

  it("keeps the message that names it waiting", async () => {
    const workshop = begin();
    const { batches, blobs, deliver, later } = workshop;
    blobs.inbox.growing.add("staged/x.csv");
    await blobs.inbox.write("staged/x.csv", `user\n${ann}\n`);
    const { rows: _rows, ...named } = leavers;
    const message = { ...named, file: "staged/x.csv" };
    const result = await batches.accept(message, { messageId: "1", deadlineMs: Infinity });
    assert.deepEqual(result, {
      state: "again",
      delaySeconds: 60,
      reason: "the file is still being appended to",
    });
    later(11);
    assert.equal((await deliver(message)).outcome, "accepted");
  });
});

describe("the sweep's cost", () => {
  it("is a listing: no blob is read for a file or a batch that needs nothing", async () => {
    const workshop = begin();
    const { batches, blobs, drop, later } = workshop;
    for (let at = 0; at < 40; at++) await drop(`user.disable/x${at}.csv`, `user\n${ann}\n`);
    later(60);
    await batches.sweepInbox();
    let reads = 0;
    for (const each of Object.values(blobs)) {
      const read = each.read.bind(each);
      each.read = (path) => {
        reads += path.includes("/queue/") ? 0 : 1;
        return read(path);
      };
    }
    assert.deepEqual(await batches.sweepInbox(), { inboxFiles: 0 });
    assert.equal(reads, 0);
  });
});
