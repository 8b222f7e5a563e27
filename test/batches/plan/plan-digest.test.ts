import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { systemClock } from "../../../shared/core/clock.ts";
import { readBefore } from "../../../shared/records/approval/before.ts";
import { planDigest } from "../../../shared/records/approval/plan-digest.ts";
import { openWorkshop, type Workshop } from "../workshop.ts";

const hex = fc.stringMatching(/^[0-9a-f]{8}$/);
const batch = { batch: "b", tenant: "t", contentSha256: "c", rows: 3 };

/** 2,500 rows make three shards. */
const rows = Array.from({ length: 2_500 }, (_, at) => ({
  operation: "user.update",
  user: `u${at}@contoso.com`,
  city: "Oslo",
}));
const csv = ["operation,user,city", ...rows.map((row) => Object.values(row).join())].join("\n");

function openTown(): Workshop {
  const workshop = openWorkshop();
  for (const { user } of rows) workshop.directory.addUser(user, { city: "Rome" });
  return workshop;
}

async function digestAfter(workshop: Workshop, interrupted: boolean): Promise<unknown> {
  const { blobs, batches } = workshop;
  await blobs.inbox.write("staged/a.csv", csv);
  const message = { version: 1, batch: "b", mode: "plan", file: "staged/a.csv" };
  // A delivery whose time is over stops after each shard.
  const deadlineMs = interrupted ? 0 : systemClock.now() + 60_000;
  for (let tries = 0; tries < 9; tries++) {
    const { state } = await batches.accept(message, { messageId: "m", deadlineMs });
    if (state === "done") return blobs.batches.json("b/plan.json")["digest"];
    assert.ok(interrupted);
  }
  throw new Error("the plan never ended");
}

describe("a plan's digest", () => {
  it("is the same however often the plan was interrupted", async () => {
    const once = await digestAfter(openTown(), false);
    assert.match(String(once), /^sha256:[0-9a-f]{64}$/);
    assert.equal(await digestAfter(openTown(), true), once);
  });

  it("is another for any other planned write", async () => {
    const town = openTown();
    const id = town.directory.addUser("u7@contoso.com", { city: "Rome" });
    const other = await digestAfter(town, false);
    assert.match(town.blobs.batches.text("b/shards/00001.jsonl"), new RegExp(id));
    assert.notEqual(other, await digestAfter(openTown(), false));
  });

  it("is another for any other batch, tenant, content, count, shard or order of shards", () =>
    fc.assert(
      fc.property(fc.array(hex, { minLength: 1 }), hex, fc.nat(), (shards, other, pick) => {
        const at = pick % shards.length;
        fc.pre(shards[at] !== other);
        const same = planDigest(batch, shards);
        assert.equal(planDigest({ ...batch }, [...shards]), same);
        const others = [
          planDigest({ ...batch, batch: "b2" }, shards),
          planDigest({ ...batch, tenant: "t2" }, shards),
          planDigest({ ...batch, contentSha256: "c2" }, shards),
          planDigest({ ...batch, rows: 4 }, shards),
          planDigest(batch, shards.with(at, other)),
          planDigest(batch, [...shards, other]),
        ];
        const turned = shards.toReversed();
        if (turned.some((each, index) => each !== shards[index])) {
          others.push(planDigest(batch, turned));
        }
        assert.ok(others.every((each) => each !== same));
      }),
    ));
});

describe("a plan keeps what its rows change, as it is and as it will be", () => {
  const operations = [
    { operation: "user.update", user: "ann@contoso.com", city: "Oslo", mobilePhone: null },
    { operation: "user.disable", user: "bob@contoso.com" },
    { operation: "user.delete", user: "cid@contoso.com" },
    { operation: "user.create", userPrincipalName: "new@contoso.com", displayName: "New" },
    { operation: "group.add-member", group: "Sales", member: "ann@contoso.com" },
    { operation: "user.update", user: "ann@contoso.com", city: "Bern" },
    { operation: "user.update", user: "new@contoso.com", city: "Bern" },
  ];

  it("for each operation; not yet if an earlier row changes the object first", async () => {
    const workshop = openWorkshop();
    const { directory, blobs } = workshop;
    directory.addUser("ann@contoso.com", { city: "Rome", mobilePhone: "1" });
    for (const name of ["bob@contoso.com", "cid@contoso.com"]) directory.addUser(name);
    directory.addGroup("Sales");
    await workshop.deliver({ version: 1, batch: "b", mode: "plan", rows: operations });
    const found = await readBefore(blobs.batches, "b", 1);
    assert.deepEqual(Object.fromEntries(found), {
      1: {
        before: { city: "Rome", mobilePhone: "1" },
        after: { city: "Oslo", mobilePhone: null },
      },
      2: { before: { accountEnabled: true }, after: { accountEnabled: false } },
      3: {
        before: {
          accountEnabled: true,
          displayName: "cid@contoso.com",
          userPrincipalName: "cid@contoso.com",
        },
        after: {},
      },
      4: {
        before: {},
        after: {
          userPrincipalName: "new@contoso.com",
          displayName: "New",
          accountEnabled: true,
          mailNickname: "new",
        },
      },
      5: { before: { membership: "absent" }, after: { membership: "present" } },
    });
  });

  it("before the shard exists, so that a plan never lacks it", async () => {
    const workshop = openTown();
    const written: string[] = [];
    workshop.blobs.batches.before = (_change, path) => void written.push(path);
    await digestAfter(workshop, false);
    for (const shard of ["00001", "00002", "00003"]) {
      const before = written.indexOf(`b/before/${shard}.jsonl`);
      assert.ok(before >= 0 && before < written.indexOf(`b/shards/${shard}.jsonl`));
    }
  });
});
