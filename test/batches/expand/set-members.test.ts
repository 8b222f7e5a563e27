import { strict as assert } from "node:assert";
import { beforeEach, describe, it } from "node:test";

import { answer } from "../small-directory.ts";
import { openWorkshop, shardRows, type Workshop } from "../workshop.ts";

let workshop: Workshop;
let group: string;
const ids = new Map<string, string>();

/** Users ann to eva; ann, bo and cy are members, as is a service principal. */
beforeEach(() => {
  workshop = openWorkshop({
    settings: { ...openWorkshop().ports.settings, maxInvalidRowsPercent: 100 },
  });
  const { directory } = workshop;
  for (const name of ["ann", "bo", "cy", "dee", "eva"]) {
    ids.set(name, directory.addUser(`${name}@contoso.com`));
  }
  group = directory.addGroup("Nurses");
  const members = directory.members.get(group)!;
  for (const name of ["ann", "bo", "cy"]) members.add(ids.get(name)!);
  members.add("99999999-0000-4000-8000-000000000001");
  directory.others.add("99999999-0000-4000-8000-000000000001");
});

const nameOf = (id: string | undefined): string =>
  [...ids].find(([, each]) => each === id)?.[0] ?? String(id);

/** Accepts rows of group.set-members, and returns the parts in short. */
async function setMembers(...rows: readonly object[]): Promise<readonly string[]> {
  const named = rows.map((row) => ({ operation: "group.set-members", group: "Nurses", ...row }));
  const message = { version: 1, batch: "lists", mode: "apply", rows: named };
  const { outcome } = await workshop.deliver(message);
  assert.equal(outcome, "accepted");
  return shardRows(workshop.blobs.batches, "lists").map(({ operation, verdict, write, objectId }) =>
    [operation, verdict ?? "write", nameOf(write?.target["member"] ?? objectId)].join(" "),
  );
}

const member = (name: string) => ({ member: `${name}@contoso.com` });

describe("rows of group.set-members", () => {
  it("add who is missing, leave who is a member, and remove who is not named", async () => {
    assert.deepEqual(await setMembers(member("dee"), member("ann"), { member: ids.get("eva") }), [
      "group.add-member write dee",
      "group.remove-member write bo",
      "group.remove-member write cy",
      "group.add-member unchanged ann",
      "group.add-member write eva",
    ]);
  });

  it("take the whole list in one cell", async () => {
    assert.deepEqual(await setMembers({ members: "ann@contoso.com|dee@contoso.com" }), [
      "group.add-member unchanged ann",
      "group.add-member write dee",
      "group.remove-member write bo",
      "group.remove-member write cy",
    ]);
  });

  it("empty a group only if a row says so", async () => {
    assert.deepEqual(await setMembers({ member: "(clear)" }), [
      "group.remove-member write ann",
      "group.remove-member write bo",
      "group.remove-member write cy",
    ]);
  });

  it("fail if neither column says who is wanted, and remove nobody", async () => {
    assert.deepEqual(await setMembers({}, member("ann")), [
      "group.set-members failed undefined",
      "group.add-member unchanged ann",
      "group.set-members skipped undefined",
    ]);
  });

  it("fail if one says that the group is empty, and others name members", async () => {
    assert.deepEqual(await setMembers({ member: "(clear)" }, member("ann")), [
      "group.set-members failed undefined",
      "group.set-members failed undefined",
    ]);
  });

  for (const { what, row } of [
    { what: "a member whom nobody knows", row: { member: "bo@contso.com" } },
    { what: "an id that no object has", row: { member: "88888888-0000-4000-8000-000000000001" } },
    { what: "a group that nobody knows", row: { group: "Nursess", ...member("bo") } },
    { what: "a member that is no name", row: { member: "bo at contoso" } },
    { what: "no operation that is known", row: { operation: "group.set-member", ...member("bo") } },
    { what: "no operation", row: { operation: "", ...member("bo") } },
    { what: "an empty list", row: { members: [] } },
  ]) {
    it(`remove nobody if one of them names ${what}`, async () => {
      const parts = await setMembers(member("ann"), member("dee"), row);
      assert.deepEqual(
        parts.filter((part) => part.includes("remove")),
        [],
      );
      assert.ok(parts.includes("group.add-member write dee"));
      assert.ok(parts.includes("group.set-members skipped undefined"));
      assert.equal(parts.filter((part) => part.includes("failed")).length, 1);
    });
  }

  it("remove nobody if the cells of one cannot be assigned to columns", async () => {
    workshop.directory.addGroup("Night");
    const rows = [
      "Nurses,ann@contoso.com",
      "Nurses,dee@contoso.com",
      "Night, Nurses,bo@contoso.com",
    ];
    const lines = ["group,member", ...rows].map((row) => `${row}\n`).join("");
    const folder = await workshop.drop("group.set-members/nurses.csv", lines);
    const parts = shardRows(workshop.blobs.batches, folder);
    assert.deepEqual(
      parts.filter(({ operation }) => operation === "group.remove-member"),
      [],
    );
    assert.equal(parts.filter(({ verdict }) => verdict === "failed").length, 1);
  });

  it("are no whole list if they are an empty list in JSON", async () => {
    assert.deepEqual(await setMembers({ members: [] }), ["group.set-members failed undefined"]);
  });

  it("look again at who is a member if they are urgent and unfinished work may remove them", async () => {
    const remove = { operation: "group.remove-member", group: "Nurses", ...member("ann") };
    await workshop.deliver({ version: 1, batch: "earlier", mode: "apply", rows: [remove] });
    const list = { operation: "group.set-members", group: "Nurses", members: "ann@contoso.com" };
    const later = { version: 1, batch: "later", mode: "apply", priority: "urgent", rows: [list] };
    await workshop.deliver(later, "m-2");
    const [part] = shardRows(workshop.blobs.batches, "later");
    assert.equal(part?.operation, "group.add-member");
    assert.equal(part.verdict, undefined);
    assert.ok(part.write);
  });

  it("add again whom an earlier row of the batch removes", async () => {
    const remove = { operation: "group.remove-member", ...member("ann") };
    const leaver = { operation: "offboard", group: undefined, user: "bo@contoso.com" };
    const members = "ann@contoso.com|bo@contoso.com|cy@contoso.com";
    const parts = await setMembers(remove, leaver, { members });
    assert.ok(parts.includes("group.remove-member write ann"));
    assert.ok(parts.includes("group.add-member write ann"));
    assert.ok(parts.includes("group.add-member write bo"));
  });

  it("leave who is a member alone before a row that removes somebody", async () => {
    const remove = { operation: "group.remove-member", ...member("cy") };
    const members = "ann@contoso.com|bo@contoso.com|cy@contoso.com";
    assert.deepEqual(await setMembers({ members }, remove), [
      "group.add-member unchanged ann",
      "group.add-member unchanged bo",
      "group.add-member unchanged cy",
      "group.remove-member write cy",
    ]);
  });

  it("fail if the list of members was not read to its end, and change nothing", async () => {
    workshop.directory.intercept = (url) =>
      url.includes("/members?") && !url.includes("filter") ? answer(403, {}) : undefined;
    assert.deepEqual(await setMembers(member("ann"), member("dee")), [
      "group.set-members failed undefined",
      "group.set-members failed undefined",
    ]);
  });
});
