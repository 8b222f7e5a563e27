import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { openWorkshop, planRows, type ShardRow } from "../workshop.ts";

const update = (user: string, userPrincipalName: string, more: object = {}) => ({
  operation: "user.update",
  user,
  userPrincipalName,
  ...more,
});
const create = (userPrincipalName: string, displayName = "New") => ({
  operation: "user.create",
  userPrincipalName,
  displayName,
});

describe("a name that an earlier row frees", () => {
  it("goes to another user only after that row", async () => {
    const workshop = openWorkshop();
    const ann = workshop.directory.addUser("ann@contoso.com");
    const bob = workshop.directory.addUser("bob@contoso.com");
    const rows = await planRows(workshop, [
      update(ann, "ann.old@contoso.com"),
      update("bob@contoso.com", "ANN@contoso.com"),
      create("bob@contoso.com"),
    ]);
    assert.deepEqual(rows[0]?.write?.keys, [
      `object:${ann}`,
      "upn:ann.old@contoso.com",
      "upn:ann@contoso.com",
    ]);
    assert.deepEqual(rows[1]?.write?.target["user"], bob);
    assert.deepEqual(
      rows.map(({ write }) => write?.after),
      [undefined, [1], [2]],
    );
  });

  it("is freed by a delete: a rename that takes it waits, also in another batch", async () => {
    const workshop = openWorkshop();
    const ann = workshop.directory.addUser("ann@contoso.com");
    const bob = workshop.directory.addUser("bob@contoso.com");
    workshop.directory.addUser("cid@contoso.com");
    const rows = await planRows(workshop, [
      { operation: "user.delete", user: ann },
      update(bob, "Ann@contoso.com"),
      update("cid@contoso.com", "cid.old@contoso.com"),
      { operation: "user.delete", user: "cid@contoso.com" },
      create("cid@contoso.com"),
    ]);
    assert.deepEqual(rows[0]?.write?.keys, [`object:${ann}`, "upn:ann@contoso.com"]);
    assert.deepEqual(rows[1]?.write?.after, [1]);
    assert.ok(rows[1]?.write?.keys.includes("upn:ann@contoso.com"));
    assert.deepEqual(rows[4]?.write?.after, [3], "the rename frees the name, not the delete");
  });

  it("is free for a create, also if an earlier row of the batch had created its user", async () => {
    const workshop = openWorkshop();
    const rows = await planRows(workshop, [
      create("new@contoso.com"),
      update("new@contoso.com", "newer@contoso.com"),
      create("new@contoso.com"),
    ]);
    assert.deepEqual(
      rows.map(({ verdict, write }) => [verdict, write?.after]),
      [
        [undefined, undefined],
        [undefined, [1]],
        [undefined, [2]],
      ],
    );
  });

  it("names its new user in later rows if that one is created, and nobody if it was renamed", async () => {
    const workshop = openWorkshop();
    const ann = workshop.directory.addUser("ann@contoso.com");
    workshop.directory.addUser("bob@contoso.com");
    workshop.directory.addUser("cid@contoso.com");
    const rows = await planRows(workshop, [
      update(ann, "ann.old@contoso.com"),
      create("ann@contoso.com"),
      { operation: "user.disable", user: "ann@contoso.com" },
      update("bob@contoso.com", "bob.old@contoso.com"),
      update("cid@contoso.com", "bob@contoso.com"),
      { operation: "user.disable", user: "bob@contoso.com" },
      { operation: "user.disable", user: "ann.old@contoso.com" },
    ]);
    assert.deepEqual(rows[2]?.write?.idFromRow, { row: 2, role: "user" });
    for (const [at, by] of [
      [5, 5],
      [6, 1],
    ] as const) {
      assert.equal(rows[at]?.verdict, "failed");
      assert.match(
        rows[at]?.reason ?? "",
        new RegExp(`Row ${by} gives this name to another object`),
      );
      assert.match(rows[at]?.fix ?? "", /object id/);
    }
  });

  it("stays the user's own name for later rows while no other row takes it", async () => {
    const workshop = openWorkshop();
    const ann = workshop.directory.addUser("ann@contoso.com");
    const rows = await planRows(workshop, [
      update(ann, "ann.old@contoso.com"),
      { operation: "user.disable", user: "ann@contoso.com" },
      update(ann, "Ann@contoso.com"),
    ]);
    assert.equal(rows[1]?.write?.target["user"], ann);
    assert.equal(rows[2]?.verdict, "failed");
    assert.match(rows[2]?.reason ?? "", /Row 1 renames this user already/);
  });

  it("is still known after the plan was interrupted", async () => {
    const workshop = openWorkshop();
    const ann = workshop.directory.addUser("ann@contoso.com");
    const filler = Array.from({ length: 999 }, (_, at) => {
      workshop.directory.addUser(`u${at}@contoso.com`);
      return { operation: "user.update", user: `u${at}@contoso.com`, city: "Oslo" };
    });
    const rows = [update(ann, "ann.old@contoso.com"), ...filler, create("ann@contoso.com")];
    const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
    await workshop.blobs.inbox.write("staged/x.jsonl", lines);
    const message = { version: 1, batch: "b", mode: "apply", file: "staged/x.jsonl" };
    for (;;) {
      const result = await workshop.batches.accept(message, { messageId: "1", deadlineMs: 0 });
      if (result.state === "done") break;
    }
    const last = JSON.parse(workshop.blobs.batches.text("b/shards/00002.jsonl")) as ShardRow;
    assert.deepEqual(last.write?.after, [1]);
  });
});

