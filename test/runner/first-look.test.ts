import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { readBefore } from "../../shared/records/approval/before.ts";
import { readHeld } from "../../shared/records/approval/held.ts";
import { changeControl } from "../../shared/records/decisions/control.ts";
import type { TinyDirectory } from "./tiny-directory.ts";
import { type Town, openTown } from "./town.ts";

const MINUTE_MS = 60_000;
const [ann, bob] = ["ann@contoso.com", "bob@contoso.com"];

const update = (user: string, city: string) => ({ operation: "user.update", user, city });
const message = { version: 1, batch: "b", mode: "plan", rows: [update(ann, "Oslo")] };

function begin(): Town {
  const town = openTown();
  for (const userPrincipalName of [ann, bob]) {
    town.users.addUser({ userPrincipalName, displayName: userPrincipalName, city: "Rome" });
  }
  return town;
}

const userNamed = (users: TinyDirectory, name: string) =>
  [...users.users.values()].find((user) => user["userPrincipalName"] === name)!;

const verdictsOf = (town: Town) => [...town.report("b").values()].map(({ verdict }) => verdict);

const stateOf = ({ blobs }: Town) => blobs.batches.json("b/status.json")["state"];

/** Plans the rows, lets something happen, and approves and runs the plan so many minutes later. */
async function planned(
  happens: (users: TinyDirectory) => void = () => undefined,
  options: { readonly minutes?: number; readonly rows?: readonly object[] } = {},
): Promise<Town> {
  const town = begin();
  await town.deliver({ ...message, rows: options.rows ?? message.rows });
  happens(town.users);
  town.pass((options.minutes ?? 11) * MINUTE_MS);
  await town.approve("b");
  await town.run();
  return town;
}

