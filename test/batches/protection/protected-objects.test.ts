import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { home, openWorkshop, other, ownPrincipal } from "../workshop.ts";
import { type Ids, NEVER, planned, type Protect } from "./planned-batch.ts";

describe("a row that would change a protected object holds its batch", () => {
  const table: {
    when: string;
    row: (ids: Ids) => object;
    protect: Protect;
    says: RegExp;
  }[] = [
    {
      when: "a user is listed by id, and is to be deleted by name",
      row: () => ({ operation: "user.delete", user: "SVC-vip@contoso.com" }),
      protect: ({ vip }) => ({ objects: [vip] }),
      says: /the user is in PROTECTED_OBJECTS/,
    },
    {
      when: "a user is listed by id, and is to be disabled",
      row: ({ vip }) => ({ operation: "user.disable", user: vip }),
      protect: ({ vip }) => ({ objects: [vip] }),
      says: /the user is in PROTECTED_OBJECTS/,
    },
    {
      when: "a user is listed by id, and is to be renamed",
      row: ({ vip }) => ({
        operation: "user.update",
        user: vip,
        userPrincipalName: "x@contoso.com",
      }),
      protect: ({ vip }) => ({ objects: [vip] }),
      says: /the user is in PROTECTED_OBJECTS/,
    },
    {
      when: "a user is in the group of the emergency accounts",
      row: ({ vip }) => ({ operation: "user.update", user: vip, city: "Rome" }),
      protect: ({ vip, tier0 }, directory) => {
        directory.members.get(tier0)?.add(vip);
        return { groups: [{ tenant: home, id: tier0 }] };
      },
      says: /the user is a member of the protected group 00000002-/,
    },
    {
      when: "somebody is to join the group of the emergency accounts",
      row: ({ ann, tier0 }) => ({ operation: "group.add-member", group: tier0, member: ann }),
      protect: ({ tier0 }) => ({ groups: [{ tenant: home, id: tier0 }] }),
      says: /the group is in PROTECTED_GROUPS/,
    },
    {
      when: "somebody is to leave a group in the group of the emergency accounts",
      row: ({ ann }) => ({ operation: "group.remove-member", group: "Staff", member: ann }),
      protect: ({ staff, tier0 }, directory) => {
        directory.members.get(tier0)?.add(staff);
        return { groups: [{ tenant: home, id: tier0 }] };
      },
      says: /the group is a member of the protected group/,
    },
    {
      when: "a user matches the filter",
      row: ({ vip }) => ({ operation: "user.disable", user: vip }),
      protect: () => ({ filter: "startswith(userPrincipalName,'svc-')" }),
      says: /the user matches PROTECTED_FILTER/,
    },
    {
      when: "a user holds a directory role",
      row: ({ vip }) => ({ operation: "user.disable", user: vip }),
      protect: ({ vip }, { holders }) => {
        holders.add(vip);
        return { roleHolders: true };
      },
      says: /the user holds a directory role/,
    },
    {
      when: "a user is eligible for a directory role",
      row: ({ vip }) => ({ operation: "user.disable", user: vip }),
      protect: ({ vip }, { eligible }) => {
        eligible.add(vip);
        return { roleHolders: true };
      },
      says: /the user is eligible for a directory role/,
    },
    {
      when: "a user is in a group that holds a directory role",
      row: ({ vip }) => ({ operation: "user.disable", user: vip }),
      protect: ({ vip }, directory) => {
        const admins = directory.addGroup("Admins", { isAssignableToRole: true });
        directory.holders.add(admins);
        directory.members.get(admins)?.add(vip);
        return { roleHolders: true };
      },
      says: /the user is in a group that holds a directory role or is eligible for one/,
    },
    {
      when: "a group is role-assignable, even if it holds no role",
      row: ({ ann }) => ({ operation: "group.add-member", group: "Admins", member: ann }),
      protect: (_, directory) => {
        directory.addGroup("Admins", { isAssignableToRole: true });
        return { roleHolders: true };
      },
      says: /the group is role-assignable/,
    },
    {
      when: "this application itself is to join a group",
      row: ({ staff }) => ({ operation: "group.add-member", group: staff, member: ownPrincipal }),
      protect: (_, { others }) => {
        others.add(ownPrincipal);
        return {};
      },
      says: /the member is this application itself/,
    },
  ];
  for (const { when, row, protect, says } of table) {
    it(`when ${when}`, async () => {
      const found = await planned((ids) => [row(ids)], protect);
      assert.equal(found.status.state, "held");
      assert.equal(found.isHandedOver, false, "the runner is not told");
      const { finding } = found;
      assert.deepEqual([finding?.count, finding?.held], [1, true]);
      assert.match(finding?.reason ?? "", /^1 row would change protected objects \(row 2\): /);
      assert.match(finding?.reason ?? "", says);
      assert.match(found.status.reason ?? "", says);
      assert.equal(found.verdicts["held"], 2, "the ordinary row is held with it");
      const [, ordinary = "", row2 = ""] = found.blobs.batches.text("b/report.csv").split("\r\n");
      assert.match(row2, /,held,/);
      assert.match(row2, /Protected: /);
      assert.match(ordinary, /,held,/);
      assert.doesNotMatch(ordinary, /Protected: /);
      const guards = found.events.flatMap((each) =>
        each.event === "batch.held" ? each.guard : [],
      );
      assert.deepEqual(guards, ["protected-objects"]);
    });
  }
});

describe("a batch is not held for protected objects", () => {
  it("when a protected user joins or leaves an ordinary group", async () => {
    const { status, finding } = await planned(
      ({ staff, vip }) => [{ operation: "group.add-member", group: staff, member: vip }],
      ({ vip }) => ({ objects: [vip] }),
    );
    assert.deepEqual([status.state, finding?.count, finding?.held], ["accepted", 0, false]);
  });

  it("when the row for a protected user changes nothing", async () => {
    const { status } = await planned(
      ({ vip }) => [{ operation: "user.update", user: vip, displayName: "svc-vip@contoso.com" }],
      ({ vip }) => ({ objects: [vip] }),
    );
    assert.equal(status.state, "accepted");
  });

  it("when its row may not change a protected user at all: the row fails", async () => {
    const { status, rows, finding } = await planned(
      ({ vip }) => [{ operation: "user.reset-password", user: vip }],
      ({ vip }) => ({ objects: [vip] }),
    );
    assert.deepEqual([status.state, finding?.count], ["accepted", 0]);
    const [, row] = rows;
    assert.equal(row?.verdict, "failed");
    assert.match(
      row.reason ?? "",
      /^Protected: the user is in PROTECTED_OBJECTS\. user\.reset-password/,
    );
  });

  it("when the protected group is another tenant's", async () => {
    const { status } = await planned(
      ({ vip }) => [{ operation: "user.disable", user: vip }],
      () => ({ groups: [{ tenant: other, id: NEVER }] }),
    );
    assert.equal(status.state, "accepted");
  });

  it("and its plan says so when nobody looked for holders of roles", async () => {
    const { finding } = await planned(
      () => [],
      () => ({ roleHolders: false }),
    );
    assert.match(finding?.reason ?? "", /PROTECT_ROLE_HOLDERS is off/);
    const workshop = openWorkshop();
    const user = workshop.directory.addUser("ann@contoso.com");
    const rows = [{ operation: "user.update", user, city: "Oslo" }];
    await workshop.deliver({ version: 1, batch: "b", mode: "plan", rows });
    const page = workshop.blobs.batches.text("b/report.html");
    assert.match(
      page,
      /0 rows that change protected objects, .*PROTECT_ROLE_HOLDERS is off: nobody/,
    );
  });
});
