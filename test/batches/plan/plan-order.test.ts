import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { openWorkshop, planRows } from "../workshop.ts";

const managed = (manager: string) => ({
  operation: "user.set-manager",
  user: "ann@contoso.com",
  manager: `${manager}@contoso.com`,
});

describe("rows on one object", () => {
  it("wait for the row that creates their user", async () => {
    const workshop = openWorkshop();
    const sales = workshop.directory.addGroup("Sales");
    const rows = await planRows(workshop, [
      { operation: "user.create", userPrincipalName: "new@contoso.com", displayName: "New" },
      { operation: "group.add-member", group: sales, member: "New@contoso.com" },
      { operation: "user.update", user: "new@contoso.com", city: "Oslo" },
      { operation: "user.disable", user: "new@contoso.com" },
    ]);
    assert.deepEqual(
      rows.slice(1).map(({ write }) => [write?.idFromRow, write?.after]),
      [
        [{ row: 1, role: "member" }, [1]],
        [{ row: 1, role: "user" }, [1, 2]],
        [{ row: 1, role: "user" }, [1, 3]],
      ],
    );
  });

  it("set one manager after the other, and the same one once", async () => {
    const workshop = openWorkshop();
    for (const name of ["ann", "bo", "cy"]) workshop.directory.addUser(`${name}@contoso.com`);
    const rows = await planRows(workshop, [
      { operation: "user.create", userPrincipalName: "new@contoso.com", displayName: "New" },
      ...["bo", "new", "cy", "bo", "new", "new"].map(managed),
    ]);
    assert.deepEqual(
      rows.slice(1).map(({ verdict, write }) => verdict ?? write?.after),
      [undefined, [1, 2], [3], [4], [1, 3, 5], "skipped"],
    );
  });

  it("fail before the row that creates their user", async () => {
    const workshop = openWorkshop();
    const rows = await planRows(workshop, [
      { operation: "user.update", user: "new@contoso.com", city: "Oslo" },
      { operation: "user.create", userPrincipalName: "new@contoso.com", displayName: "New" },
    ]);
    assert.deepEqual([rows[0]?.verdict, rows[1]?.verdict], ["failed", undefined]);
    assert.match(rows[0]?.fix ?? "", /earlier row/);
  });

  it("keep the order of the file, and none is dropped as already in place", async () => {
    const workshop = openWorkshop();
    workshop.directory.addUser("ann@contoso.com", { city: "Oslo", accountEnabled: false });
    const rows = await planRows(workshop, [
      { operation: "user.update", user: "ann@contoso.com", city: "Rome" },
      { operation: "user.update", user: "ann@contoso.com", city: "Oslo", jobTitle: null },
      { operation: "user.disable", user: "ann@contoso.com" },
    ]);
    assert.deepEqual(
      rows.map(({ write }) => [write?.set, write?.after]),
      [
        [{ city: "Rome" }, undefined],
        [{ city: "Oslo", jobTitle: null }, [1]],
        [{ accountEnabled: false }, [2]],
      ],
    );
  });

  it("that repeat an earlier row are skipped, unless a row in between undoes it", async () => {
    const workshop = openWorkshop();
    const ann = workshop.directory.addUser("ann@contoso.com");
    const sales = workshop.directory.addGroup("Sales");
    const add = { operation: "group.add-member", group: "Sales", member: "ann@contoso.com" };
    const rows = await planRows(workshop, [
      { operation: "user.update", user: "ann@contoso.com", city: "Rome", state: "RM" },
      { operation: "user.update", user: ann, state: "RM", city: "Rome" },
      { operation: "user.update", user: ann, city: "Oslo" },
      { operation: "user.update", user: ann, city: "Rome", state: "RM" },
      add,
      { ...add, group: sales, member: ann },
      { ...add, operation: "group.remove-member" },
      add,
      { operation: "user.disable", user: ann },
      { operation: "user.update", user: ann, jobTitle: "Lead" },
      { operation: "user.disable", user: ann },
    ]);
    assert.deepEqual(
      rows.map(({ verdict, reason }) => (verdict ? [verdict, reason?.slice(0, 18)] : "write")),
      [
        "write",
        ["skipped", "Duplicate of row 1"],
        "write",
        "write",
        "write",
        ["skipped", "Duplicate of row 5"],
        "write",
        "write",
        "write",
        "write",
        ["skipped", "Duplicate of row 9"],
      ],
    );
  });

  it("that give it other managers one after the other are no duplicates", async () => {
    const workshop = openWorkshop();
    const [ann, bo, cy] = ["ann", "bo", "cy"].map((name) =>
      workshop.directory.addUser(`${name}@contoso.com`),
    );
    const manager = (id: string | undefined) => ({
      operation: "user.set-manager",
      user: ann,
      manager: id,
    });
    const rows = await planRows(workshop, [manager(bo), manager(cy), manager(cy), manager(bo)]);
    assert.deepEqual(
      rows.map(({ verdict, write }) => verdict ?? write?.after),
      [undefined, [1], "skipped", [2]],
    );
  });

  it("that create it again are skipped if equal, and fail otherwise", async () => {
    const workshop = openWorkshop();
    const create = { operation: "user.create", userPrincipalName: "new@contoso.com" };
    const rows = await planRows(workshop, [
      { ...create, displayName: "New" },
      { displayName: "New", ...create, userPrincipalName: "NEW@contoso.com", mailNickname: "new" },
      { ...create, displayName: "Newer" },
    ]);
    assert.deepEqual(
      rows.map(({ verdict }) => verdict),
      [undefined, "skipped", "failed"],
    );
    assert.match(rows[1]?.reason ?? "", /Duplicate of row 1/);
    assert.match(
      rows[2]?.reason ?? "",
      /Row 1 creates a user of this userPrincipalName, with other values/,
    );
  });

  it("wait for the row that restores their user, and fail without it", async () => {
    const workshop = openWorkshop();
    const ann = workshop.directory.addDeletedUser("ann@contoso.com");
    const bob = workshop.directory.addDeletedUser("bob@contoso.com");
    const sales = workshop.directory.addGroup("Sales");
    const rows = await planRows(workshop, [
      { operation: "user.restore", user: ann },
      { operation: "user.update", user: ann, city: "Oslo" },
      { operation: "group.add-member", group: sales, member: ann },
      { operation: "user.create", userPrincipalName: "Ann@contoso.com", displayName: "Ann" },
      { operation: "user.update", user: bob, city: "Oslo" },
      { operation: "user.delete", user: ann },
      { operation: "user.restore", user: sales },
    ]);
    assert.deepEqual(
      rows.map(({ verdict, write }) => [
        verdict ?? write?.keys[0],
        write?.after,
        write?.afterRestore,
      ]),
      [
        [`object:${ann}`, undefined, undefined],
        [`object:${ann}`, [1], true],
        [`edge:${sales}/${ann}`, [2], true],
        ["upn:ann@contoso.com", [1], undefined],
        ["failed", undefined, undefined],
        [`object:${ann}`, [2, 3], true],
        ["failed", undefined, undefined],
      ],
    );
  });

  it("do not wait for each other if they only name it as a member, but for what is done to it", async () => {
    const workshop = openWorkshop();
    const ann = workshop.directory.addUser("ann@contoso.com");
    for (const name of ["Sales", "Team", "All"]) workshop.directory.addGroup(name);
    const rows = await planRows(workshop, [
      { operation: "group.add-member", group: "Sales", member: ann },
      { operation: "group.add-member", group: "Team", member: ann },
      { operation: "user.update", user: ann, city: "Oslo" },
      { operation: "group.add-member", group: "All", member: ann },
      { operation: "group.remove-member", group: "Sales", member: ann },
      { operation: "user.delete", user: ann },
    ]);
    assert.deepEqual(
      rows.map(({ write }) => write?.after),
      [undefined, undefined, [1, 2], [3], [1, 3], [3, 4, 5]],
    );
  });

  it("after a delete are skipped and name the delete, whatever they do", async () => {
    const workshop = openWorkshop();
    const ann = workshop.directory.addUser("ann@contoso.com");
    workshop.directory.addGroup("Sales");
    const rows = await planRows(workshop, [
      { operation: "group.add-member", group: "Sales", member: ann },
      { operation: "user.update", user: ann, city: "Oslo" },
      { operation: "user.delete", user: "ann@contoso.com" },
      { operation: "user.update", user: ann, city: "Rome" },
      { operation: "group.remove-member", group: "Sales", member: ann },
      { operation: "user.delete", user: ann },
      { operation: "user.create", userPrincipalName: "new@contoso.com", displayName: "New" },
      { operation: "user.delete", user: "new@contoso.com" },
      { operation: "user.create", userPrincipalName: "new@contoso.com", displayName: "New" },
      { operation: "user.create", userPrincipalName: "ann@contoso.com", displayName: "Other" },
    ]);
    assert.deepEqual(rows[2]?.write?.after, [2]);
    assert.deepEqual(
      rows.slice(3).map(({ verdict, reason }) => [verdict, reason?.slice(0, 18)]),
      [
        ["skipped", "Row 3 deletes the "],
        ["skipped", "Row 3 deletes the "],
        ["skipped", "Duplicate of row 3"],
        [undefined, undefined],
        [undefined, undefined],
        ["skipped", "Row 8 deletes the "],
        ["skipped", "Row 3 deletes the "],
      ],
    );
  });
});

