import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { answer } from "../small-directory.ts";
import { home, openWorkshop, planRows, shardRows } from "../workshop.ts";

const someone = "99999999-0000-4000-8000-000000000009";

describe("the present state decides what is written", () => {
  it("nothing, if the object is already as requested", async () => {
    const workshop = openWorkshop();
    const id = workshop.directory.addUser("ann@contoso.com", {
      accountEnabled: false,
      city: "Oslo",
    });
    const rows = await planRows(workshop, [
      { operation: "user.disable", user: "ANN@contoso.com" },
      { operation: "user.update", user: id.toUpperCase(), city: "Oslo", department: null },
    ]);
    assert.deepEqual(
      rows.map(({ verdict, objectId }) => [verdict, objectId]),
      [
        ["unchanged", id],
        ["unchanged", id],
      ],
    );
  });

  it("by object id, whatever name the row used", async () => {
    const workshop = openWorkshop();
    const ann = workshop.directory.addUser("ann@contoso.com", { city: "Oslo" });
    const sales = workshop.directory.addGroup("Sales o'Brien & Co");
    const rows = await planRows(workshop, [
      { operation: "group.add-member", group: "Sales o'Brien & Co", member: "ann@contoso.com" },
      { operation: "user.update", user: "ann@contoso.com", city: null, jobTitle: "(clear)" },
    ]);
    assert.deepEqual(rows[0]?.write?.target, { group: sales, member: ann });
    assert.deepEqual(rows[1]?.write?.target, { user: ann });
    assert.deepEqual(rows[1]?.write?.set, { city: null, jobTitle: null });
  });

  it("with a hint whether a membership exists now", async () => {
    const workshop = openWorkshop();
    const ann = workshop.directory.addUser("ann@contoso.com");
    const bob = workshop.directory.addUser("bob@contoso.com");
    const sales = workshop.directory.addGroup("Sales");
    workshop.directory.members.get(sales)?.add(ann);
    const rows = await planRows(workshop, [
      { operation: "group.add-member", group: sales, member: ann },
      { operation: "group.remove-member", group: sales, member: bob },
    ]);
    assert.deepEqual(
      rows.map(({ write }) => write?.was),
      ["present", "absent"],
    );
  });

  it("with a hint after a row of the same member too, but not after one of the same membership", async () => {
    const workshop = openWorkshop();
    const ann = workshop.directory.addUser("ann@contoso.com");
    const sales = workshop.directory.addGroup("Sales");
    const support = workshop.directory.addGroup("Support");
    workshop.directory.members.get(sales)?.add(ann);
    const rows = await planRows(workshop, [
      { operation: "group.add-member", group: support, member: ann },
      { operation: "group.add-member", group: sales, member: ann },
      { operation: "group.remove-member", group: sales, member: ann },
    ]);
    assert.deepEqual(
      rows.map(({ write }) => [write?.after, write?.was]),
      [
        [undefined, "absent"],
        [undefined, "present"],
        [[2], undefined],
      ],
    );
  });

  it("without a hint if it cannot be read", async () => {
    const workshop = openWorkshop();
    const ann = workshop.directory.addUser("ann@contoso.com");
    const sales = workshop.directory.addGroup("Sales");
    workshop.directory.intercept = (url) =>
      url.includes("/members?") ? answer(403, {}, "Authorization_RequestDenied") : undefined;
    const [row] = await planRows(workshop, [
      { operation: "group.add-member", group: sales, member: ann },
    ]);
    assert.deepEqual(row?.write?.target, { group: sales, member: ann });
    assert.equal(row?.write?.was, undefined);
  });

  it("after reading each name once, with every property that its rows need", async () => {
    const workshop = openWorkshop();
    workshop.directory.addUser("ann@contoso.com");
    workshop.directory.addGroup("Sales");
    await planRows(workshop, [
      { operation: "user.update", user: "ann@contoso.com", city: "Oslo" },
      { operation: "user.disable", user: "Ann@contoso.com" },
      { operation: "group.add-member", group: "Sales", member: "ann@contoso.com" },
      { operation: "group.remove-member", group: "Sales", member: someone },
    ]);
    const reads = workshop.directory.reads.filter((url) => /ann%40|displayName%20eq/i.test(url));
    assert.equal(reads.length, 2);
    const select = new URL(`https://x${reads[0]}`).searchParams.get("$select")?.split(",");
    assert.deepEqual(
      select?.toSorted(),
      ["accountEnabled", "city", "id", "onPremisesSyncEnabled"].toSorted(),
    );
  });

  it("not at all if the application may not read: the batch is refused and names the permission", async () => {
    const workshop = openWorkshop();
    workshop.directory.intercept = () => answer(403, {}, "Authorization_RequestDenied");
    const { outcome } = await workshop.deliver({
      version: 1,
      batch: "b",
      mode: "apply",
      operation: "user.disable",
      rows: [{ user: "ann@contoso.com" }],
    });
    assert.equal(outcome, "refused");
    assert.equal(workshop.refused("b")["code"], "PERMISSION_MISSING");
    assert.match(String(workshop.refused("b")["fix"]), /User\.Read\.All.+admin consent/);
    assert.deepEqual(workshop.rings, []);
  });
});

