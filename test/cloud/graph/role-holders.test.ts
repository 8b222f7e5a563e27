import assert from "node:assert/strict";
import { before, describe, it } from "node:test";

import { graphFixture, PRINCIPAL } from "./testing/graph-fixture.ts";
import { newGroup, newUser, reference, valueOf } from "./testing/people.ts";
import {
  ACTING,
  assertDenied,
  personsOf,
  GLOBAL_ADMINISTRATOR,
  USER_ADMINISTRATOR,
} from "./testing/persons.ts";

const ROLES = "/roleManagement/directory";

describe("a directory role that a group holds", () => {
  const graph = graphFixture();
  const { send } = graph;
  const { as, holder } = personsOf(graph);
  let group = "";
  let member = "";
  let owner = "";
  let other = "";
  const hold = (principalId: string, roleDefinitionId: string) =>
    send("POST", `${ROLES}/roleAssignments`, {
      principalId,
      roleDefinitionId,
      directoryScopeId: "/",
    });
  before(async () => {
    group = await newGroup(graph, "admins", { isAssignableToRole: true });
    [member, owner, other] = [
      await newUser(graph, "member"),
      await newUser(graph, "owner"),
      await newUser(graph, "other"),
    ];
    await send("POST", `/groups/${group}/members/$ref`, reference(member));
    await send("POST", `/groups/${group}/owners/$ref`, reference(owner));
    assert.equal((await hold(group, USER_ADMINISTRATOR)).status, 201);
  });
  const rename = (person: string) => as(person, "PATCH", `/users/${other}`, { jobTitle: "x" });

  it("is its members', not its owners' [groups-concept]", async () => {
    assert.equal((await rename(member)).status, 204);
    assertDenied(await rename(owner));
    const memberships = await send("GET", `/users/${member}/transitiveMemberOf`);
    const role = valueOf(memberships).find((one) => one["roleTemplateId"] === USER_ADMINISTRATOR);
    assert.equal(role?.["displayName"], "User Administrator");
  });

  it("protects its members' sensitive properties from lesser administrators [privileged-roles-permissions]", async () => {
    const strong = await newGroup(graph, "global", { isAssignableToRole: true });
    const boss = await newUser(graph, "boss");
    await send("POST", `/groups/${strong}/members/$ref`, reference(boss));
    await hold(strong, GLOBAL_ADMINISTRATOR);
    const disable = { accountEnabled: false };
    const user = await holder("User Administrator");
    assertDenied(await as(user, "PATCH", `/users/${boss}`, disable, ACTING));
    assertDenied(await send("PATCH", `/users/${boss}`, disable));
    assert.equal((await as(boss, "DELETE", `/users/${other}`)).status, 204);
    await send("POST", `/directory/deletedItems/${other}/restore`);
  });

  it("ends with the membership, and with the group [groups-concept]", async () => {
    await send("DELETE", `/groups/${group}/members/${member}/$ref`);
    assertDenied(await rename(member));
    await send("POST", `/groups/${group}/members/$ref`, reference(member));
    assert.equal((await rename(member)).status, 204);
    await send("DELETE", `/groups/${group}`);
    assertDenied(await rename(member));
    const back = await as(owner, "POST", `/directory/deletedItems/${group}/restore`);
    assert.equal(back.status, 200, back.text);
    assert.equal((await rename(member)).status, 204);
  });

  it("gives an application the power over an administrator that its permissions lack [resources/users]", async () => {
    const strong = await newGroup(graph, "applications", { isAssignableToRole: true });
    const target = await holder("Exchange Administrator");
    const disable = () => send("PATCH", `/users/${target}`, { accountEnabled: true });
    assertDenied(await disable());
    await hold(strong, GLOBAL_ADMINISTRATOR);
    const joined = await send("POST", `/groups/${strong}/members/$ref`, reference(PRINCIPAL));
    assert.equal(joined.status, 204, joined.text);
    assert.equal((await disable()).status, 204);
  });
});

describe("a role of the tenant's own", () => {
  const graph = graphFixture();
  const { send } = graph;
  const { as } = personsOf(graph);
  const make = async (isEnabled: boolean, ...actions: readonly string[]): Promise<string> => {
    const made = await send("POST", `${ROLES}/roleDefinitions`, {
      displayName: actions.join(),
      isEnabled,
      rolePermissions: [
        { allowedResourceActions: actions.map((action) => `microsoft.directory/${action}`) },
      ],
    });
    return String(made.body["id"]);
  };
  const give = async (role: string, scope = "/"): Promise<string> => {
    const principalId = await newUser(graph, `holder-${role}`);
    const body = { principalId, roleDefinitionId: role, directoryScopeId: scope };
    const given = await send("POST", `${ROLES}/roleAssignments`, body);
    assert.equal(given.status, 201, given.text);
    return principalId;
  };
  const newApplication = async (signInAudience: string): Promise<string> => {
    const made = await send("POST", "/applications", { displayName: "app", signInAudience });
    return `/applications/${String(made.body["id"])}`;
  };

  it("allows its actions and no others [custom-available-permissions]", async () => {
    const person = await give(await make(true, "applications/basic/update"));
    const url = await newApplication("AzureADMyOrg");
    assert.equal((await as(person, "PATCH", url, { displayName: "new" })).status, 204);
    assertDenied(await as(person, "POST", `${url}/addPassword`, {}));
    assertDenied(await as(person, "PATCH", url, { signInAudience: "AzureADMultipleOrgs" }));
    assertDenied(await as(person, "DELETE", url));
  });

  it("allows nothing while it is disabled [resources/unifiedroledefinition]", async () => {
    const role = await make(false, "users/basic/update");
    const person = await give(role);
    const other = await newUser(graph, "other");
    const change = () => as(person, "PATCH", `/users/${other}`, { jobTitle: "x" });
    assertDenied(await change());
    await send("PATCH", `${ROLES}/roleDefinitions/${role}`, { isEnabled: true });
    assert.equal((await change()).status, 204);
  });

  const add = (person: string, url: string) => as(person, "POST", `${url}/addPassword`, {});

  it("counts for one application, or for those of this tenant only [custom-available-permissions, custom-assign-graph]", async () => {
    const [own, shared] = [
      await newApplication("AzureADMyOrg"),
      await newApplication("AzureADMultipleOrgs"),
    ];
    const role = await make(true, "applications.myOrganization/credentials/update");
    const everywhere = await give(role);
    assert.equal((await add(everywhere, own)).status, 200);
    assertDenied(await add(everywhere, shared));
    const all = await make(true, "applications/allProperties/update");
    const here = await give(all, shared.replace("/applications", ""));
    assert.equal((await add(here, shared)).status, 200);
    assertDenied(await add(here, own));
  });

  it("Entra's own roles tell their actions [unifiedroledefinition-get]", async () => {
    const { body } = await send(
      "GET",
      `${ROLES}/roleDefinitions/729827e3-9c14-49f7-bb1b-9608f156bbb8`,
    );
    const [permission] = body["rolePermissions"] as unknown as readonly {
      readonly allowedResourceActions: readonly string[];
    }[];
    assert.deepEqual(permission?.allowedResourceActions, [
      "microsoft.directory/users/invalidateAllRefreshTokens",
      "microsoft.directory/users/password/update",
    ]);
  });
});
