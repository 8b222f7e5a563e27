import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { contractHolds } from "./testing/contract-holds.ts";
import { graphFixture, PRINCIPAL, TENANT } from "./testing/graph-fixture.ts";
import {
  assertRefused,
  bindings,
  EVENTUAL,
  groupBody,
  idsIn,
  newGroup,
  newUser,
  reference,
  UNIFIED,
} from "./testing/people.ts";

describe("groups", () => {
  const graph = graphFixture();
  const { send } = graph;

  it("a create answers 201 with the whole group and a security identifier made from its id [group-post-groups]", async () => {
    const reply = await send("POST", "/groups", groupBody("alpha"));
    assert.equal(reply.status, 201);
    const words = String(reply.body["securityIdentifier"]).split("-").slice(4).map(Number);
    const first = Number.parseInt(String(reply.body["id"]).slice(0, 8), 16);
    assert.equal(words[0], first);
    assert.deepEqual([reply.body["groupTypes"], reply.body["mail"]], [[], null]);
  });

  const refusals = [
    {
      when: "a required property is missing [group-post-groups]",
      body: { ...groupBody("g1"), mailEnabled: undefined },
      says: "A value is required for property 'mailEnabled' of resource 'Group'.",
    },
    {
      when: "it is mail-enabled without being a Microsoft 365 group [group-post-groups]",
      body: { ...groupBody("g2"), mailEnabled: true },
      says: "The service does not currently support writes of mail-enabled groups.",
    },
    {
      when: "it is dynamic without a rule [resources/group, membershipRule]",
      body: { ...groupBody("g3"), groupTypes: ["DynamicMembership"] },
      says: "'membershipRule'",
    },
    {
      when: "it is dynamic and role-assignable [resources/group, isAssignableToRole]",
      body: {
        ...groupBody("g4"),
        groupTypes: ["DynamicMembership"],
        membershipRule: "user.department -eq 'x'",
        isAssignableToRole: true,
      },
      says: "'isAssignableToRole'",
    },
    {
      when: "its nickname has a space [resources/group, mailNickname]",
      body: groupBody("g 5"),
      says: "'mailNickname'",
    },
    {
      when: "more than 20 members and owners are bound [group-post-groups]",
      body: {
        ...groupBody("g6"),
        "members@odata.bind": bindings(Array.from({ length: 11 }, () => TENANT)),
        "owners@odata.bind": bindings(Array.from({ length: 10 }, () => TENANT)),
      },
      says: "exceeds the maximum of 20",
    },
  ] as const;
  for (const { when, body, says } of refusals) {
    it(`a create is refused › ${when} [group-post-groups]`, async () => {
      assertRefused(await send("POST", "/groups", body), 400, "Request_BadRequest", says);
    });
  }

  it("members and owners are bound at creation [group-post-groups]", async () => {
    const [member, owner] = [await newUser(graph, "ana"), await newUser(graph, "ben")];
    const id = await newGroup(graph, "bound", {
      "members@odata.bind": bindings([member]),
      "owners@odata.bind": bindings([owner]),
    });
    assert.deepEqual(idsIn(await send("GET", `/groups/${id}/members`)), [member]);
    assert.deepEqual(idsIn(await send("GET", `/groups/${id}/owners`)), [owner]);
  });

  it("a Microsoft 365 group's address uses its nickname, which must be unique among them [resources/group]", async () => {
    const id = await newGroup(graph, "team", UNIFIED);
    assert.equal((await send("GET", `/groups/${id}`)).body["mail"], "team@contoso.com");
    assertRefused(
      await send("POST", "/groups", groupBody("team", UNIFIED)),
      400,
      "Request_BadRequest",
      "Another object with the same value for property mailNickname already exists.",
    );
  });

  it("two groups may have the same display name, and a filter finds both [resources/group]", async () => {
    const ids = [await newGroup(graph, "twin1"), await newGroup(graph, "twin2")];
    for (const id of ids) await send("PATCH", `/groups/${id}`, { displayName: "Twin's" });
    const reply = await send("GET", "/groups?$filter=displayName eq 'Twin''s'&$select=id");
    assert.deepEqual(idsIn(reply), ids);
  });

  it("an upsert creates with 201 and updates with 204; without the Prefer header a miss is 404 [group-upsert]", async () => {
    const url = "/groups(uniqueName='key-1')";
    const prefer = { headers: { prefer: "create-if-missing" } };
    assertRefused(
      await send("PATCH", url, groupBody("up")),
      404,
      "Request_ResourceNotFound",
      "key-1",
    );
    const created = await send("PATCH", url, groupBody("up"), prefer);
    assert.deepEqual([created.status, created.body["uniqueName"]], [201, "key-1"]);
    assert.equal((await send("PATCH", url, { description: "again" }, prefer)).status, 204);
    assert.equal((await send("GET", url)).body["description"], "again");
  });

  it("a property set at creation may be sent again unchanged, as in an upsert, but not changed [group-update, example]", async () => {
    const id = await newGroup(graph, "same");
    assert.equal((await send("PATCH", `/groups/${id}`, groupBody("same"))).status, 204);
    const changed = await send("PATCH", `/groups/${id}`, { mailEnabled: true });
    assertRefused(changed, 400, "Request_BadRequest", "mailEnabled");
  });

  it("uniqueName can be set once [group-upsert]", async () => {
    const id = await newGroup(graph, "once");
    assert.equal((await send("PATCH", `/groups/${id}`, { uniqueName: "key-2" })).status, 204);
    assert.equal((await send("PATCH", `/groups/${id}`, { uniqueName: "key-3" })).status, 400);
    assertRefused(
      await send("POST", "/groups", groupBody("other", { uniqueName: "key-2" })),
      400,
      "Request_BadRequest",
      "property uniqueName already exists",
    );
  });

  it("isAssignableToRole can be set at creation only and needs its own permission [resources/group]", async () => {
    const body = groupBody("roles", { isAssignableToRole: true });
    assertRefused(
      await send("POST", "/groups", body, { roles: ["Group.ReadWrite.All"] }),
      403,
      "Authorization_RequestDenied",
    );
    const id = await newGroup(graph, "roles", { isAssignableToRole: true });
    assert.equal((await send("PATCH", `/groups/${id}`, { isAssignableToRole: false })).status, 400);
    const shown = await send("GET", `/groups/${id}?$select=visibility`);
    assert.equal(shown.body["visibility"], "Private");
  });

  it("a deleted security group can be restored with its members for 30 days [group-delete]", async () => {
    const member = await newUser(graph, "cal");
    const id = await newGroup(graph, "gone", { "members@odata.bind": bindings([member]) });
    assert.equal((await send("DELETE", `/groups/${id}`)).status, 204);
    assertRefused(await send("GET", `/groups/${id}`), 404, "Request_ResourceNotFound", id);
    assert.equal((await send("POST", `/directory/deletedItems/${id}/restore`)).status, 200);
    assert.deepEqual(idsIn(await send("GET", `/groups/${id}/members`)), [member]);
  });

  it("a group is not restored while another has its nickname [directory-deleteditems-restore]", async () => {
    const unified = { groupTypes: ["Unified"], mailEnabled: true, mailNickname: "phoenix" };
    const id = await newGroup(graph, "old phoenix", unified);
    assert.equal((await send("DELETE", `/groups/${id}`)).status, 204);
    const other = await newGroup(graph, "new phoenix", unified);
    assertRefused(
      await send("POST", `/directory/deletedItems/${id}/restore`),
      409,
      "Request_MultipleObjectsWithSameKeyValue",
      "mailNickname",
    );
    assert.equal((await send("DELETE", `/groups/${other}`)).status, 204);
    assert.equal((await send("POST", `/directory/deletedItems/${id}/restore`)).status, 200);
  });

  it("members are hidden from the creation on, or not at all [resources/group, visibility]", async () => {
    const unified = { groupTypes: ["Unified"], mailEnabled: true, mailNickname: "veiled" };
    const id = await newGroup(graph, "veiled", unified);
    const hide = { visibility: "HiddenMembership" };
    assert.equal((await send("PATCH", `/groups/${id}`, hide)).status, 400);
    assert.equal((await send("PATCH", `/groups/${id}`, { visibility: "Private" })).status, 204);
  });

  it("a renewed group shows the time of renewal [group-renew]", async () => {
    const id = await newGroup(graph, "renewed");
    graph.app.control("dayOffset", { tenant: TENANT, days: 100 });
    assert.equal((await send("POST", `/groups/${id}/renew`)).status, 204);
    graph.app.control("dayOffset", { tenant: TENANT, days: 0 });
    const { body } = await send("GET", `/groups/${id}?$select=renewedDateTime`);
    assert.ok(Date.parse(String(body["renewedDateTime"])) > Date.now());
  });

  it("an application cannot purge a group [directory-deleteditems-delete]", async () => {
    const id = await newGroup(graph, "stays");
    await send("DELETE", `/groups/${id}`);
    assertRefused(
      await send("DELETE", `/directory/deletedItems/${id}`),
      403,
      "Authorization_RequestDenied",
    );
  });

  it("an owner is added once, and the last one cannot be removed [group-post-owners, group-delete-owners]", async () => {
    const [one, two] = [await newUser(graph, "dan"), await newUser(graph, "eli")];
    const id = await newGroup(graph, "owned");
    for (const owner of [one, two]) {
      assert.equal(
        (await send("POST", `/groups/${id}/owners/$ref`, reference(owner, "users"))).status,
        204,
      );
    }
    assertRefused(
      await send("POST", `/groups/${id}/owners/$ref`, reference(one, "users")),
      400,
      "Request_BadRequest",
      "already exist for the following modified properties: 'owners'.",
    );
    assert.equal((await send("DELETE", `/groups/${id}/owners/${one}/$ref`)).status, 204);
    assertRefused(
      await send("DELETE", `/groups/${id}/owners/${two}/$ref`),
      400,
      "Request_BadRequest",
      "The group must have at least one owner, hence this owner cannot be removed.",
    );
  });

  it("a service principal is not listed as an owner, and does not keep the last user [group-list-owners, group-delete-owners]", async () => {
    const owner = await newUser(graph, "keeper");
    const id = await newGroup(graph, "served");
    assert.equal((await send("POST", `/groups/${id}/owners/$ref`, reference(owner))).status, 204);
    graph.app.control("link", { tenant: TENANT, relation: "owners", from: id, to: PRINCIPAL });
    assert.deepEqual(idsIn(await send("GET", `/groups/${id}/owners`)), [owner]);
    assert.equal((await send("DELETE", `/groups/${id}/owners/${owner}/$ref`)).status, 400);
    assert.equal((await send("DELETE", `/groups/${id}/owners/${PRINCIPAL}/$ref`)).status, 204);
  });

  it("a group has at most 100 owners [resources/group]", async () => {
    const id = await newGroup(graph, "crowded");
    for (let index = 0; index < 100; index += 1) {
      const owner = graph.app.control("create", {
        tenant: TENANT,
        kind: "user",
        values: { userPrincipalName: `owner${index}@contoso.com` },
      });
      graph.app.control("link", { tenant: TENANT, relation: "owners", from: id, to: owner.id });
    }
    const one = await newUser(graph, "fay");
    assertRefused(
      await send("POST", `/groups/${id}/owners/$ref`, reference(one)),
      403,
      "Directory_QuotaExceeded",
      "would exceed the maximum quota count '100' for forward-link 'owners'.",
    );
  });

  it("transitive memberships include nested groups [group-list-transitivemembers, user-list-transitivememberof]", async () => {
    const person = await newUser(graph, "gus");
    const inner = await newGroup(graph, "inner", { "members@odata.bind": bindings([person]) });
    const outer = await newGroup(graph, "outer", { "members@odata.bind": bindings([inner]) });
    assert.deepEqual(idsIn(await send("GET", `/users/${person}/memberOf`)), [inner]);
    assert.deepEqual(idsIn(await send("GET", `/users/${person}/transitiveMemberOf`)), [
      inner,
      outer,
    ]);
    assert.deepEqual(idsIn(await send("GET", `/groups/${outer}/transitiveMembers`)), [
      inner,
      person,
    ]);
    assert.deepEqual(
      idsIn(await send("GET", `/groups/${outer}/transitiveMembers/microsoft.graph.user`)),
      [person],
    );
    assert.deepEqual(idsIn(await send("GET", `/groups/${inner}/memberOf`)), [outer]);
    const count = `/users/${person}/transitiveMemberOf/$count`;
    assert.equal((await send("GET", count, undefined, EVENTUAL)).text, "2");
    // A cycle of groups must not cause an endless loop.
    graph.app.control("link", { tenant: TENANT, relation: "members", from: inner, to: outer });
    assert.deepEqual(idsIn(await send("GET", `/groups/${outer}/transitiveMembers`)), [
      inner,
      person,
    ]);
  });

  contractHolds(graph);
});
