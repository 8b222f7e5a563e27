import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { capsWith } from "../../guards/caps.ts";
import {
  type Begun,
  begin,
  defaults,
  some,
  deletes,
  send,
  statusOf,
  findingsOf,
} from "./ledger-workshop.ts";

const held = async (rows: readonly object[], prepare?: (begun: Begun) => void) => {
  const begun = begin(defaults, 10_000);
  prepare?.(begun);
  await send(begun, "b", rows);
  return { state: statusOf(begun, "b")["state"], reason: String(statusOf(begun, "b")["reason"]) };
};

describe("the default settings", () => {
  it("hold 251 rows that clear three columns", async () => {
    const facts = { city: "Oslo", department: "Sales", jobTitle: "Clerk" };
    const rows = Array.from({ length: 251 }, (_, at) => ({
      operation: "user.update",
      user: `c${at}@contoso.com`,
      city: null,
      department: null,
      jobTitle: null,
    }));
    const { state, reason } = await held(rows, ({ directory }) => {
      for (const { user } of rows) directory.addUser(user, facts);
    });
    assert.equal(state, "held");
    assert.match(reason, /753 cleared values, and MAX_CLEARED_VALUES_PER_BATCH allows 250/);
  });

  it("hold 228 membership removals", async () => {
    const rows = some(0, 228, (member, at) => ({
      operation: "group.remove-member",
      group: `G${at % 50}`,
      member,
    }));
    const { state, reason } = await held(rows, ({ directory }) => {
      for (let at = 0; at < 50; at++) directory.addGroup(`G${at}`);
    });
    assert.equal(state, "held");
    assert.match(
      reason,
      /228 membership removals, and MAX_MEMBERSHIP_REMOVALS_PER_BATCH allows 200/,
    );
  });

  it("hold 51 renames", async () => {
    const rows = some(0, 51, (user, at) => ({
      operation: "user.update",
      user,
      userPrincipalName: `n${at}@contoso.com`,
    }));
    const { state, reason } = await held(rows);
    assert.equal(state, "held");
    assert.match(reason, /51 renames, and MAX_RENAMES_PER_BATCH allows 50/);
  });

  for (const change of [
    { operation: "user.update", userType: "guest" },
    { operation: "user.convert-to-guest" },
  ]) {
    it(`hold 51 conversions to guests by ${change.operation}`, async () => {
      const rows = Array.from({ length: 52 }, (_, at) => ({
        ...change,
        user: `g${at}@contoso.com`,
      }));
      const { state, reason } = await held(rows, ({ directory }) => {
        const [guest, untyped, ...members] = rows.map(({ user }) => user);
        directory.addUser(guest!, { userType: "Guest" });
        directory.addUser(untyped!, { userType: null });
        for (const user of members) directory.addUser(user, { userType: "Member" });
      });
      assert.equal(state, "held");
      assert.match(
        reason,
        /51 conversions to guests, and MAX_GUEST_CONVERSIONS_PER_BATCH allows 50/,
      );
    });
  }

  it("hold 51 groups that stop being security groups", async () => {
    const { state, reason } = await held(
      Array.from({ length: 52 }, (_, at) => ({
        operation: "group.update",
        group: `G${at}`,
        securityEnabled: false,
      })),
      ({ directory }) => {
        for (let at = 0; at < 51; at++) directory.addGroup(`G${at}`, { securityEnabled: true });
        directory.addGroup("G51", { securityEnabled: false });
      },
    );
    assert.equal(state, "held");
    assert.match(
      reason,
      /51 cleared values of groups, and MAX_CLEARED_GROUP_VALUES_PER_BATCH allows 50/,
    );
  });

  for (const row of [
    { operation: "group.update" },
    { operation: "group.create", groupTypes: ["Unified"] },
  ]) {
    it(`hold six groups that ${row.operation} makes public, and count no other`, async () => {
      const wanted = Array.from({ length: 9 }, (_, at) => ({
        ...row,
        ...(row.operation === "group.update"
          ? { group: `G${at}` }
          : { displayName: `G${at}`, uniqueName: `G${at}` }),
        visibility: "Public",
      }));
      const { state, reason } = await held(wanted, ({ directory }) => {
        for (let at = 0; at < 8; at++) {
          directory.addGroup(`G${at}`, {
            uniqueName: `G${at}`,
            mailNickname: `G${at}`,
            mailEnabled: true,
            securityEnabled: false,
            groupTypes: ["Unified"],
            description: "Old",
            visibility: at < 2 ? "Public" : "Private",
          });
        }
      });
      assert.equal(state, "held");
      assert.match(reason, /6 groups made public, and MAX_OPENED_GROUPS_PER_BATCH allows 5/);
    });
  }

  it("show every guard in a plan, also those that hold nothing", async () => {
    const begun = begin(defaults, 100);
    await send(begun, "p", deletes(0, 2), "plan");
    const findings = findingsOf(begun, "p");
    assert.deepEqual([...findings.keys()].slice(0, 33), [
      "deletes",
      "deletes-per-day",
      "deletes-percent",
      "disables",
      "disables-per-day",
      "disables-percent",
      "membership-removals",
      "membership-removals-per-day",
      "cleared-values",
      "cleared-values-per-day",
      "cleared-values-percent",
      "renames",
      "renames-per-day",
      "renames-percent",
      "cleared-group-values",
      "cleared-group-values-per-day",
      "opened-groups",
      "opened-groups-per-day",
      "group-deletes",
      "group-deletes-per-day",
      "license-removals",
      "license-removals-per-day",
      "group-license-removals",
      "group-license-removals-per-day",
      "device-changes",
      "device-changes-per-day",
      "session-revocations",
      "session-revocations-per-day",
      "session-revocations-percent",
      "guest-conversions",
      "guest-conversions-per-day",
      "guest-conversions-percent",
      "group-loss",
    ]);
    const { limit, left, percentOf } = findings.get("membership-removals-per-day")!;
    assert.deepEqual([limit, left, percentOf], [500, 500, undefined]);
    const page = begun.blobs.batches.text("p/report.html");
    assert.match(page, /2 deletes in 24 hours, 20 allowed by MAX_DELETES_PER_DAY/);
    assert.match(page, /\d+ more guards found nothing/);
    assert.deepEqual(findings.get("deletes-percent"), {
      guard: "deletes-percent",
      kind: "deletes",
      scope: "day",
      count: 2,
      limit: 5,
      left: 3,
      percentOf: 100,
      over: [],
      setting: "MAX_DELETES_PERCENT_PER_DAY",
      held: false,
    });
  });
});