describe("a create with another case of the name", () => {
  it("is a duplicate of an earlier row, and unchanged if the user exists", async () => {
    const workshop = openWorkshop();
    workshop.directory.addUser("Cid@contoso.com", { displayName: "New", mailNickname: "Cid" });
    const rows = await planRows(workshop, [
      create("Ann@contoso.com"),
      create("ann@CONTOSO.com"),
      create("cid@contoso.com"),
    ]);
    assert.deepEqual(
      rows.map(({ verdict }) => verdict),
      [undefined, "skipped", "unchanged"],
    );
    assert.match(rows[1]?.reason ?? "", /Duplicate of row 1/);
  });
});

/** What the writes of a plan do in this order: Graph refuses a name that another user has. */
function carryOut(order: readonly ShardRow[], start: ReadonlyMap<string, string>): string {
  const nameOf = new Map(start);
  for (const { row, write } of order) {
    const name = String(write?.set?.["userPrincipalName"]).toLowerCase();
    const id = write?.target["user"] ?? `created by ${write?.idFromRow?.row ?? row}`;
    const isTaken = [...nameOf].some(([other, taken]) => taken === name && other !== id);
    const isThere = nameOf.has(id) || write?.idFromRow === undefined;
    if (!isTaken && isThere) nameOf.set(id, name);
  }
  return JSON.stringify([...nameOf].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

describe("renames and creates", () => {
  const names = ["ann", "bob", "cid", "dan"].map((name) => `${name}@contoso.com`);
  const anyName = fc.constantFrom(...names);

  it("have the effect of their rows one after the other, in any order that the plan allows", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.record({ user: fc.nat(1), name: anyName }),
            fc.record({ made: anyName, name: anyName }),
            fc.record({ name: anyName }),
          ),
          { minLength: 1, maxLength: 8 },
        ),
        fc.infiniteStream(fc.nat()),
        async (wanted, random) => {
          const workshop = openWorkshop();
          const ids = [names[0]!, names[1]!].map((name) => workshop.directory.addUser(name));
          const start = new Map(ids.map((id, at) => [id, names[at]!]));
          const rows = wanted.map((each) => {
            if ("user" in each) return update(ids[each.user]!, each.name);
            return "made" in each ? update(each.made, each.name) : create(each.name);
          });
          const writes = (await planRows(workshop, rows)).filter(({ write }) => write);
          const open = [...writes];
          const order: ShardRow[] = [];
          while (open.length > 0) {
            const ready = open.filter(({ write }) =>
              (write?.after ?? []).every((row) => !open.some((other) => other.row === row)),
            );
            const next = ready[Number(random.next().value) % ready.length]!;
            open.splice(open.indexOf(next), 1);
            order.push(next);
          }
          assert.equal(carryOut(order, start), carryOut(writes, start));
        },
      ),
      { numRuns: 300 },
    ));
});
