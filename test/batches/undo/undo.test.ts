import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { MakeJob } from "../../../shared/batches/undo/job.ts";
import { undo } from "../../../shared/batches/undo/undo.ts";
import type { Decision } from "../../../shared/records/decisions/decision.ts";
import { openWorkshop, shardRows, type Workshop } from "../workshop.ts";
import { jobOn as rerunOn, runAndJournal, stagedRows, takeQueued } from "./jobs.ts";

const created = "0b0e5c0e-1111-4222-a333-444455556666";
const jobOn = (workshop: Workshop, folder: string, more: Partial<Decision> = {}): MakeJob =>
  rerunOn(workshop, folder, { decision: "undo", ...more });

interface Ids {
  readonly ann: string;
  readonly bob: string;
  readonly cid: string;
  readonly team: string;
}

/** A finished batch with a row of every kind; the failed and the unchanged one wrote nothing. */
async function finished(workshop: Workshop): Promise<Ids> {
  const { directory } = workshop;
  const ids = {
    ann: directory.addUser("ann@contoso.com", { city: "Oslo", department: "Sales", mail: null }),
    bob: directory.addUser("bob@contoso.com"),
    cid: directory.addUser("cid@contoso.com"),
    team: directory.addGroup("Team"),
  };
  const rows = [
    { operation: "user.update", user: "ann@contoso.com", city: "Ulm", department: null },
    { operation: "user.update", user: "ann@contoso.com", mail: "ann@contoso.com", jobTitle: "CEO" },
    { operation: "user.disable", user: "bob@contoso.com" },
    { operation: "user.update", user: "bob@contoso.com", accountEnabled: true },
    { operation: "user.create", userPrincipalName: "new@contoso.com", displayName: "New" },
    { operation: "group.add-member", group: "Team", member: "new@contoso.com" },
    { operation: "group.remove-member", group: "Team", member: ids.ann },
    { operation: "user.delete", user: "cid@contoso.com" },
    { operation: "user.enable", user: "nobody@contoso.com" },
  ];
  await workshop.deliver({ version: 1, batch: "movers", mode: "apply", rows: [...rows] });
  await runAndJournal(workshop, "movers", { 5: created, 6: created });
  return ids;
}

const open = (now = Date.parse("2026-11-22T00:00:00Z")): Workshop => {
  const { ports } = openWorkshop();
  return openWorkshop({
    clock: { ...ports.clock, now: () => now },
    settings: { ...ports.settings, maxInvalidRowsPercent: 50 },
  });
};