const counted = async (row: object, present: Record<string, unknown> = {}) => {
  const begun = begin(capsWith(), 0);
  begun.directory.addUser("ann@contoso.com", present);
  const ann = { operation: "user.update", user: "ann@contoso.com", ...row };
  await send(begun, "b", [ann]);
  const { charge } = begun.blobs.batches.json("b/plan.json") as { charge: { counts: object } };
  return charge.counts;
};

describe("what counts", () => {
  it("is only what changes: what is null, disabled or named so already does not", async () => {
    const row = { accountEnabled: "false", city: null, mail: "ann@contoso.com", jobTitle: "X" };
    const there = { accountEnabled: false, city: null, mail: "ann@contoso.com" };
    assert.deepEqual(await counted(row, there), {});
    assert.deepEqual(await counted(row, { ...there, accountEnabled: true }), { disables: 1 });
  });

  it("may be a disable, a rename and cleared values at once", async () => {
    const row = {
      accountEnabled: "false",
      city: null,
      department: null,
      mail: "b@contoso.com",
      userPrincipalName: "b@contoso.com",
    };
    const present = { city: "Oslo", department: "Sales" };
    const all = { disables: 1, "cleared-values": 2, renames: 1 };
    assert.deepEqual(await counted(row, present), all);
  });

  it("is each value inside a property that is cleared, and a list that is emptied", async () => {
    const onPremisesExtensionAttributes = { extensionAttribute1: null, extensionAttribute2: null };
    const present = {
      onPremisesExtensionAttributes: { extensionAttribute1: "a", extensionAttribute2: null },
      otherMails: ["a@b.com"],
    };
    const row = { onPremisesExtensionAttributes, otherMails: [] };
    assert.deepEqual(await counted(row, present), { "cleared-values": 2 });
  });

  it("is the most that a row can change, if work that is not finished may change what is there", async () => {
    const begun = begin(capsWith());
    await send(
      begun,
      "earlier",
      some(0, 1, (user) => ({ operation: "user.update", user, city: "X" })),
    );
    await send(
      begun,
      "later",
      some(0, 1, (user) => ({ operation: "user.update", user, city: null })),
    );
    const { charge } = begun.blobs.batches.json("later/plan.json") as {
      charge: { counts: object };
    };
    assert.deepEqual(charge.counts, { "cleared-values": 1 });
  });
});
