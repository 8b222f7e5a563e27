import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { judge } from "../../shared/catalogue/judge.ts";
import type { Outcome } from "../../shared/catalogue/operation.ts";
import type { ReadyWrite } from "../../shared/catalogue/row.ts";
import type { GraphAnswer } from "../../shared/core/graph-request.ts";
import { toObjectId } from "../../shared/core/object-id.ts";
import { parseGraphError } from "../../shared/graph/errors.ts";
import { catalogue } from "../../shared/operations/list.ts";
import { scene } from "../cloud/graph/testing/error-rows.ts";
import { TENANT, type Reply } from "../cloud/graph/testing/graph-fixture.ts";
import { newGroup, newUser } from "../cloud/graph/testing/people.ts";
import { attempt } from "./answers.ts";
import { licenseRefusals } from "./license-refusals.ts";
import { NOBODY, type Pair, type Scene, control, user } from "./refusal-pair.ts";

const edge = (group: string, member: string): ReadyWrite => ({
  target: { kind: "membership", group: toObjectId(group), member: toObjectId(member) },
  keys: [],
});
const newcomer = (name: string): ReadyWrite => ({
  target: { kind: "new" },
  keys: [],
  set: {
    userPrincipalName: `${name}@contoso.com`,
    displayName: name,
    mailNickname: name,
    accountEnabled: true,
  },
});

const fault =
  (status: number) =>
  async ({ graph, ann }: Scene): Promise<ReadyWrite> => {
    graph.app.control("addFault", {
      tenant: TENANT,
      at: "part",
      method: "PATCH",
      path: "^/users/",
      fault: { kind: "status", status },
    });
    return user(ann, { city: "x" });
  };