describe("undo", () => {
  it("makes a batch of the inverses, the last row first, and says what is not undone", async () => {
    const workshop = open();
    const { ann, bob, cid, team } = await finished(workshop);
    const { batch } = await undo(workshop.ports, jobOn(workshop, "movers"));
    assert.equal(batch, "movers-undo-1");
    const notKnown = [
      "Not undone: the values before are not kept any more.",
      "Set the properties by hand. Values are kept for as long as beforeRetentionDays in infra/main.bicepparam says.",
    ];
    assert.deepEqual(stagedRows(workshop, batch), [
      { originalRow: 8, operation: "user.restore", user: cid },
      { originalRow: 7, operation: "group.add-member", group: team, member: ann },
      { originalRow: 6, operation: "group.remove-member", group: team, member: created },
      {
        originalRow: 5,
        operation: "user.delete",
        user: created,
        onlyIf: {
          userPrincipalName: "new@contoso.com",
          displayName: "New",
          accountEnabled: true,
          mailNickname: "new",
        },
      },
      // The runner looks at rows that come after others just before it writes them; none ran here.
      { originalRow: 4, operation: "user.update", user: bob, notUndone: notKnown },
      { originalRow: 3, operation: "user.enable", user: bob, onlyIf: { accountEnabled: false } },
      { originalRow: 2, operation: "user.update", user: ann, notUndone: notKnown },
      {
        originalRow: 1,
        operation: "user.update",
        user: ann,
        city: "Oslo",
        department: "Sales",
        onlyIf: { city: "Ulm", department: null },
      },
    ]);
  });

  it("plans the new batch as every batch: rows whose user has changed since are spared and listed", async () => {
    const workshop = open();
    const { ann, bob } = await finished(workshop);
    const user = (id: string, more: object): void => {
      workshop.directory.users.set(id, { ...workshop.directory.users.get(id), ...more });
    };
    user(ann, { city: "Rome", department: null });
    user(bob, { accountEnabled: false });
    const { batch } = await undo(workshop.ports, jobOn(workshop, "movers"));
    await takeQueued(workshop);
    const rows = shardRows(workshop.blobs.batches, batch);
    const of = (at: number): unknown => rows[at]?.verdict ?? rows[at]?.write?.set;
    assert.equal(of(7), "skipped");
    assert.match(
      rows[7]?.reason ?? "",
      /Changed since by somebody: city\. Nothing was overwritten/,
    );
    assert.deepEqual(of(5), { accountEnabled: true });
    assert.deepEqual(
      [of(4), rows[4]?.reason],
      ["skipped", "Not undone: the values before are not kept any more."],
    );
    // Nobody created the user in this test.
    assert.match(rows[3]?.reason ?? "", /Changed since by somebody: the user is deleted/);
    const { columns } = workshop.blobs.batches.json(`${batch}/batch.json`);
    assert.deepEqual((columns as string[]).slice(0, 3), ["originalRow", "operation", "user"]);
    assert.ok(!(columns as string[]).includes("onlyIf"));
  });

  it("does not write a row if its user has the values from before already", async () => {
    const workshop = open();
    await finished(workshop);
    const { batch } = await undo(workshop.ports, jobOn(workshop, "movers", { rows: [1] }));
    await takeQueued(workshop);
    const [row] = shardRows(workshop.blobs.batches, batch);
    assert.equal(row?.verdict, "unchanged", "nobody wrote to the directory of this test");
  });

  it("takes chosen rows, and says of those that were not written why they are not undone", async () => {
    const workshop = open();
    const { cid } = await finished(workshop);
    const { batch } = await undo(workshop.ports, jobOn(workshop, "movers", { rows: [8, 9] }));
    assert.deepEqual(stagedRows(workshop, batch), [
      {
        originalRow: 9,
        operation: "user.enable",
        notUndone: ["Not undone: the row was not written, it is failed.", "No action needed."],
      },
      { originalRow: 8, operation: "user.restore", user: cid },
    ]);
  });

  it("does not restore a user who was deleted 30 days ago", async () => {
    const workshop = open(Date.parse("2026-12-21T00:00:00Z"));
    await finished(workshop);
    const { batch } = await undo(workshop.ports, jobOn(workshop, "movers", { rows: [8] }));
    const [row] = stagedRows(workshop, batch);
    assert.match(JSON.stringify(row), /Not undone: the user was deleted 30 days ago/);
  });

  it("says why no value goes back if the values before were altered", async () => {
    const workshop = open();
    await finished(workshop);
    const journal = workshop.blobs.batches.text("movers/journal/00001.jsonl");
    const named = `${JSON.stringify({ t: "before", at: "2026-11-21T00:00:00Z", sha256: "0" })}\n`;
    await workshop.blobs.batches.write("movers/journal/00001.jsonl", named + journal);
    const { batch } = await undo(workshop.ports, jobOn(workshop, "movers", { rows: [1, 8] }));
    const [eighth, first] = stagedRows(workshop, batch);
    assert.equal(eighth?.["operation"], "user.restore");
    assert.match(JSON.stringify(first), /Not undone: movers.*is not what was written/);
  });

  it("is only planned if the decision asks for it, so that it can be looked at first", async () => {
    const workshop = open();
    await finished(workshop);
    const { batch } = await undo(workshop.ports, jobOn(workshop, "movers", { mode: "plan" }));
    await takeQueued(workshop);
    assert.equal(workshop.blobs.batches.json(`${batch}/status.json`)["state"], "planned");
    assert.equal(workshop.rings.length, 1, "the runner was rung for the batch itself only");
  });

  it("is held by the same guards: the undo of 12 creates has 12 deletes", async () => {
    const workshop = open();
    const ids = Array.from({ length: 12 }, (_, at) => `${created.slice(0, -2)}${at + 10}`);
    const names = ids.map((_, at) => `joiner${at}@contoso.com`);
    const rows = names.map((userPrincipalName) => ({
      operation: "user.create",
      userPrincipalName,
      displayName: "New",
    }));
    await workshop.deliver({ version: 1, batch: "joiners", mode: "apply", rows });
    await runAndJournal(workshop, "joiners", Object.fromEntries(ids.map((id, at) => [at + 1, id])));
    for (const [at, id] of ids.entries()) {
      const [mailNickname = ""] = names[at]!.split("@");
      const values = { displayName: "New", accountEnabled: true, mailNickname };
      workshop.directory.users.set(id, { id, userPrincipalName: names[at], ...values });
    }
    const { batch } = await undo(workshop.ports, jobOn(workshop, "joiners"));
    await takeQueued(workshop);
    const status = workshop.blobs.batches.json(`${batch}/status.json`);
    assert.equal(status["state"], "held");
    assert.match(String(status["reason"]), /12 deletes/);
  });

  it("is refused if nothing was written", async () => {
    const workshop = open();
    const rows = [{ operation: "user.disable", user: "nobody@contoso.com" }];
    const { ports } = workshop;
    const settings = { ...ports.settings, maxInvalidRowsPercent: 100 };
    const lenient = openWorkshop({ settings });
    await lenient.deliver({ version: 1, batch: "empty", mode: "apply", rows });
    await assert.rejects(undo(lenient.ports, jobOn(lenient, "empty")), /has written nothing/);
  });

  it("has columns of its own that no sender can use", async () => {
    const workshop = openWorkshop();
    workshop.directory.addUser("ann@contoso.com");
    const row = { operation: "user.update", user: "ann@contoso.com", city: "Ulm" };
    for (const column of ["originalRow", "onlyIf", "notUndone"]) {
      const message = {
        version: 1,
        batch: column,
        mode: "apply",
        rows: [{ ...row, [column]: {} }],
      };
      const { outcome } = await workshop.deliver(message);
      assert.equal(outcome, "refused");
      assert.match(JSON.stringify(workshop.refused(column)), /is not known/);
    }
  });
});

