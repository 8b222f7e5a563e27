import assert from "node:assert/strict";
import { before, describe, it } from "node:test";

import { EVERYTHING, graphFixture } from "./testing/graph-fixture.ts";
import { EVENTUAL, idsIn, newGroup, newUser, reference, UNIFIED } from "./testing/people.ts";
import { personsOf } from "./testing/persons.ts";

const HIDDEN = {
  ...UNIFIED,
  visibility: "HiddenMembership",
};
const SEES = [...EVERYTHING, "Member.Read.Hidden"];

describe("a hidden membership", () => {
  const graph = graphFixture();
  const { send } = graph;
  const { as, holder } = personsOf(graph);
  let group = "";
  let member = "";
  let outsider = "";
  before(async () => {
    group = await newGroup(graph, "hidden", HIDDEN);
    [member, outsider] = [await newUser(graph, "member"), await newUser(graph, "outsider")];
    await send("POST", `/groups/${group}/members/$ref`, reference(member));
  });
  const views: readonly (readonly [string, () => string, () => string])[] = [
    ["members", () => `/groups/${group}/members`, () => member],
    ["typed members", () => `/groups/${group}/members/microsoft.graph.user`, () => member],
    ["transitive members", () => `/groups/${group}/transitiveMembers`, () => member],
    ["memberships", () => `/users/${member}/memberOf`, () => group],
    ["transitive memberships", () => `/users/${member}/transitiveMemberOf`, () => group],
    ["expanded members", () => `/groups/${group}?$expand=members`, () => member],
    ["expanded memberships", () => `/users/${member}?$expand=memberOf`, () => group],
  ];
  for (const [what, url, id] of views)
    it(`is missing among ${what} without Member.Read.Hidden [group-list-members, microsoft-graph-docs#12552]`, async () => {
      const hidden = await send("GET", url());
      assert.deepEqual([hidden.status, hidden.text.includes(id())], [200, false]);
      const shown = await send("GET", url(), undefined, { roles: SEES });
      assert.ok(shown.text.includes(id()), shown.text);
    });

  it("is not counted, and not found by the checks, without it [microsoft-graph-docs#12285]", async () => {
    const count = (roles: readonly string[]) =>
      send("GET", `/groups/${group}/members/$count`, undefined, { roles, ...EVENTUAL });
    assert.deepEqual([(await count(EVERYTHING)).text, (await count(SEES)).text], ["0", "1"]);
    const check = async (roles: readonly string[]): Promise<unknown> => {
      const body = { groupIds: [group] };
      const { body: told } = await send("POST", `/users/${member}/checkMemberGroups`, body, {
        roles,
      });
      return told["value"];
    };
    assert.deepEqual([await check(EVERYTHING), await check(SEES)], [[], [group]]);
  });

  it("is seen by people who belong to it or have a role for it [group-list-members, roles]", async () => {
    const url = `/groups/${group}/members`;
    const seen = async (person: string, scopes: readonly string[] = SEES) =>
      idsIn(await as(person, "GET", url, undefined, scopes));
    assert.deepEqual(await seen(member), [member]);
    assert.deepEqual(await seen(member, EVERYTHING), []);
    assert.deepEqual(await seen(outsider), []);
    assert.deepEqual(await seen(await holder("Groups Administrator")), [member]);
    assert.deepEqual(await seen(await holder("Helpdesk Administrator")), []);
  });

  it("of a unit is hidden likewise [administrativeunit-list-members]", async () => {
    const body = { displayName: "unit", visibility: "HiddenMembership" };
    const made = await send("POST", "/directory/administrativeUnits", body);
    const url = `/directory/administrativeUnits/${String(made.body["id"])}/members`;
    await send("POST", `${url}/$ref`, reference(outsider));
    assert.deepEqual(idsIn(await send("GET", url)), []);
    assert.deepEqual(idsIn(await send("GET", url, undefined, { roles: SEES })), [outsider]);
  });
});