const add = (group: string, member: string) => ({ operation: "group.add-member", group, member });

describe("edges of what the batch creates", () => {
  it("wait for both ends, and what deletes an end comes after them", async () => {
    const user = { operation: "user.create", userPrincipalName: "new@contoso.com" };
    const owned = { operation: "group.create", displayName: "Team", owner: "new@contoso.com" };
    const [, refused] = await planRows(openWorkshop(), [{ ...user, displayName: "New" }, owned]);
    assert.match(refused?.fix ?? "", /a row group\.add-owner behind this one/, "the way to do it");
    const rows = await planRows(openWorkshop(), [
      { ...user, displayName: "New" },
      { operation: "group.create", displayName: "Team", mailNickname: "team" },
      { operation: "group.add-owner", group: "Team", owner: "new@contoso.com" },
      { operation: "user.delete", user: "new@contoso.com" },
      { operation: "group.delete", group: "Team" },
    ]);
    assert.deepEqual(
      rows.map(({ write }) => [write?.idFromRow?.row, write?.holderFromRow, write?.after]),
      [
        [undefined, undefined, undefined],
        [undefined, undefined, undefined],
        [1, 2, [1, 2]],
        [1, undefined, [1, 3]],
        [2, undefined, [2, 3]],
      ],
    );
  });
});

