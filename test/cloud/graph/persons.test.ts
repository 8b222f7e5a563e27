import assert from "node:assert/strict";
import { before, describe, it } from "node:test";

import type { Values } from "./store/entity.ts";
import { contractHolds } from "./testing/contract-holds.ts";
import { graphFixture, TENANT } from "./testing/graph-fixture.ts";
import {
  assertRefused,
  groupBody,
  idsIn,
  newGroup,
  newUser,
  reference,
  userBody,
  valueOf,
  UNIFIED,
} from "./testing/people.ts";
import { assertDenied, personsOf } from "./testing/persons.ts";

const READ = ["User.Read"];

describe("on behalf of a person", () => {
  const graph = graphFixture();
  let plain = "";
  let other = "";
  let guest = "";
  const { as, holder } = personsOf(graph);

  before(async () => {
    plain = await newUser(graph, "plain");
    other = await newUser(graph, "other");
    guest = await newUser(graph, "guest", { userType: "Guest" });
  });

  it("/me is that person, read with User.Read [user-get, /me]", async () => {
    const { status, body } = await as(plain, "GET", "/me", undefined, READ);
    assert.deepEqual([status, body["id"]], [200, plain]);
    assert.equal(
      body["@odata.context"],
      "https://graph.microsoft.com/v1.0/$metadata#users/$entity",
    );
    const named = await as(plain, "GET", "/me?$select=id,department", undefined, READ);
    assert.equal(named.status, 200, named.text);
  });

  it("User.Read reads no other user, and not the manager [user-get, user-list-manager, permissions]", async () => {
    assertDenied(await as(plain, "GET", `/users/${other}`, undefined, READ));
    await graph.send("PUT", `/users/${plain}/manager/$ref`, reference(other));
    assertDenied(await as(plain, "GET", "/me/manager", undefined, READ));
    const { body } = await as(plain, "GET", "/me/manager", undefined, ["User.Read.All"]);
    assert.equal(body["id"], other);
  });

  it("User.Read reads one's own memberships, objects and the organization [user-list-memberof, organization-list]", async () => {
    const group = await newGroup(graph, "mine");
    await graph.send("POST", `/groups/${group}/members/$ref`, reference(plain));
    const member = await as(plain, "GET", "/me/memberOf", undefined, READ);
    assert.deepEqual(idsIn(member), [group]);
    const all = await as(
      plain,
      "POST",
      "/me/getMemberObjects",
      { securityEnabledOnly: false },
      READ,
    );
    assert.deepEqual(all.body["value"], [group]);
    for (const url of ["/me/ownedObjects", "/me/directReports", "/organization"])
      assert.equal((await as(plain, "GET", url, undefined, READ)).status, 200, url);
    assertDenied(await as(plain, "GET", `/users/${other}/memberOf`, undefined, READ));
  });

  it("a page of one's own objects leads on under /me [paging]", async () => {
    for (const name of ["p1", "p2"]) {
      const id = await newGroup(graph, name);
      await graph.send("POST", `/groups/${id}/owners/$ref`, reference(other));
    }
    const page = await as(other, "GET", "/me/ownedObjects?$top=1");
    const next = String(page.body["@odata.nextLink"]);
    assert.match(next, /\/v1\.0\/me\/ownedObjects\?/u);
    const more = await as(other, "GET", next.replace("https://graph.microsoft.com", ""));
    assert.equal(valueOf(more).length, 1);
  });

  it("/me of an application is a 400 [seen on the wire]", async () => {
    assertRefused(await graph.send("GET", "/me"), 400, "BadRequest", "delegated authentication");
  });

  it("a token of a deleted person is refused [seen on the wire]", async () => {
    const gone = await newUser(graph, "gone");
    await graph.send("DELETE", `/users/${gone}`);
    assertRefused(await as(gone, "GET", "/me"), 401, "Authorization_IdentityNotFound");
  });

  it("a member reads the whole directory, if the application may [users-default-permissions]", async () => {
    for (const url of [
      "/users",
      "/groups",
      "/devices",
      "/applications",
      "/servicePrincipals",
      "/directoryRoles",
      "/directory/administrativeUnits",
      "/subscribedSkus",
      "/domains",
      "/roleManagement/directory/roleAssignments",
    ]) {
      assert.equal((await as(plain, "GET", url)).status, 200, url);
      assertDenied(await as(plain, "GET", url, undefined, ["Mail.Read"]));
    }
    assertDenied(await as(plain, "GET", "/directory/deletedItems/microsoft.graph.user"));
  });

  it("Directory.AccessAsUser.All allows what the person may, but not the logs [permissions-reference]", async () => {
    const access = ["Directory.AccessAsUser.All"];
    assert.equal((await as(plain, "GET", "/users", undefined, access)).status, 200);
    assertDenied(await as(plain, "PATCH", `/users/${other}`, { department: "x" }, access));
    const admin = await holder("Global Administrator");
    const change = await as(admin, "PATCH", `/users/${other}`, { department: "x" }, access);
    assert.equal(change.status, 204, change.text);
    assertRefused(
      await as(admin, "GET", "/auditLogs/directoryAudits", undefined, access),
      403,
      "Authentication_MSGraphPermissionMissing",
    );
  });

  it("a guest reads objects that it knows but no list [users-default-permissions]", async () => {
    for (const url of ["/users", "/groups", "/applications", "/oauth2PermissionGrants"])
      assertDenied(await as(guest, "GET", url));
    for (const url of ["/devices", "/directoryRoles", "/subscribedSkus", "/contracts"])
      assertDenied(await as(guest, "GET", url));
    for (const url of ["/me", `/users/${other}`, "/domains", "/directoryRoleTemplates"])
      assert.equal((await as(guest, "GET", url)).status, 200, url);
    assertDenied(await as(guest, "POST", "/groups", groupBody("by-guest")));
  });

  it("a guest sees a part of other people's profiles, and its own whole [users-default-permissions]", async () => {
    for (const id of [other, guest])
      await graph.send("PATCH", `/users/${id}`, { jobTitle: "x", department: "y" });
    const group = await newGroup(graph, "visible");
    await graph.send("POST", `/groups/${group}/members/$ref`, reference(other));
    await graph.send("PUT", `/users/${guest}/manager/$ref`, reference(other));
    const shown = async (url: string) => (await as(guest, "GET", url)).body as Values;
    const one = await shown(`/users/${other}`);
    assert.deepEqual(
      [one["displayName"], one["userPrincipalName"], one["jobTitle"], one["businessPhones"]],
      ["other", "other@contoso.com", null, []],
    );
    assert.equal((await shown(`/users/${other}?$select=department`))["department"], null);
    const [member] = valueOf(await as(guest, "GET", `/groups/${group}/members?$select=jobTitle`));
    assert.deepEqual([member?.["id"], member?.["jobTitle"]], [other, null]);
    assert.equal((await shown("/me/manager"))["jobTitle"], null);
    const expanded = await shown("/me?$expand=manager($select=jobTitle)");
    assert.deepEqual((expanded["manager"] as Values)["jobTitle"], null);
    assert.equal((await shown("/me"))["jobTitle"], "x");
    assertDenied(await as(guest, "GET", `/users/${other}/memberOf`));
    assertDenied(await as(guest, "POST", `/users/${other}/getMemberGroups`, {}));
    assert.equal((await as(guest, "GET", "/me/memberOf")).status, 200);
    const [company] = valueOf(await as(guest, "GET", "/organization"));
    assert.deepEqual([company?.["displayName"], company?.["createdDateTime"]], ["Contoso", null]);
  });

  it("a guest sees no group of hidden membership but its own, and all with a directory role [users-default-permissions]", async () => {
    const hidden = await newGroup(graph, "hidden", {
      ...UNIFIED,
      visibility: "HiddenMembership",
    });
    assertDenied(await as(guest, "GET", `/groups/${hidden}`));
    await graph.send("POST", `/groups/${hidden}/members/$ref`, reference(guest));
    assert.equal((await as(guest, "GET", `/groups/${hidden}`)).status, 200);
    const reader = await newUser(graph, "reader", { userType: "Guest" });
    const role = "Directory Readers";
    graph.app.control("addRole", { tenant: TENANT, principal: reader, role });
    assert.equal((await as(reader, "GET", "/users")).status, 200);
    const { body } = await as(reader, "GET", `/users/${other}`);
    assert.equal(body["jobTitle"], "x");
  });

  it("a person changes their own mobile phone and nothing else of a user [users-default-permissions]", async () => {
    const own = await as(plain, "PATCH", "/me", { mobilePhone: "1" }, ["User.ReadWrite"]);
    assert.equal(own.status, 204, own.text);
    assertDenied(await as(plain, "PATCH", "/me", { jobTitle: "Chief" }, ["User.ReadWrite"]));
    assertDenied(
      await as(plain, "PATCH", `/users/${other}`, { mobilePhone: "1" }, ["User.ReadWrite"]),
    );
    assertDenied(await as(plain, "PATCH", `/users/${other}`, { mobilePhone: "1" }));
    assertDenied(await as(plain, "DELETE", `/users/${other}`));
    assertDenied(await as(plain, "POST", "/users", userBody("new")));
    assert.equal((await as(plain, "POST", "/me/revokeSignInSessions")).status, 200);
    assertDenied(await as(plain, "POST", `/users/${other}/revokeSignInSessions`));
  });

  it("a person changes their own password, knowing the old one [user-changepassword]", async () => {
    const set = (person: string, currentPassword: string) =>
      as(person, "POST", `/users/${plain}/changePassword`, {
        currentPassword,
        newPassword: "Correct-Horse-8",
      });
    assertDenied(await set(other, "Correct-Horse-9"));
    assert.equal((await set(plain, "wrong")).status, 400);
    assert.equal((await set(plain, "Correct-Horse-9")).status, 204);
  });

  it("a person owns the group that they create, and manages it [group-post-groups, users-default-permissions]", async () => {
    const made = await as(plain, "POST", "/groups", groupBody("own"));
    const group = String(made.body["id"]);
    const owners = await graph.send("GET", `/groups/${group}/owners`);
    assert.deepEqual(idsIn(owners), [plain]);
    const add = (person: string) =>
      as(person, "POST", `/groups/${group}/members/$ref`, reference(other));
    assertDenied(await add(other));
    assert.equal((await add(plain)).status, 204);
    assert.equal((await as(plain, "PATCH", `/groups/${group}`, { description: "x" })).status, 204);
    assertDenied(await as(other, "DELETE", `/groups/${group}`));
    assert.equal((await as(plain, "DELETE", `/groups/${group}`)).status, 204);
  });

  it("and the application that they register [users-default-permissions]", async () => {
    const made = await as(plain, "POST", "/applications", { displayName: "own" });
    assert.equal(made.status, 201, made.text);
    const url = `/applications/${made.body["id"]}`;
    assertDenied(await as(other, "PATCH", url, { displayName: "theirs" }));
    assert.equal((await as(plain, "PATCH", url, { displayName: "mine" })).status, 204);
    assert.equal((await as(plain, "POST", `${url}/addPassword`, {})).status, 200);
    const appId: unknown = made.body["appId"];
    assertDenied(await as(other, "POST", "/servicePrincipals", { appId }));
    assert.equal((await as(plain, "POST", "/servicePrincipals", { appId })).status, 201);
    const app2 = await holder("Application Administrator");
    assert.equal((await as(app2, "PATCH", url, { displayName: "managed" })).status, 204);
  });

  it("a Global Administrator may all that the application may, and no more [permissions-overview, delegated]", async () => {
    const admin = await holder("Global Administrator");
    const made = await as(admin, "POST", "/users", userBody("by-admin"));
    assert.equal(made.status, 201, made.text);
    assertDenied(
      await as(admin, "DELETE", `/users/${made.body["id"]}`, undefined, ["User.Read.All"]),
    );
    assert.equal((await as(admin, "DELETE", `/users/${made.body["id"]}`)).status, 204);
  });

  contractHolds(graph);
});
