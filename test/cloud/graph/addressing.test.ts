import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { contractHolds } from "./testing/contract-holds.ts";
import { graphFixture } from "./testing/graph-fixture.ts";
import { bindings, EVENTUAL, newGroup, newUser, reference, valueOf } from "./testing/people.ts";

describe("addressing", async () => {
  const graph = graphFixture();
  const { send } = graph;
  const contextOf = async (path: string): Promise<unknown> =>
    (await send("GET", path)).body["@odata.context"];
  const ann = await newUser(graph, "ann", { department: "Sales" });
  const inner = await newGroup(graph, "inner", { "members@odata.bind": bindings([ann]) });
  const outer = await newGroup(graph, "outer", { "members@odata.bind": bindings([inner]) });

  it("one property of an object is read by its path; null is 204 [OData protocol, addressing a property]", async () => {
    const reply = await send("GET", `/users/${ann}/department`);
    assert.deepEqual(reply.body, {
      "@odata.context": `https://graph.microsoft.com/v1.0/$metadata#users('${ann}')/department`,
      value: "Sales",
    });
    assert.equal((await send("GET", `/users/${ann}/jobTitle`)).status, 204);
    const { id } = (await send("POST", "/applications", { displayName: "app" })).body;
    assert.deepEqual((await send("GET", `/applications/${String(id)}/appRoles`)).body["value"], []);
  });

  it("the case of property names is ignored [seen in cli-microsoft365]", async () => {
    const query =
      "/users?$select=DisplayName&$filter=startswith(DISPLAYNAME,'ann')&$orderby=displayname";
    const reply = await send("GET", `${query}&$count=true`, undefined, EVENTUAL);
    assert.deepEqual(valueOf(reply), [{ displayName: "ann" }]);
  });

  it("members and memberships of one type are counted [group-list-members, user-list-memberof]", async () => {
    const counts = [
      [`/groups/${outer}/members/microsoft.graph.user/$count`, "0"],
      [`/groups/${outer}/transitiveMembers/microsoft.graph.user/$count`, "1"],
      [`/users/${ann}/memberOf/microsoft.graph.group/$count`, "1"],
      [`/users/${ann}/transitiveMemberOf/microsoft.graph.group/$count`, "2"],
    ] as const;
    for (const [path, count] of counts) {
      // oxlint-disable-next-line no-await-in-loop -- the rows share one Graph
      const reply = await send("GET", path, undefined, EVENTUAL);
      assert.equal(reply.text, count, path);
    }
  });

  it("the context shows the expansion [OData JSON format, context URL]", async () => {
    const root = "https://graph.microsoft.com/v1.0/$metadata#";
    assert.equal(await contextOf("/users?$expand=manager"), `${root}users(manager())`);
    assert.equal(
      await contextOf(`/groups/${inner}?$select=id&$expand=members($select=id),owners`),
      `${root}groups(id,members(id),owners())/$entity`,
    );
  });

  it("Graph's features that are not emulated answer 501, actions and metadata included [ours]", async () => {
    for (const [method, path] of [
      ["POST", "/identity/conditionalAccess/policies"],
      ["GET", "/$metadata"],
      ["GET", "/"],
      ["GET", `/users/${ann}/mailFolders`],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- the rows share one Graph
      const reply = await send(method, path, method === "POST" ? {} : undefined);
      assert.equal(reply.status, 501, `${method} ${path}: ${reply.text}`);
      assert.match(reply.text, /Not emulated by the local cloud/);
    }
  });

  it("a method that a resource never has is refused, not said to be missing here [ours: 405 as for any other set]", async () => {
    for (const [method, path] of [
      ["PATCH", "/contacts/x"],
      ["POST", "/subscribedSkus"],
      ["DELETE", "/directoryRoles/x"],
      ["GET", "/invitations"],
      ["PATCH", "/groupSettingTemplates/x"],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- the rows share one Graph
      const reply = await send(method, path, method === "GET" ? undefined : {});
      assert.equal(reply.status, 405, `${method} ${path}: ${reply.text}`);
    }
  });

  contractHolds(graph);
});

/** A query that the OpenAPI data does not describe: `$count` on one object. */
describe("managers", () => {
  const graph = graphFixture();
  const { send } = graph;

  it("$levels=max expands managers up to the top, in an advanced query [user-list-manager]", async () => {
    const ann = await newUser(graph, "ann");
    const [boss, top] = [await newUser(graph, "boss"), await newUser(graph, "top")];
    for (const [below, above] of [
      [ann, boss],
      [boss, top],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- the rows share one Graph
      await send("PUT", `/users/${below}/manager/$ref`, reference(above));
    }
    const path = `/users/${ann}?$select=id&$expand=manager($levels=max;$select=id)&$count=true`;
    const { body } = await send("GET", path, undefined, EVENTUAL);
    assert.deepEqual(body["manager"], {
      "@odata.type": "#microsoft.graph.user",
      id: boss,
      manager: { "@odata.type": "#microsoft.graph.user", id: top },
    });
    const plain = await send(
      "GET",
      `/users/${ann}?$expand=manager&$count=true`,
      undefined,
      EVENTUAL,
    );
    assert.equal(plain.status, 400);
  });
});