describe("memberships of a group that the batch deletes", () => {
  it("are changed before it is deleted, or skipped after", async () => {
    const workshop = openWorkshop();
    const { directory } = workshop;
    const [sales, other] = [directory.addGroup("Sales"), directory.addGroup("Other")];
    const [ann, bob] = ["ann@contoso.com", "bob@contoso.com"].map((name) =>
      directory.addUser(name),
    );
    const rows = await planRows(workshop, [
      { operation: "group.delete", group: other },
      add("Sales", ann!),
      add(sales, bob!),
      { operation: "user.disable", user: ann },
      { operation: "group.delete", group: "Sales" },
      add("Sales", ann!),
    ]);
    assert.deepEqual(
      rows.map(({ write }) => write?.behind),
      [undefined, undefined, undefined, undefined, 3, undefined],
    );
    assert.equal(rows[5]?.verdict, "skipped");
    assert.match(rows[5]?.reason ?? "", /^Row 5 deletes the object/);
  });

  it("are also of a group that the batch creates", async () => {
    const workshop = openWorkshop();
    const ann = workshop.directory.addUser("ann@contoso.com");
    const rows = await planRows(workshop, [
      { operation: "group.create", displayName: "New", mailNickname: "new" },
      add("New", ann),
      { operation: "group.delete", group: "mailNickname:new" },
      add("displayName:New", ann),
    ]);
    assert.deepEqual(
      rows.map(({ write }) => [write?.holderFromRow, write?.idFromRow?.row, write?.behind]),
      [
        [undefined, undefined, undefined],
        [1, undefined, undefined],
        [undefined, 1, 2],
        [undefined, undefined, undefined],
      ],
    );
    assert.match(rows[3]?.reason ?? "", /^Row 3 deletes the object/);
  });
});
