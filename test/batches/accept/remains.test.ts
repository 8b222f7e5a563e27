import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { eventOf, openWorkshop, type Workshop } from "../workshop.ts";

const ann = "ann@contoso.com";
const bob = "bob@contoso.com";
const message = (user: string) => ({
  version: 1,
  batch: "leavers",
  mode: "apply",
  operation: "user.disable",
  rows: [{ user }],
});

function begin(): Workshop {
  const workshop = openWorkshop();
  for (const user of [ann, bob]) workshop.directory.addUser(user);
  return workshop;
}

/** What the runner leaves of a batch: a journal in which every row is done. */
const JOURNAL = `{"t":"receipt","post":"p","at":"2026-01-01T00:00:00.000Z","rows":[{"row":1,"verdict":"done"}]}\n`;

/** A batch that has run, of which a lifecycle rule has deleted what `isGone` says. */
async function runAndLose(
  { blobs, deliver, runAll }: Workshop,
  isGone: (path: string) => boolean,
): Promise<void> {
  await deliver(message(ann));
  await runAll("leavers");
  await blobs.batches.write("leavers/journal/00001.jsonl", JOURNAL);
  for (const path of blobs.runner.blobs.keys()) await blobs.runner.delete(path);
  for (const path of blobs.batches.blobs.keys()) if (isGone(path)) await blobs.batches.delete(path);
}

const remains: Readonly<Record<string, (path: string) => boolean>> = {
  "only its manifest, the oldest of its blobs, is gone": (path) => path.endsWith("/batch.json"),
  "only its journal is left": (path) => !path.includes("/journal/"),
  "only its last status is left": (path) => !path.endsWith("/status.json"),
};

describe("the remains of a batch whose manifest is gone", () => {
  for (const [what, isGone] of Object.entries(remains)) {
    it(`keep its name from another batch, which would take them for its own work: ${what}`, async () => {
      const workshop = begin();
      await runAndLose(workshop, isGone);
      const before = [...workshop.blobs.batches.blobs.keys()];
      const { outcome, folder = "" } = await workshop.deliver(message(bob), "m-2");
      assert.equal(outcome, "refused");
      assert.match(folder, /^leavers\/conflicts\/[0-9a-f]{8}$/);
      const { code, what: said } = workshop.refused(folder);
      assert.deepEqual([code, /older batch/.test(String(said))], ["BATCH_NAME_TAKEN", true]);
      const after = [...workshop.blobs.batches.blobs.keys()];
      assert.deepEqual(
        after.filter((path) => !path.includes("/conflicts/")),
        before,
        "what is left is left alone",
      );
      assert.deepEqual([...workshop.blobs.runner.blobs.keys()], [], "nothing is handed over");
    });
  }

  it("keep a file that is still in inbox from running again, by the sweep or by an event", async () => {
    const { blobs, batches, deliver, drop, queued, runAll } = begin();
    const folder = await drop("user.disable/leavers.csv", `user\n${ann}\n`);
    await runAll(folder);
    for (const path of blobs.runner.blobs.keys()) await blobs.runner.delete(path);
    await blobs.batches.delete(`${folder}/batch.json`);
    assert.deepEqual(await batches.sweepInbox(), { inboxFiles: 0 });
    const { etag } = blobs.inbox.blobs.get("user.disable/leavers.csv")!;
    const { outcome } = await deliver(eventOf("user.disable/leavers.csv", etag), "m-2");
    assert.equal(outcome, "repeated");
    assert.deepEqual([queued, [...blobs.runner.blobs.keys()]], [[], []]);
  });

  it("get the refusal of a message that was given up beside them", async () => {
    const workshop = begin();
    await runAndLose(workshop, (path) => path.endsWith("/batch.json"));
    await workshop.batches.settlePoison("accept", message(bob), "m-2");
    assert.ok(!workshop.blobs.batches.blobs.has("leavers/refused.json"));
    assert.equal(workshop.blobs.batches.json("leavers/status.json")["state"], "finished");
  });

  it("are no obstacle once they are deleted", async () => {
    const workshop = begin();
    await runAndLose(workshop, () => true);
    assert.equal((await workshop.deliver(message(bob), "m-2")).outcome, "accepted");
  });

  it("do not include what an attempt leaves that ended before it took the name", async () => {
    const { blobs, deliver } = begin();
    const broken = { ...message(bob), rows: [{ user: "nobody" }] };
    assert.equal((await deliver(broken)).outcome, "refused");
    await blobs.batches.write("leavers/problem.json", "{}");
    await blobs.batches.delete("leavers/refused.json");
    await blobs.batches.delete("leavers/status.json");
    assert.equal((await deliver(message(bob), "m-2")).outcome, "accepted");
  });
});
