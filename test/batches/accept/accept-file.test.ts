import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { heldBlob } from "../../../shared/records/paths.ts";
import { capsWith } from "../../guards/caps.ts";
import { eventOf, home, openWorkshop, settings, type Workshop } from "../workshop.ts";

const ann = "ann@contoso.com";
const rows = `user\n${ann}\n`;

function begin(): Workshop {
  const workshop = openWorkshop();
  workshop.directory.addUser(ann);
  return workshop;
}

const batchesOf = ({ blobs }: Workshop): string[] =>
  [...blobs.batches.blobs.keys()].filter((path) => path.endsWith("/plan.json"));

describe("a file in inbox", () => {
  it("is a batch named after path and version: a repeated event is the same, a new upload another", async () => {
    const workshop = begin();
    const { blobs, deliver } = workshop;
    const first = await blobs.inbox.write("user.disable/leavers.csv", rows);
    const event = eventOf("user.disable/leavers.csv", first!.etag);
    const { folder } = await deliver(event);
    assert.match(folder ?? "", /^user\.disable-leavers-[0-9a-f]{12}$/);
    await deliver([event], "m-2");
    assert.equal(batchesOf(workshop).length, 1);
    const second = await blobs.inbox.write("user.disable/leavers.csv", rows);
    const next = await deliver(eventOf("user.disable/leavers.csv", second!.etag));
    assert.notEqual(next.folder, folder);
    assert.equal(batchesOf(workshop).length, 2);
  });

  for (const path of ["plan/user.disable/a.csv", "Plan/user.disable/a.csv"]) {
    it(`is only planned in the folder plan: ${path}`, async () => {
      const { blobs, drop, rings } = begin();
      const folder = await drop(path, rows);
      assert.equal(blobs.batches.json(`${folder}/status.json`)["state"], "planned");
      assert.equal(blobs.batches.json(`${folder}/batch.json`)["operation"], "user.disable");
      assert.deepEqual([rings, [...blobs.runner.blobs.keys()]], [[], [heldBlob(home, folder)]]);
    });
  }

  it("is applied in a folder plan that is not the first, and in one that only begins so", async () => {
    const { blobs, drop } = begin();
    for (const path of ["hr/plan/user.disable/a.csv", "plans/user.disable/a.csv"]) {
      const folder = await drop(path, rows);
      assert.equal(blobs.batches.json(`${folder}/batch.json`)["mode"], "apply");
    }
  });

  it("is only planned wherever it is, with INBOX_MODE plan", async () => {
    const workshop = openWorkshop({ settings: { ...settings, inboxMode: "plan" } });
    workshop.directory.addUser(ann);
    const folder = await workshop.drop("user.disable/leavers.csv", rows);
    assert.equal(workshop.blobs.batches.json(`${folder}/status.json`)["state"], "planned");
  });

  it("is the same batch whether its event has the path as it is or percent-encoded", async () => {
    const workshop = begin();
    const { blobs, deliver } = workshop;
    const { etag } = (await blobs.inbox.write("user.disable/le avers.csv", rows))!;
    const first = await deliver(eventOf("user.disable/le%20avers.csv", etag));
    const second = await deliver(eventOf("user.disable/le avers.csv", etag), "m-2");
    assert.deepEqual([first.outcome, second.folder], ["accepted", first.folder]);
    assert.equal(batchesOf(workshop).length, 1);
  });

  it("is copied when it is accepted, whatever happens to it afterwards", async () => {
    const { blobs, deliver, drop } = begin();
    const folder = await drop("user.disable/leavers.csv", rows);
    const etag = blobs.inbox.blobs.get("user.disable/leavers.csv")!.etag;
    await blobs.inbox.delete("user.disable/leavers.csv");
    const again = await deliver(eventOf("user.disable/leavers.csv", etag));
    assert.equal(again.folder, folder);
    assert.equal(blobs.batches.text(`${folder}/input`), rows);
    assert.equal(blobs.batches.blobs.has(`${folder}/refused.json`), false);
  });

  it("that is deleted before it is read is refused, and says so", async () => {
    const { deliver, refused, rings } = begin();
    const { folder } = await deliver(eventOf("user.disable/leavers.csv", "0x8DE"));
    const note = refused(folder ?? "");
    assert.equal(note["code"], "FILE_NOT_FOUND");
    assert.equal(note["file"], "user.disable/leavers.csv");
    assert.match(String(note["fix"]), /Upload it.+Nothing of it was run/);
    assert.deepEqual(rings, []);
  });

  it("that is replaced before it is read is refused, and only the new version is run", async () => {
    const workshop = begin();
    const { blobs, deliver, refused } = workshop;
    const first = await blobs.inbox.write("user.disable/leavers.csv", `user\n${ann}\nx@y.z\n`);
    const second = await blobs.inbox.write("user.disable/leavers.csv", rows);
    const old = await deliver(eventOf("user.disable/leavers.csv", first!.etag));
    assert.equal(refused(old.folder ?? "")["code"], "FILE_CHANGED");
    assert.match(String(refused(old.folder ?? "")["fix"]), /newer file/);
    const next = await deliver(eventOf("user.disable/leavers.csv", second!.etag));
    assert.deepEqual(batchesOf(workshop), [`${next.folder}/plan.json`]);
  });

  it("that is replaced while it is read is refused, because only what was checked is copied", async () => {
    const workshop = begin();
    const { blobs, deliver, refused } = workshop;
    const first = await blobs.inbox.write("user.disable/leavers.csv", rows);
    blobs.batches.before = (_change, path) => {
      if (!path.endsWith("/batch.json")) return;
      blobs.batches.before = () => undefined;
      void blobs.inbox.write("user.disable/leavers.csv", `${rows}bob@contoso.com\n`);
    };
    const { folder, outcome } = await deliver(eventOf("user.disable/leavers.csv", first!.etag));
    assert.equal(outcome, "refused");
    assert.equal(refused(folder ?? "")["code"], "FILE_CHANGED");
    assert.deepEqual([batchesOf(workshop), workshop.rings], [[], []]);
  });

  it("that was refused stays refused when its event comes again", async () => {
    const { drop, deliver, events, blobs } = begin();
    const folder = await drop("leavers.csv", rows);
    const etag = blobs.inbox.blobs.get("leavers.csv")!.etag;
    const again = await deliver(eventOf("leavers.csv", etag));
    assert.deepEqual([again.outcome, again.folder, events.length], ["repeated", folder, 1]);
  });
});

