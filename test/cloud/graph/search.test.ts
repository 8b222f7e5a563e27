import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { graphFixture } from "./testing/graph-fixture.ts";
import { assertRefused, bindings, EVENTUAL, idsIn, newGroup, newUser } from "./testing/people.ts";

describe("$search", () => {
  const graph = graphFixture();
  const found = async (wanted: string): Promise<number> => {
    const url = `/groups?$search="displayName:${encodeURIComponent(wanted)}"&$select=id`;
    return idsIn(await graph.send("GET", url, undefined, EVENTUAL)).length;
  };

  for (const [name, hits, misses] of [
    ["hello world", ["hello", "wor", "world hello"], ["helloworld", "ello"]],
    ["HelloWorld", ["hello", "world", "HelloWorld", "hello world"], ["helloworld", "elloworld"]],
    ["helloWORLD", ["hello", "world"], ["helloworld"]],
    ["HELLOworld", ["helloworld", "HELLO"], ["world"]],
    ["hello.world", ["hello", "world", ".", "helloworld", "hello.world"], ["hello-world"]],
    ["hello123world", ["hello", "123", "world", "12"], ["23"]],
    [
      "李四(David Li)",
      ["李四(David Li)", "李四", "David", "Li", "David)", "(李四", "Li 李"],
      ["avid"],
    ],
  ] as const)
    it(`splits ${name} as the page does [search-query-parameter]`, async () => {
      const { id } = graph.app.control("create", {
        kind: "group",
        values: { displayName: name, securityEnabled: true },
      });
      for (const wanted of hits) assert.equal(await found(wanted), 1, `found by ${wanted}`);
      for (const wanted of misses) assert.equal(await found(wanted), 0, `not found by ${wanted}`);
      graph.app.control("update", { id, values: { displayName: "gone" } });
    });

  it("joins clauses with AND, OR and parentheses [search-query-parameter]", async () => {
    await newGroup(graph, "one-drive", { displayName: "One Drive", description: "One" });
    await newGroup(graph, "one-video", { displayName: "One Video", description: "Two" });
    const search = async (text: string): Promise<number> =>
      idsIn(
        await graph.send("GET", `/groups?$search=${encodeURIComponent(text)}`, undefined, EVENTUAL),
      ).length;
    assert.equal(
      await search('"description:One" AND ("displayName:Video" OR "displayName:Drive")'),
      1,
    );
    assert.equal(await search('"description:Two" OR "description:One" AND "displayName:Video"'), 1);
    assert.equal(await search('("description:Two" OR "description:One") AND "displayName:One"'), 2);
  });

  it("finds other text properties by their beginning, in any case of the name [search-query-parameter]", async () => {
    await newUser(graph, "searched", { jobTitle: "Head of Search", employeeId: "E-17" });
    for (const [clause, count] of [
      ["jobtitle:head of", 1],
      ["jobTitle:search", 0],
      ["employeeId:E-1", 1],
    ] as const) {
      const url = `/users?$search="${encodeURIComponent(clause)}"`;
      assert.equal(idsIn(await graph.send("GET", url, undefined, EVENTUAL)).length, count, clause);
    }
    const url = '/users?$search="accountEnabled:true"';
    assert.equal((await graph.send("GET", url, undefined, EVENTUAL)).status, 400);
  });
});

describe("$filter and $expand", () => {
  const graph = graphFixture();

  it("counts the owners of groups, in advanced queries [aad-advanced-queries, owners/$count]", async () => {
    const owner = await newUser(graph, "owner");
    const owned = await newGroup(graph, "owned", { "owners@odata.bind": bindings([owner]) });
    const bare = await newGroup(graph, "bare");
    const filtered = async (clause: string): Promise<readonly string[]> =>
      idsIn(
        await graph.send(
          "GET",
          `/groups?$filter=${clause}&$count=true&$select=id`,
          undefined,
          EVENTUAL,
        ),
      );
    assert.deepEqual(await filtered("owners/$count eq 0"), [bare]);
    assert.deepEqual(await filtered("owners/$count ge 1"), [owned]);
    assert.deepEqual(await filtered("not(owners/$count eq 0)"), [owned]);
    const plain = await graph.send("GET", "/groups?$filter=owners/$count eq 0");
    assertRefused(plain, 400, "Request_UnsupportedQuery", "$count=true");
  });

  it("counts the app role assignments of memberships [user-list-memberof]", async () => {
    const member = await newUser(graph, "member");
    const group = await newGroup(graph, "unassigned", { "members@odata.bind": bindings([member]) });
    const url = `/users/${member}/memberOf/microsoft.graph.group?$count=true&$select=id&$filter=appRoleAssignments/$count`;
    assert.deepEqual(idsIn(await graph.send("GET", `${url} eq 0`, undefined, EVENTUAL)), [group]);
    assert.deepEqual(idsIn(await graph.send("GET", `${url} ge 1`, undefined, EVENTUAL)), []);
  });

  for (const [filter, says] of [
    [
      "displayName eq 'x",
      "There is an unterminated string literal at position 17 in 'displayName eq 'x'.",
    ],
    ["displayName eq 'O'Brien'", "There is an unterminated string literal at position 24 in"],
    ["displayName eq", "Expression expected at position 14 in 'displayName eq'."],
    ["(displayName eq 'x'", "')' or operator expected at position 19 in"],
    ["displayName eq #", "Syntax error: character '#' is not valid at position 15 in"],
  ] as const)
    it(`refuses ${filter} in OData's words [seen in issues: OData lexer]`, async () => {
      const reply = await graph.send("GET", `/users?$filter=${encodeURIComponent(filter)}`);
      assertRefused(reply, 400, "BadRequest", `Invalid filter clause: ${says}`);
    });

  it("expands managers of managers with both advanced parameters only [user-list-manager]", async () => {
    const id = await newUser(graph, "managed");
    const url = `/users/${id}?$expand=manager($levels=max;$select=id)`;
    assert.equal((await graph.send("GET", url)).status, 400);
    assert.equal((await graph.send("GET", `${url}&$count=true`, undefined, EVENTUAL)).status, 200);
  });
});
