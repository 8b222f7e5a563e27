import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { createDirectory } from "../../../shared/batches/plan/lookups/lookups.ts";
import type { Lookup } from "../../../shared/catalogue/operation.ts";
import { SmallDirectory, answer } from "../small-directory.ts";
import { openWorkshop, planRows } from "../workshop.ts";

const disable = (user: string) => ({ operation: "user.disable", user });
const add = (group: string, member: string) => ({ operation: "group.add-member", group, member });

const lookup = (ref: string, kind: "user" | "group" | "device" = "user"): Lookup => ({
  kind,
  ref,
  select: ["id"],
});

const create = (name: string) => ({
  operation: "user.create",
  userPrincipalName: `${name}@contoso.com`,
  displayName: name,
  employeeId: "E7",
});

describe("a row names its objects", () => {
  it("by any key, which the plan turns into the object's id", async () => {
    const workshop = openWorkshop();
    const { directory } = workshop;
    const ann = directory.addUser("ann@contoso.com", {
      mail: "Ann.Berg@contoso.com",
      employeeId: "0042",
      onPremisesImmutableId: "aGVsbG8=",
    });
    // Another user, because base64 tells case apart.
    directory.addUser("other@contoso.com", { onPremisesImmutableId: "AGVSBG8=" });
    const sales = directory.addGroup("Sales: North", {
      mailNickname: "sales",
      uniqueName: "hr-sales",
      mail: "sales@contoso.com",
    });
    const groups = ["mailNickname:SALES", "uniqueName:hr-sales", "mail:sales@contoso.com"];
    const rows = await planRows(workshop, [
      disable("mail:ann.berg@contoso.com"),
      { operation: "user.update", user: "employeeId:0042", city: "Oslo" },
      { operation: "user.update", user: "onPremisesImmutableId:aGVsbG8=", city: "Rome" },
      ...groups.map((group, at) => add(group, directory.addUser(`m${at}@contoso.com`))),
      add("Sales: North", "employeeId:0042"),
    ]);
    assert.deepEqual(
      rows.map(({ write }) => write?.target["user"] ?? write?.target["group"]),
      [ann, ann, ann, sales, sales, sales, sales],
    );
    assert.deepEqual(rows[6]?.write?.keys, [`edge:${sales}/${ann}`, `object:${ann}`]);
    assert.deepEqual(rows[2]?.write?.after, [2], "one user by several names is one user");
  });

  it("fails if several objects have the value, and lists at most five of them", async () => {
    const workshop = openWorkshop();
    const { directory } = workshop;
    const twins = ["ann@contoso.com", "bob@contoso.com"].map((name) =>
      directory.addUser(name, { employeeId: "7" }),
    );
    const many = Array.from({ length: 7 }, () => directory.addGroup("Many"));
    const [user, group] = await planRows(workshop, [
      disable("employeeId:7"),
      add("Many", "m@contoso.com"),
    ]);
    assert.equal(user?.verdict, "failed");
    assert.equal(
      user?.reason,
      `More than one object has the name in column user: ${twins[0]} (ann@contoso.com), ${twins[1]} (bob@contoso.com).`,
    );
    const listed = many.slice(0, 5).map((each) => `${each} (Many)`);
    assert.equal(
      group?.reason,
      `More than one object has the name in column group: ${listed.join(", ")}, ….`,
    );
  });

  it("fails if no object has the value, in whatever case it is written", async () => {
    const workshop = openWorkshop();
    workshop.directory.addUser("ann@contoso.com", { onPremisesImmutableId: "AGVSBG8=" });
    const rows = await planRows(workshop, [
      disable("employeeId:7"),
      disable("onPremisesImmutableId:aGVsbG8="),
    ]);
    for (const { reason } of rows) assert.match(reason ?? "", /No object has the id or name/);
    assert.match(rows[0]?.fix ?? "", /employeeId takes User\.Read\.All/);
  });

  it("also by what an earlier row gives to the user that it creates", async () => {
    const workshop = openWorkshop();
    const group = workshop.directory.addGroup("Sales");
    const rows = await planRows(workshop, [
      {
        operation: "user.create",
        userPrincipalName: "new@contoso.com",
        displayName: "New",
        employeeId: "E7",
        mail: "new.user@contoso.com",
      },
      { operation: "user.update", user: "employeeId:e7", city: "Oslo" },
      { operation: "user.update", user: "new@contoso.com", city: "Rome" },
      add("Sales", "mail:New.User@contoso.com"),
      { operation: "user.delete", user: "new@contoso.com" },
      disable("employeeId:E7"),
    ]);
    assert.deepEqual(
      rows.map(({ write }) => write?.idFromRow?.row),
      [undefined, 1, 1, 1, 1, undefined],
    );
    assert.deepEqual(
      rows.map(({ write }) => write?.after),
      [undefined, [1], [1, 2], [1, 3], [1, 3, 4], undefined],
    );
    assert.deepEqual(rows[3]?.write?.keys, [`edge:${group}/created:1`, "created:1"]);
    assert.match(rows[5]?.reason ?? "", /^Row 5 deletes the object/);
  });

  it("not by a value that an earlier row gives to another than who has it now", async () => {
    const workshop = openWorkshop();
    const ann = workshop.directory.addUser("ann@contoso.com", { employeeId: "7" });
    workshop.directory.addUser("bob@contoso.com", { employeeId: "8" });
    const rows = await planRows(workshop, [
      { operation: "user.update", user: "ann@contoso.com", employeeId: "9" },
      { operation: "user.update", user: "bob@contoso.com", employeeId: "7" },
      disable("employeeId:7"),
      disable(ann),
    ]);
    assert.match(rows[2]?.reason ?? "", /^Row 2 gives this name/);
    assert.ok(rows[3]?.write);
  });

  it("by a value that an earlier row sets again for who has it", async () => {
    const workshop = openWorkshop();
    const ann = workshop.directory.addUser("ann@contoso.com", { employeeId: "7" });
    const rows = await planRows(workshop, [
      { operation: "user.update", user: "ann@contoso.com", employeeId: "7", city: "Oslo" },
      disable("employeeId:7"),
    ]);
    assert.equal(rows[1]?.write?.target["user"], ann);
  });

  it("not by a group's name that an earlier row gives to another group", async () => {
    const workshop = openWorkshop();
    const { directory } = workshop;
    directory.addUser("m@contoso.com");
    directory.addGroup("Sales");
    directory.addGroup("Other");
    const rows = await planRows(workshop, [
      { operation: "group.update", group: "Sales", displayName: "Sales (old)" },
      { operation: "group.update", group: "Other", displayName: "Sales" },
      add("Sales", "m@contoso.com"),
      { operation: "group.delete", group: "Sales" },
    ]);
    for (const { reason } of rows.slice(2)) assert.match(reason ?? "", /^Row 2 gives this name/);
  });

  it("not by a group's name that the batch gives to a new group, too", async () => {
    const workshop = openWorkshop();
    const { directory } = workshop;
    directory.addUser("m@contoso.com");
    directory.addGroup("Sales");
    const rows = await planRows(workshop, [
      { operation: "group.create", displayName: "Sales", mailNickname: "sales2" },
      add("Sales", "m@contoso.com"),
    ]);
    assert.ok(rows[0]?.write);
    assert.match(rows[1]?.reason ?? "", /^Row 1 gives this name/);
  });

  it("not by a value that two rows give to users whom they create", async () => {
    const workshop = openWorkshop();
    const rows = await planRows(workshop, [create("a"), create("b"), disable("employeeId:E7")]);
    assert.match(rows[2]?.reason ?? "", /^More than one object has the name in column user\.$/);
  });
});

