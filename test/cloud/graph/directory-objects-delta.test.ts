import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { graphFixture } from "./testing/graph-fixture.ts";
import { bindings, linkIn, newGroup, newUser, valueOf } from "./testing/people.ts";

const both = "isof('microsoft.graph.user') or isof('microsoft.graph.group')";

describe("delta of directory objects of several kinds", () => {
  const graph = graphFixture();
  const { send } = graph;

  it("tells users and groups with their types and members, then what changed [directoryobject-delta]", async () => {
    const ann = await newUser(graph, "ann");
    const team = await newGroup(graph, "team", { "members@odata.bind": bindings([ann]) });
    const first = await send("GET", `/directoryObjects/delta?$filter=${both}`);
    assert.equal(first.status, 200, first.text);
    assert.deepEqual(
      valueOf(first).map((one) => [one["@odata.type"], one["id"]]),
      [
        ["#microsoft.graph.user", ann],
        ["#microsoft.graph.group", team],
      ],
    );
    assert.deepEqual(valueOf(first)[1]?.["members@delta"], [
      { "@odata.type": "#microsoft.graph.user", id: ann },
    ]);
    await send("PATCH", `/users/${ann}`, { jobTitle: "Clerk" });
    await send("POST", "/directory/administrativeUnits", { displayName: "not asked for" });
    const second = await send("GET", linkIn(first, "@odata.deltaLink"));
    assert.deepEqual(
      valueOf(second).map((one) => [one["id"], one["jobTitle"]]),
      [[ann, "Clerk"]],
    );
    await send("DELETE", `/groups/${team}`);
    const third = await send("GET", linkIn(second, "@odata.deltaLink"));
    assert.deepEqual(valueOf(third), [
      { "@odata.type": "#microsoft.graph.group", id: team, "@removed": { reason: "changed" } },
    ]);
  });

  it("filters by id, and by id and type together; a select names the type [directoryobject-delta]", async () => {
    const bob = await newUser(graph, "bob", { surname: "Builder" });
    const one = await send("GET", `/directoryObjects/delta?$filter=id eq '${bob}'`);
    assert.deepEqual(
      valueOf(one).map(({ id }) => id),
      [bob],
    );
    const other = `isof('microsoft.graph.group') or id eq '${bob}'`;
    assert.deepEqual(valueOf(await send("GET", `/directoryObjects/delta?$filter=${other}`)), []);
    const select = "microsoft.graph.user/surname,microsoft.graph.group/displayName";
    const url = `/directoryObjects/delta?$filter=${both}&$select=${select}`;
    const found = valueOf(await send("GET", url)).find(({ id }) => id === bob);
    assert.deepEqual(found, {
      "@odata.type": "#microsoft.graph.user",
      id: bob,
      surname: "Builder",
    });
  });

  it("needs the permission to read each kind, and refuses other filters [directoryobject-delta]", async () => {
    const roles = { roles: ["User.Read.All"] };
    const url = `/directoryObjects/delta?$filter=${both}`;
    assert.equal((await send("GET", url, undefined, roles)).status, 403);
    const users = "/directoryObjects/delta?$filter=isof('microsoft.graph.user')";
    assert.equal((await send("GET", users, undefined, roles)).status, 200);
    for (const filter of ["displayName eq 'x'", "isof('microsoft.graph.chat')"])
      assert.equal((await send("GET", `/directoryObjects/delta?$filter=${filter}`)).status, 400);
  });

  it("pages through many objects, each once [directoryobject-delta, nextLink]", async () => {
    graph.app.control("seed", { users: 450, groups: 10 });
    let page = await send("GET", `/directoryObjects/delta?$filter=${both}`);
    const seen: unknown[] = [];
    for (;;) {
      seen.push(...valueOf(page).map(({ id }) => id));
      if (page.body["@odata.nextLink"] === undefined) break;
      page = await send("GET", linkIn(page, "@odata.nextLink"));
    }
    assert.ok(seen.length > 450);
    assert.equal(new Set(seen).size, seen.length);
  });

  it("directory roles have a delta of their own, with their members [directoryrole-delta]", async () => {
    const cai = await newUser(graph, "cai");
    const first = await send("GET", "/directoryRoles/delta");
    graph.app.control("addRole", { principal: cai, role: "User Administrator" });
    const changes = valueOf(await send("GET", linkIn(first, "@odata.deltaLink")));
    assert.deepEqual(
      changes.map((one) => [one["displayName"], one["members@delta"]]),
      [["User Administrator", [{ "@odata.type": "#microsoft.graph.user", id: cai }]]],
    );
  });
});