describe("a planned batch that is approved", () => {
  it("runs under its own name, without a second upload", async () => {
    const town = await planned();
    assert.equal(stateOf(town), "finished");
    assert.equal(userNamed(town.users, ann)["city"], "Oslo");
    const row = town.report("b").get(1);
    assert.deepEqual(
      [row?.verdict, row?.before, row?.after],
      ["done", { city: "Rome" }, { city: "Oslo" }],
    );
  });

  it("reads nothing again within ten minutes", async () => {
    const town = await planned(() => undefined, { minutes: 9 });
    const read = town.users.looks;
    assert.equal(stateOf(town), "finished");
    assert.equal(read, (await planned(() => undefined, { minutes: 0 })).users.looks);
    assert.ok(read < (await planned()).users.looks);
  });

  it("writes nothing if a shard or the plan is not what was approved", async () => {
    const changes = [
      ["b/shards/00001.jsonl", /"city":"Oslo"/, '"city":"Bern"'],
      ["b/plan.json", /"digest": "sha256:..../, '"digest": "sha256:zzzz'],
      ["b/batch.json", /"contentSha256": "..../, '"contentSha256": "zzzz'],
    ] as const;
    for (const [path, was, is] of changes) {
      const town = begin();
      await town.deliver(message);
      const text = town.blobs.batches.text(path);
      assert.match(text, was);
      await town.blobs.batches.write(path, text.replace(was, is));
      await town.approve("b");
      await town.run().catch(() => undefined);
      assert.equal(userNamed(town.users, ann)["city"], "Rome", path);
    }
  });
});

describe("a row whose object was read more than ten minutes ago", () => {
  it("is held alone if what it replaces was changed, and the rest runs", async () => {
    const town = await planned((users) => Object.assign(userNamed(users, ann), { city: "Bern" }), {
      rows: [update(ann, "Oslo"), update(bob, "Oslo")],
    });
    assert.equal(stateOf(town), "held");
    const rows = town.report("b");
    assert.deepEqual([rows.get(1)?.verdict, rows.get(2)?.verdict], ["held", "done"]);
    assert.match(rows.get(1)?.reason ?? "", /changed after it was planned: city\.$/);
    assert.doesNotMatch(JSON.stringify(rows.get(1)?.reason), /Bern|Rome|Oslo/);
    assert.deepEqual(rows.get(1)?.before, { city: "Bern" });
    assert.equal(userNamed(town.users, ann)["city"], "Bern");
    assert.deepEqual(
      [...town.blobs.runner.blobs.keys()].filter((path) => /queue/.test(path)),
      [],
    );
    const held = town.events.find(({ event }) => event === "batch.held");
    assert.deepEqual(held && "guard" in held && [held.guard, held.count], [
      "changed-since-plan",
      1,
    ]);
  });

  it("is released by approving what it would write now, and only by that", async () => {
    const town = await planned((users) => Object.assign(userNamed(users, ann), { city: "Bern" }));
    const { blobs } = town;
    const { digest } = (await readHeld(blobs.batches, "b"))!;
    const plan = String(blobs.batches.json("b/plan.json")["digest"]);
    assert.notEqual(digest, plan);
    assert.equal(blobs.batches.json("b/status.json")["digest"], digest);
    await town.approve("b", plan);
    await town.run();
    assert.equal(stateOf(town), "held");
    await town.approve("b");
    await town.run();
    assert.equal(stateOf(town), "finished");
    assert.equal(userNamed(town.users, ann)["city"], "Oslo");
    const values = (await readBefore(blobs.batches, "b", 1)).get(1);
    assert.deepEqual(values, { before: { city: "Bern" }, after: { city: "Oslo" } });
  });

  it("is skipped if the batch is cancelled, and what was written stays", async () => {
    const town = await planned((users) => Object.assign(userNamed(users, ann), { city: "Bern" }), {
      rows: [update(ann, "Oslo"), update(bob, "Oslo")],
    });
    await changeControl(town.blobs.batches, "b", (control) => ({
      ...control,
      standing: "cancelled",
    }));
    await town.approve("b");
    await town.run();
    assert.equal(stateOf(town), "cancelled");
    const verdicts = [...town.report("b").values()].map(({ verdict }) => verdict);
    assert.deepEqual(verdicts, ["skipped", "done"]);
    assert.equal(userNamed(town.users, ann)["city"], "Bern");
  });

  it("is held again if it was changed again since, under another digest", async () => {
    const town = await planned((users) => Object.assign(userNamed(users, ann), { city: "Bern" }));
    const first = await readHeld(town.blobs.batches, "b");
    userNamed(town.users, ann)["city"] = "Nice";
    town.pass(11 * MINUTE_MS);
    await town.approve("b");
    await town.run();
    const second = await readHeld(town.blobs.batches, "b");
    assert.equal(stateOf(town), "held");
    assert.notEqual(second?.digest, first?.digest);
    await town.approve("b");
    await town.run();
    assert.equal(stateOf(town), "finished");
  });

  it("is held if its user has another name by now", async () => {
    const town = await planned((users) => {
      userNamed(users, ann)["userPrincipalName"] = "ann.old@contoso.com";
      users.addUser({ userPrincipalName: ann, city: "Rome" });
    });
    assert.equal(stateOf(town), "held");
    assert.match(town.report("b").get(1)?.reason ?? "", /another user principal name/);
    assert.equal(userNamed(town.users, ann)["city"], "Rome");
  });

  it("is unchanged if its values are in place by now", async () => {
    const town = await planned((users) => Object.assign(userNamed(users, ann), { city: "Oslo" }));
    assert.equal(stateOf(town), "finished");
    assert.equal(town.report("b").get(1)?.verdict, "unchanged");
    assert.equal(town.users.made.size, 0);
  });

  it("ends as Graph ends it if its object is gone", async () => {
    for (const [operation, verdict] of [
      ["user.disable", "failed"],
      ["user.delete", "unchanged"],
    ] as const) {
      const gone = (users: TinyDirectory) => users.users.delete(userNamed(users, ann).id);
      const town = await planned((users) => void gone(users), {
        rows: [{ operation, user: ann }],
      });
      const row = town.report("b").get(1);
      assert.equal(row?.verdict, verdict);
      assert.equal(town.users.posts, 0);
    }
  });

  it("is held if it deletes a user who was enabled since", async () => {
    const town = await planned(
      (users) => Object.assign(userNamed(users, ann), { accountEnabled: false }),
      { rows: [{ operation: "user.delete", user: ann }] },
    );
    assert.match(town.report("b").get(1)?.reason ?? "", /planned: accountEnabled\.$/);
    assert.ok(userNamed(town.users, ann));
  });

  it("is held with the rows after it, which are released with it", async () => {
    const rows = [
      { operation: "user.update", user: ann, userPrincipalName: "new@contoso.com" },
      { operation: "user.create", userPrincipalName: ann, displayName: "Ann" },
      update(bob, "Oslo"),
    ];
    const town = await planned(
      (users) => (userNamed(users, ann)["userPrincipalName"] = "odd@contoso.com"),
      { rows },
    );
    assert.deepEqual(verdictsOf(town), ["held", "held", "done"]);
    assert.match(town.report("b").get(2)?.reason ?? "", /after row 1, which is held/);
    await town.approve("b");
    await town.run();
    assert.deepEqual(verdictsOf(town), ["done", "done", "done"]);
    assert.ok(userNamed(town.users, "new@contoso.com"));
  });

  it("is held with the rows of later stages, which are released with it", async () => {
    const rows = [update(ann, "Oslo"), { ...update(bob, "Oslo"), stage: 2 }];
    const town = await planned((users) => (userNamed(users, ann)["city"] = "Bern"), { rows });
    assert.deepEqual(verdictsOf(town), ["held", "held"]);
    assert.match(town.report("b").get(2)?.reason ?? "", /after row 1, which is held/);
    await town.approve("b");
    await town.run();
    assert.deepEqual(verdictsOf(town), ["done", "done"]);
  });

  it("is held if what the plan read was altered or is gone", async () => {
    for (const change of ["alter", "delete"] as const) {
      const town = begin();
      await town.deliver(message);
      const path = "b/before/00001.jsonl";
      const text = town.blobs.batches.text(path);
      if (change === "delete") await town.blobs.batches.delete(path);
      town.pass(11 * MINUTE_MS);
      await town.approve("b");
      if (change === "alter") {
        await town.blobs.batches.write(path, text.replace("Rome", "Bern"));
      }
      await town.run();
      assert.equal(stateOf(town), "held", change);
      assert.equal(town.users.posts, 0);
    }
  });

  it("is looked at in mode apply too, if it had to wait so long", async () => {
    const town = begin();
    await town.deliver({ ...message, mode: "apply" });
    town.pass(11 * MINUTE_MS);
    userNamed(town.users, ann)["city"] = "Bern";
    await town.run();
    assert.equal(stateOf(town), "held");
  });

  it("is a membership: it is written whatever is there, and not looked at", async () => {
    const town = begin();
    const { id: member } = userNamed(town.users, ann);
    const group = "10000000-0000-4000-8000-000000000001";
    town.users.groups.set(group, new Set());
    const rows = [{ operation: "group.remove-member", group, member }];
    await town.deliver({ ...message, rows });
    town.pass(11 * MINUTE_MS);
    await town.approve("b");
    const { readAll } = town.users;
    const read: string[] = [];
    town.users.readAll = (requests, options) => {
      read.push(...requests.map(({ url }) => url));
      return readAll(requests, options);
    };
    await town.run();
    assert.equal(stateOf(town), "finished");
    assert.deepEqual(
      read.filter((url) => url.includes(member) || url.includes(group)),
      [],
    );
  });
});

describe("what is there when a row is written", () => {
  it("is read then if an earlier row of the batch changed it", async () => {
    const rows = [update(ann, "Oslo"), update(ann, "Bern")];
    const town = await planned(() => undefined, { rows, minutes: 0 });
    assert.equal(stateOf(town), "finished");
    const values = await readBefore(town.blobs.batches, "b", 1);
    assert.deepEqual(
      [values.get(1)?.before, values.get(2)?.before],
      [{ city: "Rome" }, { city: "Oslo" }],
    );
  });

  it("is read then if other batches had work when it was planned", async () => {
    const town = begin();
    const apply = { ...message, mode: "apply" };
    await town.deliver({ ...apply, batch: "a", rows: [update(ann, "Bern"), update(bob, "Bern")] });
    await town.deliver({ ...apply, rows: [update(ann, "Oslo"), update(bob, "Rome")] });
    await town.run();
    assert.equal(stateOf(town), "finished");
    const values = await readBefore(town.blobs.batches, "b", 1);
    assert.deepEqual(values.get(1), { before: { city: "Bern" }, after: { city: "Oslo" } });
    assert.deepEqual(values.get(2), { before: { city: "Bern" }, after: { city: "Rome" } });
  });
});
