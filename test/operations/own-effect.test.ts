import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { ReadyWrite } from "../../shared/catalogue/row.ts";
import type { GraphAnswer } from "../../shared/core/graph-request.ts";
import { catalogue, type OperationName } from "../../shared/operations/list.ts";
import { ann, answer, attempt, bo, edge, user } from "../catalogue/answers.ts";

const userCreated = (createdDateTime: string, displayName = "Bo"): GraphAnswer =>
  answer(200, undefined, "", {
    id: ann,
    createdDateTime,
    displayName,
    userPrincipalName: "bo@contoso.com",
  });

describe("looking at the directory after a lost answer", () => {
  const listed = answer(200, undefined, "", { value: [{ id: ann }] });
  const unlisted = answer(200, undefined, "", { value: [] });
  const rows: {
    when: string;
    name: OperationName;
    answer: GraphAnswer;
    write: ReadyWrite;
    is: string;
  }[] = [
    {
      when: "a user created since, with the row's values",
      name: "user.create",
      answer: userCreated("2026-11-21T00:00:03Z"),
      write: bo,
      is: "done",
    },
    {
      when: "a user created long before",
      name: "user.create",
      answer: userCreated("2020-01-01T00:00:00Z"),
      write: bo,
      is: "failed",
    },
    {
      when: "a user created since, with other values",
      name: "user.create",
      answer: userCreated("2026-11-21T00:00:03Z", "Zoe"),
      write: bo,
      is: "failed",
    },
    {
      when: "no user of that name",
      name: "user.create",
      answer: answer(404),
      write: bo,
      is: "send again",
    },
    { when: "the user is gone", name: "user.delete", answer: answer(404), write: user, is: "done" },
    {
      when: "the user is there",
      name: "user.delete",
      answer: answer(200, undefined, "", { id: ann }),
      write: user,
      is: "send again",
    },
    {
      when: "the account is disabled",
      name: "user.disable",
      answer: answer(200, undefined, "", { accountEnabled: false }),
      write: user,
      is: "done",
    },
    {
      when: "the account is enabled",
      name: "user.disable",
      answer: answer(200, undefined, "", { accountEnabled: true }),
      write: user,
      is: "send again",
    },
    {
      when: "the account is enabled",
      name: "user.enable",
      answer: answer(200, undefined, "", { accountEnabled: true }),
      write: user,
      is: "done",
    },
    {
      when: "the account is disabled",
      name: "user.enable",
      answer: answer(200, undefined, "", { accountEnabled: false }),
      write: user,
      is: "send again",
    },
    {
      when: "the user is back",
      name: "user.restore",
      answer: answer(200, undefined, "", { id: ann }),
      write: user,
      is: "done",
    },
    {
      when: "the user is still deleted",
      name: "user.restore",
      answer: answer(404),
      write: user,
      is: "send again",
    },
    {
      when: "the member is listed, absent before",
      name: "group.add-member",
      answer: listed,
      write: { ...edge, was: "absent" },
      is: "done",
    },
    {
      when: "the member is listed, present before",
      name: "group.add-member",
      answer: listed,
      write: { ...edge, was: "present" },
      is: "unchanged",
    },
    {
      when: "the member is not listed",
      name: "group.add-member",
      answer: unlisted,
      write: edge,
      is: "send again",
    },
    {
      when: "the member is not listed, present before",
      name: "group.remove-member",
      answer: unlisted,
      write: { ...edge, was: "present" },
      is: "done",
    },
    {
      when: "the list is cut short before the member, present before",
      name: "group.remove-member",
      answer: answer(200, undefined, "", {
        value: [],
        "@odata.nextLink": "https://graph.example/v1.0/groups/x/members?$skiptoken=2",
      }),
      write: { ...edge, was: "present" },
      is: "send again",
    },
    {
      when: "a member that lists leave out",
      name: "group.remove-member",
      answer: unlisted,
      write: edge,
      is: "send again",
    },
  ];
  for (const each of rows) {
    it(`${each.when}: ${each.is}`, () => {
      const state = attempt(each.write, { doubted: true });
      const shown = catalogue[each.name].inPlace(each.answer, state);
      const is = typeof shown === "object" ? shown.verdict : shown ? "done" : "send again";
      assert.equal(is, each.is);
    });
  }
});
