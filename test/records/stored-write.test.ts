import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { type PlannedWrite, completeWrite, isPending } from "../../shared/catalogue/row.ts";
import { subjectOf } from "../../shared/catalogue/target.ts";
import { toObjectId } from "../../shared/core/object-id.ts";
import { type PlannedRow, readShard, shardText } from "../../shared/records/shard.ts";
import { readWrite } from "../../shared/records/stored-write.ts";
import { MemoryBlobs } from "../batches/memory-blobs.ts";

const user = toObjectId("00000000-0000-4000-8000-000000000001");
const group = toObjectId("10000000-0000-4000-8000-000000000000");
const idFromRow = { row: 3, role: "user" } as const;
const member = { row: 3, role: "member" } as const;
const object = { row: 3, role: "object" } as const;

describe("a write in a shard", () => {
  const forms: { is: string; stored: object; write: PlannedWrite }[] = [
    {
      is: "of a user",
      stored: { target: { user }, set: { city: "Oslo" }, keys: [`object:${user}`], after: [1, 2] },
      write: {
        target: { kind: "user", user },
        set: { city: "Oslo" },
        keys: [`object:${user}`],
        after: [1, 2],
      },
    },
    {
      is: "of a membership",
      stored: { target: { group, member: user }, keys: [], group, was: "absent" },
      write: {
        target: { kind: "membership", group, member: user },
        keys: [],
        group,
        was: "absent",
      },
    },
    {
      is: "that creates an object",
      stored: { target: {}, set: { mail: null }, keys: ["upn:a"] },
      write: { target: { kind: "new" }, set: { mail: null }, keys: ["upn:a"] },
    },
    {
      is: "of a user to be created",
      stored: { target: {}, keys: ["upn:a"], idFromRow },
      write: { target: { kind: "pending-user" }, keys: ["upn:a"], idFromRow },
    },
    {
      is: "of the membership of a user to be created",
      stored: { target: { group }, keys: ["upn:a"], idFromRow: member },
      write: { target: { kind: "pending-membership", group }, keys: ["upn:a"], idFromRow: member },
    },
    {
      is: "of a membership of a group to be created",
      stored: { target: { member: user }, keys: [], holderFromRow: 2 },
      write: { target: { kind: "pending-membership", member: user }, keys: [], holderFromRow: 2 },
    },
    {
      is: "of a membership of which both ends are to be created",
      stored: { target: {}, keys: [], idFromRow: member, holderFromRow: 2 },
      write: {
        target: { kind: "pending-membership" },
        keys: [],
        idFromRow: member,
        holderFromRow: 2,
      },
    },
    {
      is: "of another object than a user",
      stored: { target: { type: "group", object: group }, keys: [`object:${group}`] },
      write: {
        target: { kind: "object", type: "group", object: group },
        keys: [`object:${group}`],
      },
    },
    {
      is: "that creates another object than a user",
      stored: { target: { type: "group" }, keys: [] },
      write: { target: { kind: "new", type: "group" }, keys: [] },
    },
    {
      is: "of another object to be created",
      stored: { target: { type: "group" }, keys: [], idFromRow: object },
      write: { target: { kind: "pending-object", type: "group" }, keys: [], idFromRow: object },
    },
    {
      is: "of an edge",
      stored: { target: { type: "owner", holder: group, object: user }, keys: [] },
      write: { target: { kind: "edge", type: "owner", holder: group, object: user }, keys: [] },
    },
    {
      is: "of an edge of which both ends are to be created",
      stored: { target: { type: "manager" }, keys: [], idFromRow: object, holderFromRow: 2 },
      write: {
        target: { kind: "pending-edge", type: "manager" },
        keys: [],
        idFromRow: object,
        holderFromRow: 2,
      },
    },
  ];
  for (const { is, stored, write } of forms) {
    it(`${is} is stored as before and read as its kind`, () => {
      const row: PlannedRow = { row: 1, operation: "user.update", write };
      const line = JSON.stringify({ row: 1, operation: "user.update", write: stored });
      assert.equal(shardText([row]), `${line}\n`);
      assert.deepEqual(readWrite(stored), write);
    });
  }

  const damages: Record<string, unknown> = {
    "no write": "write",
    "no target": { keys: [] },
    "no keys": { target: { user } },
    "an id that is no GUID": { target: { user: "../groups" }, keys: [] },
    "a user and a group": { target: { user, group }, keys: [] },
    "a group without a member": { target: { group }, keys: [] },
    "a member without a group": { target: { member: user }, keys: [] },
    "an unknown role": { target: { device: user }, keys: [] },
    "an id that an earlier row is to give": { target: { user }, keys: [], idFromRow },
    "a membership to come without a group": { target: {}, keys: [], idFromRow: member },
    "a group that an earlier row is to give": {
      target: { group, member: user },
      keys: [],
      holderFromRow: 2,
    },
    "an unknown type": { target: { type: "site", object: user }, keys: [] },
    "an edge without a holder": { target: { type: "owner", object: user }, keys: [] },
    "an object with a holder": { target: { type: "group", object: group, holder: user }, keys: [] },
    "a type and a user": { target: { type: "group", object: group, user }, keys: [] },
    "an object without a type": { target: { object: user }, keys: [] },
    "an object in the role of a user": { target: { type: "group" }, keys: [], idFromRow },
    "properties that are a list": { target: { user }, keys: [], set: ["city"] },
  };
  for (const [name, stored] of Object.entries(damages)) {
    it(`is damaged: ${name}`, () => assert.equal(readWrite(stored), undefined));
  }

  it("that is damaged stops the shard from being read", async () => {
    const blobs = new MemoryBlobs();
    const write = { target: { user: "ann@contoso.com" }, keys: [] };
    const line = JSON.stringify({ row: 1, operation: "user.update", write });
    await blobs.write("b/shards/00001.jsonl", `${line}\n`);
    await assert.rejects(readShard(blobs, "b", 1), (error: Error) => {
      assert.match(error.message, /damaged/);
      assert.doesNotMatch(error.message, /contoso/);
      return true;
    });
  });
});

describe("a write that lacks an id", () => {
  const pending: PlannedWrite = {
    target: { kind: "pending-membership", group },
    keys: ["upn:a"],
    idFromRow: member,
  };

  it("has no subject, and cannot be sent", () => {
    assert.ok(isPending(pending));
    assert.equal(subjectOf(pending.target), undefined);
    // @ts-expect-error -- the member is not known yet
    assert.equal(pending.target.member, undefined);
  });

  it("is about its member once that is known, and still tells which row created it", () => {
    assert.ok(isPending(pending));
    const ready = completeWrite(pending, { subject: user });
    assert.equal(subjectOf(ready.target), user);
    assert.deepEqual(ready.keys, ["upn:a", `edge:${group}/${user}`, `object:${user}`]);
    assert.deepEqual(ready.idFromRow, member);
    assert.ok(!isPending(ready));
  });
});