describe("lookups by key", () => {
  it("share reads, 15 values in each, and find a device by its device id", async () => {
    const directory = new SmallDirectory();
    const ids = Array.from({ length: 40 }, (_, at) =>
      directory.addUser(`u${at}@contoso.com`, { employeeId: `E${at}` }),
    );
    const deviceId = "4c299165-6e8f-4b45-a5ba-c5d250a707ff";
    const device = directory.addDevice("LAPTOP", { deviceId });
    const lookups = [
      ...ids.map((_, at) => lookup(`employeeId:E${at}`)),
      lookup(`deviceId:${deviceId}`, "device"),
    ];
    const found = await createDirectory(directory).lookUp(lookups);
    assert.deepEqual(
      lookups.map((each) => found(each)).map((each) => each.state === "found" && each.id),
      [...ids, device],
    );
    assert.equal(directory.reads.length, 4);
  });

  it("are read one by one if the list of several does not tell", async () => {
    const directory = new SmallDirectory();
    const first = directory.addUser("a@contoso.com", { employeeId: "1" });
    directory.addUser("b@contoso.com", { employeeId: "2" });
    directory.intercept = (url) => (url.includes("%20or%20") ? answer(400, {}, "Bad") : undefined);
    const lookups = ["1", "2", "3"].map((each) => lookup(`employeeId:${each}`));
    const found = await createDirectory(directory).lookUp(lookups);
    assert.deepEqual(
      lookups.map((each) => found(each).state),
      ["found", "found", "missing"],
    );
    assert.equal(directory.reads.length, 4);
    assert.deepEqual(found(lookups[0]!), {
      state: "found",
      id: first,
      object: { id: first, employeeId: "1", userPrincipalName: "a@contoso.com" },
    });
  });

  it("find together what they would find alone", async () => {
    const value = fc.constantFrom("a", "A", "á", "b", "ß", "ss", "c d", "e'f", "x");
    const cases = fc.record({
      groups: fc.array(value, { maxLength: 12 }),
      asked: fc.uniqueArray(value, { minLength: 1, maxLength: 9 }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ groups, asked }) => {
        const directory = new SmallDirectory();
        for (const name of groups) directory.addGroup(name);
        const lookups = asked.map((name) => lookup(name, "group"));
        const together = await createDirectory(directory).lookUp(lookups);
        for (const each of lookups) {
          const alone = await createDirectory(directory).lookUp([each]);
          assert.deepEqual(together(each), alone(each));
        }
      }),
      { numRuns: 200 },
    );
  });
});