/** The undo of a batch that creates a user and changes it. */
const undoneJoiner = async (rows?: readonly number[]) => {
  const workshop = open();
  const named = "new@contoso.com";
  const message = [
    { operation: "user.create", userPrincipalName: named, displayName: "New", city: "Ulm" },
    { operation: "user.update", user: named, city: "Bonn", jobTitle: "CEO" },
    { operation: "user.update", user: named, city: null },
    { operation: "user.disable", user: named },
  ];
  await workshop.deliver({ version: 1, batch: "joiners", mode: "apply", rows: message });
  const ids = { 1: created, 2: created, 3: created, 4: created };
  await runAndJournal(workshop, "joiners", ids);
  const { batch } = await undo(workshop.ports, jobOn(workshop, "joiners", rows && { rows }));
  return stagedRows(workshop, batch);
};

describe("an undo of rows on a user whom the batch created", () => {
  it("deletes it if it has what the last of them wrote, and says so of the others", async () => {
    const [fourth, third, second, first] = await undoneJoiner();
    assert.deepEqual(first?.["onlyIf"], {
      userPrincipalName: "new@contoso.com",
      displayName: "New",
      city: null,
      jobTitle: "CEO",
      accountEnabled: false,
      mailNickname: "new",
    });
    for (const row of [fourth, third, second]) {
      assert.match(JSON.stringify(row), /row 1 created the user, and its undo deletes it/);
    }
  });

  it("says why a chosen row is not undone by itself if the create is not chosen", async () => {
    const [row] = await undoneJoiner([4]);
    assert.match(JSON.stringify(row), /Not undone: the values before are not kept/);
  });
});

describe("an undo of memberships in a group that the batch created", () => {
  const group = "11111111-1111-4111-8111-000000000001";

  async function undoneGroup(rows?: readonly number[]) {
    const workshop = open();
    const ann = workshop.directory.addUser("ann@contoso.com");
    const sent = [
      { operation: "group.create", displayName: "New", mailNickname: "new" },
      { operation: "group.add-member", group: "New", member: ann },
    ];
    await workshop.deliver({ version: 1, batch: "b", mode: "apply", rows: sent });
    await runAndJournal(workshop, "b", { 1: group });
    const { batch } = await undo(workshop.ports, jobOn(workshop, "b", rows ? { rows } : {}));
    return { ann, rows: stagedRows(workshop, batch) };
  }

  it("leaves them to the group's own undo", async () => {
    const { ann, rows } = await undoneGroup();
    assert.deepEqual(
      rows.map(({ originalRow, operation, member }) => [originalRow, operation, member]),
      [
        [2, "group.add-member", ann],
        [1, "group.delete", undefined],
      ],
    );
    assert.match(JSON.stringify(rows[0]), /row 1 created the group, and its undo deletes it/);
  });

  it("names the group by the id that its create gave, if only they are chosen", async () => {
    const { ann, rows } = await undoneGroup([2]);
    assert.deepEqual(rows, [
      { originalRow: 2, operation: "group.remove-member", group, member: ann },
    ]);
  });
});
