import assert from "node:assert/strict";
import { before, describe, it } from "node:test";

import { graphFixture, TENANT } from "./testing/graph-fixture.ts";
import { EVENTUAL, idsIn, newGroup, newUser, reference } from "./testing/people.ts";
import { assertDenied, personsOf } from "./testing/persons.ts";

const READS = ["User.Read.All", "Group.Read.All", "Directory.Read.All"];
const GUARDED = [
  {
    property: "customSecurityAttributes",
    permission: "CustomSecAttributeAssignment.Read.All",
    source: "custom-security-attributes-overview",
    value: { Engineering: { Project: "Baker" } },
  },
  {
    property: "signInActivity",
    permission: "AuditLog.Read.All",
    source: "resources/signinactivity",
    value: { lastSignInDateTime: "2026-01-01T00:00:00Z" },
  },
] as const;

describe("properties with a permission of their own", () => {
  const graph = graphFixture();
  const { send } = graph;
  const { as, holder } = personsOf(graph);
  let subject = "";
  let report = "";
  let group = "";
  let deleted = "";
  before(async () => {
    const values = Object.fromEntries(GUARDED.map(({ property, value }) => [property, value]));
    subject = await newUser(graph, "subject");
    report = await newUser(graph, "report");
    deleted = await newUser(graph, "deleted");
    group = await newGroup(graph, "group");
    for (const id of [subject, deleted])
      graph.app.control("update", { tenant: TENANT, id, values });
    await send("POST", `/groups/${group}/members/$ref`, reference(subject));
    await send("PUT", `/users/${report}/manager/$ref`, reference(subject));
    await send("DELETE", `/users/${deleted}`);
  });

  const views: readonly (readonly [string, (property: string) => string])[] = [
    ["as a member", (name) => `/groups/${group}/members?$select=id,${name}`],
    ["as an expanded member", (name) => `/groups/${group}?$expand=members($select=id,${name})`],
    ["as a manager", (name) => `/users/${report}/manager?$select=id,${name}`],
    ["as an expanded manager", (name) => `/users/${report}?$expand=manager($select=id,${name})`],
    ["as an object", (name) => `/directoryObjects/${subject}?$select=id,${name}`],
    ["in a delta", (name) => `/users/delta?$select=id,${name}`],
    ["deleted", (name) => `/directory/deletedItems/${deleted}?$select=id,${name}`],
    ["among the deleted", (name) => `/directory/deletedItems/microsoft.graph.user?$select=${name}`],
  ];
  for (const { property, permission, source } of GUARDED)
    for (const [where, url] of views)
      it(`${property} of a user ${where} needs ${permission} [${source}]`, async () => {
        const refused = await send("GET", url(property), undefined, { roles: READS });
        assert.equal(refused.status, 403, refused.text);
        const roles = [...READS, permission];
        const told = await send("GET", url(property), undefined, { roles });
        assert.match(told.text, /Baker|2026-01-01/);
        if (property !== "customSecurityAttributes") return;
        const admin = await holder("Global Administrator");
        assertDenied(await as(admin, "GET", url(property), undefined, roles));
      });

  it("signInActivity in a filter of members needs AuditLog.Read.All [resources/signinactivity]", async () => {
    const filter = "signInActivity/lastSignInDateTime ge 2025-01-01T00:00:00Z";
    const url = `/groups/${group}/members/microsoft.graph.user?$count=true&$filter=${filter}`;
    const by = (...roles: readonly string[]) =>
      send("GET", url, undefined, { ...EVENTUAL, roles: [...READS, ...roles] });
    assert.equal((await by()).status, 403);
    assert.deepEqual(idsIn(await by("AuditLog.Read.All")), [subject]);
  });
});
