import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { rerun } from "../../../shared/batches/undo/rerun.ts";
import type { MemoryBlobs } from "../memory-blobs.ts";
import { answer } from "../small-directory.ts";
import { jobOn, runAndJournal, stagedRows, takeQueued } from "../undo/jobs.ts";
import { eventOf, openWorkshop, shardRows, type Workshop } from "../workshop.ts";

class Killed extends Error {}

const LEAVERS = 40;

/** Two pieces: leavers, rows of two lists, and plain rows. */
const content = [
  "operation,user,group,member,city",
  ...Array.from({ length: 1_100 }, (_, at) => {
    if (at % 27 === 0) return `offboard,user${(at / 27) % LEAVERS}@contoso.com,,,`;
    if (at % 27 === 1) return `group.set-members,,Group ${at % 2},user${at % 90}@contoso.com,`;
    return `user.update,user${100 + at}@contoso.com,,,Oslo`;
  }),
  "",
].join("\n");

function begin(): Workshop {
  const workshop = openWorkshop();
  const { directory } = workshop;
  for (let at = 0; at < 1_300; at++) directory.addUser(`user${at}@contoso.com`);
  const users = [...directory.users.keys()];
  for (const name of ["Group 0", "Group 1"]) {
    const members = directory.members.get(directory.addGroup(name))!;
    for (const user of users.slice(0, 60)) members.add(user);
  }
  return workshop;
}

/** What must be the same however often it was cut off. */
const stable = (blobs: MemoryBlobs): Record<string, string> =>
  Object.fromEntries(
    [...blobs.blobs.keys()]
      .filter((path) => /\/(expanded\/.*|expanded\.json|shards\/\d+\.jsonl)$/.test(path))
      .map((path) => [path, blobs.text(path)]),
  );

describe("an input that expands", () => {
  it("is expanded the same wherever it is killed", async () => {
    const whole = begin();
    let changes = 0;
    whole.blobs.batches.before = () => void (changes += 1);
    await whole.drop("mixed.csv", content);
    const expected = stable(whole.blobs.batches);
    assert.equal(Object.keys(expected).filter((path) => path.includes("/expanded/0")).length, 2);
    assert.equal(Object.keys(expected).filter((path) => path.includes("/wanted-")).length, 2);
    for (let kill = 1; kill <= changes; kill++) {
      const { blobs, batches, deliver } = begin();
      const written = await blobs.inbox.write("mixed.csv", content);
      const event = eventOf("mixed.csv", written!.etag);
      let left = kill;
      blobs.batches.before = () => {
        left -= 1;
        if (left <= 0) throw new Killed();
      };
      await batches
        .accept(event, { messageId: "1", deadlineMs: Infinity })
        .catch((error: unknown) => assert.ok(error instanceof Killed));
      left = Infinity;
      for (const each of Object.values(blobs)) each.expireLeases();
      await deliver(event);
      assert.deepEqual(stable(blobs.batches), expected);
    }
  });

  it("is expanded piece by piece if each delivery has time for one only", async () => {
    const whole = begin();
    await whole.drop("mixed.csv", content);
    const { blobs, batches } = begin();
    const written = await blobs.inbox.write("mixed.csv", content);
    const event = eventOf("mixed.csv", written!.etag);
    let deliveries = 0;
    for (;;) {
      deliveries += 1;
      const { state } = await batches.accept(event, { messageId: "1", deadlineMs: 0 });
      if (state === "done") break;
    }
    assert.ok(deliveries >= 5, `it took ${deliveries} deliveries`);
    assert.deepEqual(stable(blobs.batches), stable(whole.blobs.batches));
  });

  it("is refused whole if it has more parts than a batch may have", async () => {
    const workshop = openWorkshop({ limits: { rows: 3 } });
    const { directory, blobs } = workshop;
    const ann = directory.addUser("ann@contoso.com");
    for (const name of ["A", "B"]) directory.members.get(directory.addGroup(name))?.add(ann);
    const rows = [{ operation: "offboard", user: ann }];
    const { outcome } = await workshop.deliver({ version: 1, batch: "many", mode: "apply", rows });
    assert.equal(outcome, "refused");
    assert.equal(workshop.refused("many")["code"], "TOO_MANY_ROWS");
    assert.equal(blobs.batches.blobs.has("many/plan.json"), false);
  });

  it("is expanded again by a rerun, as far as it could not be before", async () => {
    const workshop = openWorkshop();
    const { directory, blobs } = workshop;
    const [ann, bo] = ["ann", "bo"].map((name) => directory.addUser(`${name}@contoso.com`));
    const group = directory.addGroup("Sales");
    directory.members.get(group)?.add(ann!).add(bo!);
    directory.intercept = (url) =>
      url.startsWith(`/users/${ann}/memberOf`) ? answer(403, {}) : undefined;
    const rows = [ann, bo].map((user) => ({ operation: "offboard", user }));
    await workshop.deliver({ version: 1, batch: "left", mode: "apply", rows });
    await runAndJournal(workshop, "left");
    directory.intercept = () => undefined;
    const { batch } = await rerun(workshop.ports, jobOn(workshop, "left"));
    assert.deepEqual(stagedRows(workshop, batch), [
      { originalRow: 1, inputRow: 1, operation: "offboard", user: ann },
    ]);
    await takeQueued(workshop);
    assert.deepEqual(
      shardRows(blobs.batches, batch).map(({ operation, write }) => [operation, write?.target]),
      [
        ["user.disable", { user: ann }],
        ["user.revoke-sessions", { user: ann }],
        ["group.remove-member", { group, member: ann }],
      ],
    );
  });
});
