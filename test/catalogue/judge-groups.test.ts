import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { judge } from "../../shared/catalogue/judge.ts";
import type { ReadyWrite } from "../../shared/catalogue/row.ts";
import type { GraphAnswer } from "../../shared/core/graph-request.ts";
import { catalogue, type OperationName } from "../../shared/operations/list.ts";
import { ann, answer, attempt, edge, team } from "./answers.ts";

const create = (set: Readonly<Record<string, unknown>>): ReadyWrite => ({
  target: { kind: "new", type: "group" },
  set: { displayName: "Team", mailNickname: "team", mailEnabled: false, ...set },
  keys: [],
});
const security = create({});
const unified = create({ mailEnabled: true });
const unique = create({ uniqueName: "team" });
const group: ReadyWrite = { target: { kind: "object", type: "group", object: team }, keys: [] };
const owner: ReadyWrite = {
  target: { kind: "edge", type: "owner", holder: team, object: ann },
  keys: [],
};

const taken = answer(
  400,
  "Request_BadRequest",
  "Another object with the same value for property mailNickname already exists.",
);
const lastOwner = answer(
  400,
  "Request_BadRequest",
  "The group must have at least one owner, hence this owner cannot be removed.",
);
const unseen = answer(
  400,
  "Request_BadRequest",
  "The source resource object or one of the objects being referenced don't exist.",
);
const missing = (id: string): GraphAnswer =>
  answer(404, "Request_ResourceNotFound", `Resource '${id}' does not exist`);

interface Judged {
  when: string;
  name: OperationName;
  answer: GraphAnswer;
  write: ReadyWrite;
  doubted?: boolean;
  attempts?: number;
  is: string;
}

describe("what an answer means for a row about a group:", () => {
  const rows: Judged[] = [
    {
      when: "a created group",
      name: "group.create",
      answer: answer(201, undefined, "", { id: team }),
      write: security,
      is: "done",
    },
    {
      when: "a created group without an id",
      name: "group.create",
      answer: answer(201, undefined, "", {}),
      write: security,
      is: "doubt",
    },
    {
      when: "an upsert that found a group which the plan had not seen",
      name: "group.create",
      answer: answer(204),
      write: unique,
      is: "failed",
    },
    {
      when: "the same after a lost answer",
      name: "group.create",
      answer: answer(204),
      write: unique,
      doubted: true,
      is: "doubt",
    },
    { when: "a taken nickname", name: "group.create", answer: taken, write: unified, is: "failed" },
    {
      when: "the same after a lost answer",
      name: "group.create",
      answer: taken,
      write: unified,
      doubted: true,
      is: "doubt",
    },
    {
      when: "a create whose owner has not replicated",
      name: "group.create",
      answer: unseen,
      write: security,
      is: "retry",
    },
    {
      when: "a create whose owner is still unknown at the third attempt",
      name: "group.create",
      answer: missing(ann),
      write: security,
      attempts: 3,
      is: "failed",
    },
    {
      when: "an update to a taken name",
      name: "group.update",
      answer: taken,
      write: group,
      is: "failed",
    },
    {
      when: "an update of a group created a moment ago",
      name: "group.update",
      answer: missing(team),
      write: { ...group, idFromRow: { row: 1, role: "object" } },
      is: "retry",
    },
    {
      when: "a delete of a group that is gone",
      name: "group.delete",
      answer: missing(team),
      write: group,
      is: "unchanged",
    },
    {
      when: "the same after a lost answer",
      name: "group.delete",
      answer: missing(team),
      write: group,
      doubted: true,
      is: "done",
    },
    {
      when: "a restore of a group that is not deleted any more",
      name: "group.restore",
      answer: missing(team),
      write: group,
      is: "failed",
    },
    {
      when: "the same after a lost answer",
      name: "group.restore",
      answer: missing(team),
      write: group,
      doubted: true,
      is: "doubt",
    },
    {
      when: "the removal of the last owner",
      name: "group.remove-owner",
      answer: lastOwner,
      write: owner,
      is: "failed",
    },
    {
      when: "the removal of an owner who is none",
      name: "group.remove-owner",
      answer: missing(ann),
      write: owner,
      is: "unchanged",
    },
    {
      when: "the same after a lost answer, if the plan saw the owner",
      name: "group.remove-owner",
      answer: missing(ann),
      write: { ...owner, was: "present" },
      doubted: true,
      is: "done",
    },
    {
      when: "the removal of an owner of a group that is gone",
      name: "group.remove-owner",
      answer: missing(team),
      write: owner,
      is: "failed",
    },
    {
      when: "the removal of an owner of a group created a moment ago",
      name: "group.remove-owner",
      answer: missing(team),
      write: { ...owner, holderFromRow: 1 },
      is: "retry",
    },
    {
      when: "the removal of a member of a group created a moment ago",
      name: "group.remove-member",
      answer: unseen,
      write: { ...edge, holderFromRow: 1 },
      is: "retry",
    },
    {
      when: "an owner who has not replicated",
      name: "group.add-owner",
      answer: unseen,
      write: owner,
      is: "retry",
    },
    {
      when: "an owner who is still unknown at the third attempt",
      name: "group.add-owner",
      answer: missing(ann),
      write: owner,
      attempts: 3,
      is: "failed",
    },
  ];
  for (const { when, name, answer: said, write, doubted = false, attempts = 1, is } of rows) {
    it(`${name}: ${when}: ${is}`, () => {
      const outcome = judge(catalogue[name], said, attempt(write, { doubted, attempts }));
      assert.equal(outcome.kind === "final" ? outcome.final.verdict : outcome.kind, is);
      const isFailed = outcome.kind === "final" && outcome.final.verdict === "failed";
      assert.ok(!isFailed || outcome.final.fix.length > 10, "a failure says what to do");
    });
  }
});

describe("a new group may be made twice", () => {
  for (const { what, write, is } of [
    { what: "a security group without unique name", write: security, is: true },
    { what: "a Microsoft 365 group, whose address is its own", write: unified, is: false },
    { what: "a group with a unique name", write: unique, is: false },
    { what: "a group that is there", write: group, is: false },
  ]) {
    it(`${what}: ${is}`, () => {
      assert.equal(catalogue["group.create"].mayBeMadeTwice?.(write), is);
    });
  }

  it("so that every answer of a server in trouble is a doubt", () => {
    for (const status of [500, 502, 503, 504]) {
      const { kind } = judge(catalogue["group.create"], answer(status), attempt(security));
      assert.equal(kind, "doubt", String(status));
    }
  });
});