const PAIRS: readonly Pair[] = [
  {
    says: /^retry: Graph is throttling/,
    name: "user.update",
    because: "throttling",
    source: "throttling",
    cause: fault(429),
  },
  {
    says: /^doubt: Graph answered 503; the change may have been made/,
    name: "user.update",
    because: "an unavailable service",
    source: "errors",
    cause: fault(503),
  },
  {
    says: /^retry: the token was refused/,
    name: "user.update",
    because: "a token that has expired",
    source: "errors",
    as: { token: "expired" },
    cause: async ({ ann }) => user(ann, { city: "x" }),
  },
  {
    says: /^retry: the group or the member has not replicated yet/,
    name: "group.add-member",
    because: "a member who was created a moment ago",
    source: "microsoft-graph-docs, replication",
    cause: async ({ graph, group }) => {
      control(graph, "conditions", { lag: { medianMs: 60_000, sigma: 0, staleShare: 1 } });
      return edge(group, await newUser(graph, "eve"));
    },
  },
  {
    says: /quota of the directory or of the object is used up/,
    name: "user.create",
    because: "a tenant that holds as many objects as it may",
    source: "directory-service-limits-restrictions",
    cause: async ({ graph }) => {
      control(graph, "conditions", { directoryQuota: 3 });
      return newcomer("one-too-many");
    },
  },
  {
    says: /does not let this application make the change.*User\.EnableDisableAccount\.All/s,
    name: "user.disable",
    because: "a permission that was not granted",
    source: "user-update, permissions",
    as: { roles: ["User.Read.All"] },
    cause: async ({ ann }) => user(ann, { accountEnabled: false }),
  },
  {
    says: /those targets are protected \(an administrator/,
    name: "user.delete",
    because: "an administrator, for an application without the role to delete one",
    source: "users, who can perform sensitive actions",
    as: { roles: ["User.DeleteRestore.All", "User.Read.All"] },
    cause: async ({ graph, ann }) => {
      graph.app.control("addRole", {
        tenant: TENANT,
        principal: ann,
        role: "Global Administrator",
      });
      return user(ann);
    },
  },
  {
    says: /The object does not exist any more/,
    name: "user.update",
    because: "a user whom somebody deleted after the plan",
    source: "user-update",
    cause: async ({ graph, ann }) => {
      await graph.send("DELETE", `/users/${ann}`);
      return user(ann, { city: "x" });
    },
  },
  {
    says: /The user was deleted after the plan, not by this row/,
    name: "user.delete",
    because: "a user whom somebody else deleted",
    source: "user-delete",
    cause: async ({ graph, ann }) => {
      await graph.send("DELETE", `/users/${ann}`);
      return user(ann);
    },
  },
  {
    says: /The group or the member does not exist/,
    name: "group.add-member",
    because: "a member who does not exist",
    source: "group-post-members",
    seen: { attempts: 3 },
    cause: async ({ group }) => edge(group, NOBODY),
  },
  {
    says: /^unchanged/,
    name: "group.add-member",
    because: "a member who is in the group already",
    source: "group-post-members",
    cause: async ({ group, ann }) => edge(group, ann),
  },
  {
    says: /^unchanged/,
    name: "group.remove-member",
    because: "a member who is not in the group",
    source: "group-delete-members",
    cause: async ({ group, bob }) => edge(group, bob),
  },
  {
    says: /distribution list or mail-enabled security group, which Graph does not manage/,
    name: "group.add-member",
    because: "a mail-enabled security group",
    source: "microsoft-graph-docs#14827",
    cause: async ({ graph, group, bob }) => {
      control(graph, "update", { id: group, values: { mailEnabled: true } });
      return edge(group, bob);
    },
  },
  {
    says: /synchronized from on-premises Active Directory/,
    name: "user.update",
    because: "a user from Active Directory",
    source: "user-update",
    cause: async ({ graph, ann }) => {
      control(graph, "update", { id: ann, values: { onPremisesSyncEnabled: true } });
      return user(ann, { city: "x" });
    },
  },
  {
    says: /same value for property userPrincipalName/,
    name: "user.create",
    because: "a name that another user has",
    source: "user-post-users",
    cause: async () => newcomer("ann"),
  },
  {
    says: /Another object has the user's name or one of its addresses by now/,
    name: "user.restore",
    because: "a name that somebody took since",
    source: "directory-deleteditems-restore",
    cause: async ({ graph, ann }) => {
      await graph.send("DELETE", `/users/${ann}`);
      const taken = { ...newcomer("ann").set, passwordProfile: { password: "Correct-Horse-9" } };
      assert.equal((await graph.send("POST", "/users", taken)).status, 201);
      return user(ann);
    },
  },
  {
    says: /not among the deleted ones any more/,
    name: "user.restore",
    because: "a deleted user whom somebody purged",
    source: "directory-deleteditems-delete",
    cause: async ({ graph, ann }) => {
      await graph.send("DELETE", `/users/${ann}`);
      await graph.send("DELETE", `/directory/deletedItems/${ann}`);
      return user(ann);
    },
  },
  ...licenseRefusals,
  {
    says: /^Graph does not take one of the values \(Graph: 400 .*Correct the row by what Graph says/s,
    name: "group.add-member",
    because: "a Microsoft 365 group, for a device or another group",
    source: "group-post-members",
    cause: async ({ graph, group }) => {
      const unified = await newGroup(graph, "unified", {
        groupTypes: ["Unified"],
        mailEnabled: true,
        securityEnabled: false,
      });
      return edge(unified, group);
    },
  },
];

const answerOf = (reply: Reply): GraphAnswer => ({
  status: reply.status,
  headers: reply.headers,
  body: reply.body,
  requestId: "r/1",
  ...(reply.status >= 400 && { error: parseGraphError(reply.body) }),
});

const wordsOf = (outcome: Outcome): string => {
  if (outcome.kind !== "final") return `${outcome.kind}: ${outcome.reason}`;
  const { verdict, reason = "", fix = "" } = outcome.final;
  return verdict === "failed" ? `${reason} ${fix}` : `${verdict}: ${reason}`;
};

describe("what the product says of a refusal, and what causes it in the local cloud:", () => {
  for (const { says, name, because, source, cause, as, seen } of PAIRS) {
    it(`${name} meets ${because} [${source}]`, async () => {
      const stage = await scene();
      const write = await cause(stage);
      const operation = catalogue[name];
      const { method, url, ...rest } = operation.request(write, {
        password: () => "Correct-Horse-9",
        graphRoot: "https://graph.microsoft.com/v1.0",
      });
      const body = "body" in rest ? rest.body : undefined;
      const reply = await stage.graph.send(method, url, body, as);
      assert.ok(reply.status >= 400, `${reply.status} ${reply.text}`);
      assert.match(wordsOf(judge(operation, answerOf(reply), attempt(write, seen))), says);
    });
  }

  it("user.update meets another change of the same user [Directory_ConcurrencyViolation, errors]", async () => {
    const { graph, clock, ann } = await scene();
    control(graph, "conditions", {
      objectConflicts: 1,
      latency: { readMs: 9, writeMs: 9, sigma: 0 },
    });
    const both = ["x", "y"].map((city) => graph.send("PATCH", `/users/${ann}`, { city }));
    await clock.jump(10);
    const refused = (await Promise.all(both)).find(({ status }) => status === 409);
    assert.ok(refused);
    const outcome = judge(
      catalogue["user.update"],
      answerOf(refused),
      attempt(user(ann, { city: "x" })),
    );
    assert.match(wordsOf(outcome), /^retry: another change to the same object was under way/);
  });
});