describe("the sweep", () => {
  it("sends an event for every file without a batch, and none for the others", async () => {
    const workshop = begin();
    const { blobs, batches, queued, drop, deliver } = workshop;
    await drop("user.disable/taken.csv", rows);
    await drop("refused.csv", rows);
    await blobs.inbox.write("staged/later.csv", rows);
    await blobs.inbox.write("user.disable/lost 1.csv", rows);
    await blobs.inbox.write("user.disable/lost/2.csv", rows);
    assert.deepEqual(await batches.sweepInbox(), { inboxFiles: 2 });
    assert.equal(queued.length, 2);
    for (const text of queued) assert.equal((await deliver(text)).outcome, "accepted");
    assert.deepEqual(await batches.sweepInbox(), { inboxFiles: 0 });
    assert.equal(queued.length, 2);
    assert.equal(batchesOf(workshop).length, 3);
  });
});

describe("a file that a message names", () => {
  const message = { version: 1, batch: "leavers", mode: "apply", operation: "user.disable" };

  it("is run as the message's batch, and not as a batch of its own too", async () => {
    const workshop = begin();
    const { blobs, deliver, batches } = workshop;
    const written = await blobs.inbox.write("leavers.csv", rows);
    assert.equal((await deliver({ ...message, file: "leavers.csv" })).outcome, "accepted");
    const event = await deliver(eventOf("leavers.csv", written!.etag));
    assert.equal(event.outcome, "repeated");
    assert.equal(blobs.batches.blobs.has(`${event.folder}/refused.json`), false);
    assert.deepEqual(await batches.sweepInbox(), { inboxFiles: 0 });
    assert.deepEqual(batchesOf(workshop), ["leavers/plan.json"]);
    assert.deepEqual(blobs.batches.json(`${event.folder}/batch.json`)["source"], {
      kind: "claimed",
      by: "leavers",
      file: { path: "leavers.csv", etag: written!.etag },
    });
  });

  it("is not run again if it was run as a batch of its own", async () => {
    const workshop = begin();
    const folder = await workshop.drop("user.disable/leavers.csv", rows);
    const { outcome } = await workshop.deliver({ ...message, file: "user.disable/leavers.csv" });
    assert.equal(outcome, "refused");
    const note = workshop.refused("leavers");
    assert.equal(note["code"], "FILE_ALREADY_TAKEN");
    assert.match(String(note["what"]), new RegExp(`as batch ${folder}\\.`));
    assert.match(String(note["fix"]), /inbox\/staged\//);
    assert.deepEqual(batchesOf(workshop), [`${folder}/plan.json`]);
  });

  it("is free if its own batch was refused, or only planned", async () => {
    const workshop = begin();
    await workshop.drop("leavers.csv", rows);
    const planned = { ...message, batch: "look", mode: "plan", file: "leavers.csv" };
    assert.equal((await workshop.deliver(planned)).outcome, "accepted");
    const applied = { ...message, file: "leavers.csv" };
    assert.equal((await workshop.deliver(applied)).outcome, "accepted");
    const second = { ...message, batch: "twice", file: "leavers.csv" };
    assert.equal((await workshop.deliver(second)).outcome, "refused");
    assert.match(String(workshop.refused("twice")["what"]), /as batch leavers\./);
    const look = { ...planned, batch: "look-again" };
    assert.equal((await workshop.deliver(look)).outcome, "accepted");
    assert.deepEqual(workshop.rings.length, 1);
  });

  it("is free if a guard held its batch, because the fix is to send it again under a new name", async () => {
    const caps = { ...settings, capsFor: () => capsWith({ deletes: { perBatch: 0 } }) };
    const workshop = openWorkshop({ settings: caps });
    workshop.directory.addUser(ann);
    await workshop.blobs.inbox.write("staged/leavers.csv", rows);
    const file = { ...message, operation: "user.delete", file: "staged/leavers.csv" };
    await workshop.deliver(file);
    assert.equal(workshop.blobs.batches.json("leavers/status.json")["state"], "held");
    const again = { ...file, operation: "user.disable", batch: "leavers-2" };
    assert.equal((await workshop.deliver(again)).outcome, "accepted");
    const third = { ...file, operation: "user.disable", batch: "leavers-3" };
    assert.equal((await workshop.deliver(third)).outcome, "refused");
    assert.match(String(workshop.refused("leavers-3")["what"]), /as batch leavers-2\./);
  });

  it("in a folder that is staged/ but for capital letters is not run by itself either", async () => {
    const workshop = begin();
    const written = await workshop.blobs.inbox.write("Staged/user.delete/leavers.csv", rows);
    const event = await workshop.deliver(eventOf("Staged/user.delete/leavers.csv", written!.etag));
    assert.equal(event.outcome, "ignored");
  });

  it("in the folder staged/ is run by its message only", async () => {
    const workshop = begin();
    const written = await workshop.blobs.inbox.write("staged/leavers.csv", rows);
    const event = await workshop.deliver(eventOf("staged/leavers.csv", written!.etag));
    assert.equal(event.outcome, "ignored");
    const { outcome } = await workshop.deliver({ ...message, file: "staged/leavers.csv" });
    assert.equal(outcome, "accepted");
  });

  it("repeats the batch while the file is the same or gone; another file is another batch", async () => {
    const workshop = begin();
    const { blobs, deliver } = workshop;
    await blobs.inbox.write("staged/leavers.csv", rows);
    const sent = { ...message, file: "staged/leavers.csv" };
    await deliver(sent);
    assert.equal((await deliver(sent)).folder, "leavers");
    await blobs.inbox.delete("staged/leavers.csv");
    assert.equal((await deliver(sent)).folder, "leavers");
    await blobs.inbox.write("staged/leavers.csv", rows);
    assert.equal((await deliver(sent)).folder, "leavers", "the same rows, uploaded again");
    await blobs.inbox.write("staged/leavers.csv", `user\nbob@contoso.com\n`);
    const other = await deliver(sent);
    assert.equal(blobs.batches.json(`${other.folder}/refused.json`)["code"], "BATCH_NAME_TAKEN");
  });

  it("that begins with the container's name is told to leave it out", async () => {
    const workshop = begin();
    await workshop.blobs.inbox.write("staged/leavers.csv", rows);
    await workshop.deliver({ ...message, file: "inbox/staged/leavers.csv" });
    assert.equal(workshop.refused("leavers")["code"], "FILE_NOT_FOUND");
    assert.match(String(workshop.refused("leavers")["fix"]), /Leave out "inbox\/"/);
  });

  const wrong: readonly { when: string; more: object; code: string; says: RegExp }[] = [
    {
      when: "it does not exist",
      more: { file: "nothing.csv" },
      code: "FILE_NOT_FOUND",
      says: /no such file/,
    },
    {
      when: "its path holds ../",
      more: { file: "../batches/x.csv" },
      code: "FILE_NAME_INVALID",
      says: /\.\. step/,
    },
    {
      when: "its folder names another operation",
      more: { file: "user.delete/leavers.csv" },
      code: "MESSAGE_INVALID",
      says: /names user\.disable, the file's folder user\.delete/,
    },
  ];
  for (const { when, more, code, says } of wrong) {
    it(`is refused when ${when}, and the name is free for the next try`, async () => {
      const workshop = begin();
      await workshop.deliver({ ...message, ...more });
      assert.equal(workshop.refused("leavers")["code"], code);
      assert.match(String(workshop.refused("leavers")["what"]), says);
      await workshop.blobs.inbox.write("staged/x.csv", rows);
      const { outcome } = await workshop.deliver({ ...message, file: "staged/x.csv" });
      assert.equal(outcome, "accepted");
    });
  }
});
