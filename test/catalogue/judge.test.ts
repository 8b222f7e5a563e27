import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { judge } from "../../shared/catalogue/judge.ts";
import type { Attempt } from "../../shared/catalogue/operation.ts";
import type { FinalVerdict } from "../../shared/catalogue/row.ts";
import type { GraphAnswer } from "../../shared/core/graph-request.ts";
import { catalogue, type OperationName } from "../../shared/operations/list.ts";
import { ann, answer, attempt, bo, edge, exists, taken, team, user } from "./answers.ts";

interface Judged {
  when: string;
  name: OperationName;
  answer: GraphAnswer;
  attempt: Attempt;
  is: string;
  says?: RegExp;
}

describe("what an answer means for its row:", () => {
  const throttled = { ...answer(429, "TooManyRequests"), retryAfterMs: 249 };
  const rows: Judged[] = [
    {
      when: "a created user",
      name: "user.create",
      answer: answer(201, undefined, "", { id: ann }),
      attempt: attempt(bo),
      is: "done",
    },
    {
      when: "a create whose name is taken",
      name: "user.create",
      answer: answer(400, "Request_BadRequest", taken),
      attempt: attempt(bo),
      is: "failed",
    },
    {
      when: "the same after a lost answer",
      name: "user.create",
      answer: answer(400, "Request_BadRequest", taken),
      attempt: attempt(bo, { doubted: true }),
      is: "doubt",
    },
    {
      when: "a delete of a user who is gone",
      name: "user.delete",
      answer: answer(404, "Request_ResourceNotFound"),
      attempt: attempt(user),
      is: "unchanged",
    },
    {
      when: "the same after a lost answer",
      name: "user.delete",
      answer: answer(404, "Request_ResourceNotFound"),
      attempt: attempt(user, { doubted: true }),
      is: "done",
    },
    {
      when: "an update of a user who is gone",
      name: "user.update",
      answer: answer(404, "Request_ResourceNotFound"),
      attempt: attempt(user),
      is: "failed",
    },
    {
      when: "an update of a user created a moment ago",
      name: "user.update",
      answer: answer(404, "Request_ResourceNotFound"),
      attempt: attempt({ ...user, idFromRow: { row: 1, role: "user" } }),
      is: "retry",
    },
    {
      when: "an update of a user restored a moment ago",
      name: "user.update",
      answer: answer(404, "Request_ResourceNotFound"),
      attempt: attempt({ ...user, afterRestore: true }),
      is: "retry",
    },
    {
      when: "a restore of a user who is not deleted any more",
      name: "user.restore",
      answer: answer(404, "Request_ResourceNotFound"),
      attempt: attempt(user),
      is: "failed",
    },
    {
      when: "the same after a lost answer",
      name: "user.restore",
      answer: answer(404, "Request_ResourceNotFound"),
      attempt: attempt(user, { doubted: true }),
      is: "doubt",
    },
    {
      when: "a restore of a user whose name is taken",
      name: "user.restore",
      answer: answer(409, "Request_MultipleObjectsWithSameKeyValue", taken),
      attempt: attempt(user),
      is: "failed",
    },
    {
      when: "a restore beside another change",
      name: "user.restore",
      answer: answer(409, "Directory_ConcurrencyViolation"),
      attempt: attempt(user),
      is: "retry",
    },
    {
      when: "a membership that exists",
      name: "group.add-member",
      answer: answer(400, "Request_BadRequest", exists),
      attempt: attempt(edge),
      is: "unchanged",
    },
    {
      when: "the same after a lost answer, absent before",
      name: "group.add-member",
      answer: answer(400, "Request_BadRequest", exists),
      attempt: attempt({ ...edge, was: "absent" }, { doubted: true }),
      is: "done",
    },
    {
      when: "the same after a lost answer, present before",
      name: "group.add-member",
      answer: answer(400, "Request_BadRequest", exists),
      attempt: attempt({ ...edge, was: "present" }, { doubted: true }),
      is: "unchanged",
    },
    {
      when: "a removal of a member who is not in the group",
      name: "group.remove-member",
      answer: answer(404, "Request_ResourceNotFound", `Resource '${ann}' does not exist`),
      attempt: attempt(edge),
      is: "unchanged",
    },
    {
      when: "a removal from a group that is gone",
      name: "group.remove-member",
      answer: answer(404, "Request_ResourceNotFound", `Resource '${team}' does not exist`),
      attempt: attempt(edge),
      is: "failed",
    },
    {
      when: "throttling",
      name: "user.disable",
      answer: throttled,
      attempt: attempt(user),
      is: "retry",
    },
    {
      when: "a conflict of writes",
      name: "user.disable",
      answer: answer(409, "Directory_ConcurrencyViolation"),
      attempt: attempt(user),
      is: "retry",
    },
    {
      when: "a group that Exchange manages",
      name: "group.add-member",
      answer: answer(
        400,
        "Request_BadRequest",
        "Cannot Update a mail-enabled security groups and or distribution list.",
      ),
      attempt: attempt(edge),
      is: "failed",
      says: /Change its members in Exchange/,
    },
    {
      when: "a conflict of values",
      name: "user.update",
      answer: answer(409, "Conflict"),
      attempt: attempt(user),
      is: "failed",
    },
    {
      when: "no privilege",
      name: "user.disable",
      answer: answer(403, "Authorization_RequestDenied"),
      attempt: attempt(user),
      is: "failed",
    },
    {
      when: "a server error",
      name: "user.create",
      answer: answer(500),
      attempt: attempt(bo),
      is: "doubt",
    },
    {
      when: "a gateway time-out",
      name: "group.add-member",
      answer: answer(504),
      attempt: attempt(edge),
      is: "doubt",
    },
  ];
  for (const each of rows) {
    it(`${each.when}: ${each.is}`, () => {
      const outcome = judge(catalogue[each.name], each.answer, each.attempt);
      assert.equal(outcome.kind === "final" ? outcome.final.verdict : outcome.kind, each.is);
      if (outcome.kind === "final" && outcome.final.verdict === "failed") {
        assert.ok((outcome.final.fix ?? "").length > 10, "a failure says what to do");
        if (each.says) assert.match(outcome.final.fix ?? "", each.says);
      }
    });
  }

  it("throttling waits as long as its own Retry-After says", () => {
    const outcome = judge(catalogue["user.disable"], throttled, attempt(user));
    assert.ok(outcome.kind === "retry" && outcome.throttled && outcome.afterMs === 249);
  });

  it("missing privileges name the permission to grant", () => {
    const denied = answer(403, "Authorization_RequestDenied", "Insufficient privileges");
    const outcome = judge(catalogue["user.disable"], denied, attempt(user));
    assert.ok(outcome.kind === "final");
    assert.match(outcome.final.fix ?? "", /User\.EnableDisableAccount\.All/);
  });

  it("a missing member says to check the id", () => {
    const missing = answer(404, "Request_ResourceNotFound", `Resource '${ann}' does not exist`);
    const outcome = judge(catalogue["group.add-member"], missing, attempt(edge, { attempts: 3 }));
    assert.ok(outcome.kind === "final" && outcome.final.verdict === "failed");
    assert.match(outcome.final.reason ?? "", /^The group or the member does not exist/);
    assert.match(outcome.final.fix ?? "", /Graph says which id\. Check it/);
  });

  it("a missing member that the plan did not see either is not sent again", () => {
    const missing = answer(404, "Request_ResourceNotFound", `Resource '${ann}' does not exist`);
    const add = catalogue["group.add-member"];
    const first = (memberSeen?: boolean) =>
      judge(add, missing, attempt({ ...edge, memberSeen }, { attempts: 1 })).kind;
    assert.deepEqual([first(), first(true), first(false)], ["retry", "retry", "final"]);
    const unreplicated = answer(
      400,
      "Request_BadRequest",
      "The source resource object or one of the objects being referenced don't exist.",
    );
    const again = judge(add, unreplicated, attempt({ ...edge, memberSeen: false }));
    assert.equal(again.kind, "retry");
  });
});

describe("a final verdict", () => {
  const reason = "It was disabled.";
  // @ts-expect-error -- a failure says what to do about it
  const failed: FinalVerdict = { verdict: "failed", reason };
  // @ts-expect-error -- nobody can find an unchanged object without its id
  const unchanged: FinalVerdict = { verdict: "unchanged", reason };
  // @ts-expect-error -- after a success there is nothing to do
  const done: FinalVerdict = { verdict: "done", fix: "Send it again." };
  // @ts-expect-error -- a row that waits has no final verdict
  const pending: FinalVerdict = { verdict: "pending", reason, fix: "Wait." };

  it("does not compile without what its reader needs", () =>
    assert.deepEqual(
      [failed, unchanged, done, pending].map(({ verdict }) => verdict),
      ["failed", "unchanged", "done", "pending"],
    ));
});
