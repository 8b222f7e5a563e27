import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { answer } from "../small-directory.ts";
import { openWorkshop, planRows, shardRows, type Workshop } from "../workshop.ts";

const nobody = "99999999-0000-4000-8000-000000000009";
const device = "77777777-0000-4000-8000-000000000007";

/** Plans the adding of members by id to one group. */
const planAdds = (workshop: Workshop, members: readonly string[]) => {
  const group = workshop.directory.addGroup("Sales");
  return planRows(
    workshop,
    members.map((member) => ({ operation: "group.add-member", group, member })),
  );
};

/** As if the application lacked Directory.Read.All. */
const withoutDirectoryRead = (workshop: Workshop): void => {
  workshop.directory.intercept = (url) =>
    url.startsWith("/directoryObjects/")
      ? answer(403, {}, "Authorization_RequestDenied")
      : undefined;
};

describe("the time that a plan takes", () => {
  it("counts members who may share requests as Graph does, and others one by one", async () => {
    const workshop = openWorkshop();
    const group = workshop.directory.addGroup("Sales");
    const members = Array.from({ length: 90 }, (_, at) =>
      workshop.directory.addUser(`m${at}@contoso.com`),
    );
    const rows = members.map((member) => ({ operation: "group.add-member", group, member }));
    await workshop.deliver({ version: 1, batch: "b", mode: "plan", rows });
    const plan = workshop.blobs.batches.json("b/plan.json");
    // 90 members are 30 writes, of which 20 a second may leave.
    assert.deepEqual([plan["writes"], plan["estimatedSeconds"]], [90, 2]);
  });
});

describe("a member by id is looked up when the batch is planned", () => {
  it("and its row fails with a fix if no object has the id", async () => {
    const workshop = openWorkshop();
    const ann = workshop.directory.addUser("ann@contoso.com");
    const rows = await planAdds(workshop, [ann, nobody]);
    assert.equal(rows[0]?.write?.memberSeen, true);
    assert.equal(rows[1]?.verdict, "failed");
    assert.equal(rows[1]?.reason, "No object has the id or name in column member.");
    assert.match(rows[1]?.fix ?? "", /Check the spelling/);
  });

  it("and its row is written if the object is of another kind than users and groups", async () => {
    const workshop = openWorkshop();
    workshop.directory.others.add(device);
    const [row] = await planAdds(workshop, [device]);
    assert.deepEqual([row?.verdict, row?.write?.memberSeen], [undefined, undefined]);
    assert.ok(row?.write);
  });

  it("and its row is written, not failed, if the application may not read objects of all kinds", async () => {
    const workshop = openWorkshop();
    withoutDirectoryRead(workshop);
    const ann = workshop.directory.addUser("ann@contoso.com");
    const team = workshop.directory.addGroup("Team");
    const rows = await planAdds(workshop, [ann, nobody, team]);
    assert.deepEqual(
      rows.map(({ write }) => write?.memberSeen),
      [true, false, true],
    );
  });

  it("and its row is written as if nobody had looked if users may not be listed", async () => {
    const workshop = openWorkshop();
    workshop.directory.intercept = (url) =>
      url.startsWith("/users?") ? answer(403, {}, "Authorization_RequestDenied") : undefined;
    const [row] = await planAdds(workshop, [nobody]);
    assert.equal(row?.verdict, undefined);
    assert.ok(row?.write);
    assert.equal(row.write.memberSeen, undefined);
  });

  it("with one read for 20 users, and their memberships with another", async () => {
    const workshop = openWorkshop();
    const users = Array.from({ length: 40 }, (_, at) => workshop.directory.addUser(`u${at}@x.com`));
    const rows = await planAdds(workshop, users.slice(0, 20));
    assert.ok(rows.every(({ write }) => write?.was === "absent" && write.memberSeen === true));
    const of = (path: string) =>
      workshop.directory.reads.filter((url) => url.startsWith(path)).length;
    assert.equal(of("/users?$filter=id%20in"), 1);
    assert.equal(of("/groups/"), 2);
  });

  const listed = [
    { when: "once for all rows if a page holds the group", members: 998, reads: 1 },
    {
      when: "20 rows at a time if the group is larger, and its list once",
      members: 1000,
      reads: 4,
    },
  ];
  for (const { when, members, reads } of listed) {
    it(`with the group's members, ${when}`, async () => {
      const workshop = openWorkshop();
      const { directory } = workshop;
      const add = (at: number): string => directory.addUser(`u${at}@x.com`);
      const users = Array.from({ length: 1050 }, (_, at) => add(at));
      const group = directory.addGroup("Sales");
      for (const user of users.slice(-members)) directory.members.get(group)?.add(user);
      const rows = await planRows(
        workshop,
        users
          .slice(0, 51)
          .concat(users.slice(-1))
          .map((member) => ({ operation: "group.add-member", group, member })),
      );
      const isThere = (row: number) => (row >= users.length - members ? "present" : "absent");
      assert.deepEqual(
        rows.map(({ write }) => write?.was),
        [...Array.from({ length: 51 }, (_, at) => isThere(at)), "present"],
      );
      assert.equal(directory.reads.filter((url) => url.includes("/members?")).length, reads);
    });
  }

  it("with the group's members, once for all shards", async () => {
    const workshop = openWorkshop();
    const { directory } = workshop;
    const group = directory.addGroup("Sales");
    const rows = Array.from(
      { length: 2100 },
      (_, at) => `${group},${directory.addUser(`u${at}@x.com`)}\n`,
    );
    const path = "staged/adds.csv";
    await workshop.blobs.inbox.write(path, `group,member\n${rows.join("")}`);
    const message = {
      version: 1,
      batch: "b",
      mode: "plan",
      operation: "group.add-member",
      file: path,
    };
    const delivery = { messageId: "b", deadlineMs: Infinity };
    await workshop.batches.accept(message, delivery);
    assert.equal(shardRows(workshop.blobs.batches, "b", 3)[0]?.write?.was, "absent");
    assert.equal(directory.reads.filter((url) => url.includes("/members?")).length, 1);
  });

  it("with a read for each membership if Graph refuses to list several", async () => {
    const workshop = openWorkshop();
    workshop.directory.intercept = (url) =>
      url.includes("/members?") && url.includes("%20in%20")
        ? answer(400, {}, "Request_UnsupportedQuery")
        : undefined;
    const users = Array.from({ length: 3 }, (_, at) => workshop.directory.addUser(`u${at}@x.com`));
    const rows = await planAdds(workshop, users);
    assert.deepEqual(
      rows.map(({ write }) => write?.was),
      ["absent", "absent", "absent"],
    );
  });
});

describe("a row about a sponsor", () => {
  it("knows from the plan whether the guest has the sponsor, to tell its own work from another's", async () => {
    const workshop = openWorkshop();
    const { directory } = workshop;
    const [gwen, ann, bob] = ["gwen", "ann", "bob"].map((name) =>
      directory.addUser(`${name}@contoso.com`),
    );
    directory.intercept = (url) =>
      url.startsWith(`/users/${gwen}/sponsors`) ? answer(200, { value: [{ id: ann }] }) : undefined;
    const row = (verb: string, sponsor = "") => ({
      operation: `guest.${verb}-sponsor`,
      user: gwen,
      sponsor,
    });
    const rows = await planRows(workshop, [row("add", ann), row("remove", bob)]);
    assert.deepEqual(
      rows.map(({ write }) => write?.was),
      ["present", "absent"],
    );
  });
});