describe("beside unfinished work of another batch", () => {
  it("no row is unchanged yet: it is looked at when it is due", async () => {
    const workshop = openWorkshop();
    const values = { displayName: "Ann", accountEnabled: false, mailNickname: "ann" };
    const id = workshop.directory.addUser("ann@contoso.com", { ...values, city: "Oslo" });
    const bob = workshop.directory.addUser("bob@contoso.com", {
      ...values,
      displayName: "Bob",
      mailNickname: "bob",
    });
    await planRows(workshop, [{ operation: "user.update", user: id, jobTitle: "Nurse" }], "first");
    const rows = await planRows(workshop, [
      { operation: "user.disable", user: id },
      { operation: "user.update", user: id, city: "Oslo" },
      {
        operation: "user.create",
        userPrincipalName: "bob@contoso.com",
        displayName: "Bob",
        accountEnabled: false,
      },
    ]);
    assert.deepEqual(
      rows.map(({ verdict, write }) => [verdict, write?.foundInPlace]),
      [
        [undefined, { reason: "The account is disabled.", objectId: id }],
        [undefined, { reason: "The user has these values.", objectId: id }],
        [undefined, { reason: "The user exists with these values.", objectId: bob }],
      ],
    );
    assert.deepEqual(rows[0]?.write?.set, { accountEnabled: false });
    const plan = workshop.blobs.batches.json("b/plan.json");
    assert.equal((plan["verdicts"] as { unchanged: number }).unchanged, 0);
  });

  it("a create that finds its user shares that user's key, so that it waits for an earlier delete", async () => {
    const workshop = openWorkshop();
    const values = { displayName: "Bob", accountEnabled: true, mailNickname: "bob" };
    const bob = workshop.directory.addUser("bob@contoso.com", values);
    const first = await planRows(workshop, [{ operation: "user.delete", user: bob }], "first");
    const rows = await planRows(workshop, [
      { operation: "user.create", userPrincipalName: "bob@contoso.com", displayName: "Bob" },
    ]);
    const key = `object:${bob}`;
    assert.ok(first[0]?.write?.keys.includes(key));
    assert.deepEqual(rows[0]?.write?.keys, ["upn:bob@contoso.com", key]);
  });

  it("a batch that has finished does not count, even if its marker is still there", async () => {
    const workshop = openWorkshop();
    const id = workshop.directory.addUser("ann@contoso.com", { accountEnabled: false });
    await planRows(workshop, [{ operation: "user.update", user: id, jobTitle: "Nurse" }], "first");
    await workshop.runAll("first");
    const rows = await planRows(workshop, [{ operation: "user.disable", user: id }]);
    assert.equal(rows[0]?.verdict, "unchanged");
  });

  it("a plan of mode plan still says what is unchanged", async () => {
    const workshop = openWorkshop();
    const id = workshop.directory.addUser("ann@contoso.com", { accountEnabled: false });
    await planRows(workshop, [{ operation: "user.update", user: id, jobTitle: "Nurse" }], "first");
    const rows = [{ operation: "user.disable", user: id }];
    await workshop.deliver({ version: 1, batch: "b", mode: "plan", rows });
    assert.equal(shardRows(workshop.blobs.batches, "b")[0]?.verdict, "unchanged");
  });

  it("a batch that was accepted earlier and is still being planned counts too", async () => {
    const workshop = openWorkshop();
    const id = workshop.directory.addUser("ann@contoso.com", { accountEnabled: false });
    const earlier = new Date(Date.now() - 1_000).toISOString();
    await workshop.blobs.runner.write(`${home}/planning/${earlier}-first`, "");
    const rows = await planRows(workshop, [{ operation: "user.disable", user: id }]);
    assert.ok(rows[0]?.write?.foundInPlace);
    assert.deepEqual(
      [...workshop.blobs.runner.blobs.keys()].filter((path) => path.includes("/planning/")),
      [`${home}/planning/${earlier}-first`],
    );
  });
});
