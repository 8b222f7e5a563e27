import assert from "node:assert/strict";
import { before, describe, it } from "node:test";

import { EVERYTHING, graphFixture, TENANT } from "./testing/graph-fixture.ts";
import {
  assertRefused,
  groupBody,
  newGroup,
  newUser,
  reference,
  userBody,
} from "./testing/people.ts";
import { ACTING, assertDenied, personsOf, GLOBAL_ADMINISTRATOR } from "./testing/persons.ts";

const RULE = { membershipRule: 'user.department -eq "x"', membershipRuleProcessingState: "On" };
const DYNAMIC = { ...RULE, groupTypes: ["DynamicMembership"] };
const AS_PERSON = ["Directory.AccessAsUser.All"];

describe("a person gets around no rule", () => {
  const graph = graphFixture();
  const { send } = graph;
  const { as, holder } = personsOf(graph);
  let other = "";
  let plain = "";
  let guest = "";
  let device = "";
  before(async () => {
    other = await newUser(graph, "other");
    plain = await newUser(graph, "plain");
    guest = await newUser(graph, "guest", { userType: "Guest" });
    device = graph.app.control("create", {
      tenant: TENANT,
      kind: "device",
      values: { accountEnabled: true, deviceId: "d1", operatingSystem: "Windows" },
    }).id;
  });
  const upsert = (person: string, url: string, values: unknown = { displayName: "new" }) =>
    send("PATCH", url, values, { person, headers: { prefer: "create-if-missing" } });
  const end = (person: string, id: string) =>
    as(person, "POST", `/users/${id}/revokeSignInSessions`);

  it("a deleted group comes back by those who manage groups, and goes for good by fewer [directory-deleteditems-delete, permissions-reference]", async () => {
    const id = await newGroup(graph, "gone");
    await send("DELETE", `/groups/${id}`);
    const url = `/directory/deletedItems/${id}`;
    assertDenied(await as(await holder("Privileged Role Administrator"), "POST", `${url}/restore`));
    assertDenied(await as(await holder("User Administrator"), "DELETE", url));
    assertDenied(await send("DELETE", url));
    const purged = await as(await holder("Groups Administrator"), "DELETE", url);
    assert.equal(purged.status, 204, purged.text);
    const user = await newUser(graph, "gone");
    await send("DELETE", `/users/${user}`);
    const item = `/directory/deletedItems/${user}`;
    assertDenied(await as(await holder("Authentication Administrator"), "DELETE", item));
    assert.equal((await as(await holder("User Administrator"), "DELETE", item)).status, 204);
  });

  it("an owner does not make a group dynamic, a Groups Administrator does [groups-create-rule]", async () => {
    const made = await as(plain, "POST", "/groups", groupBody("own"));
    const url = `/groups/${String(made.body["id"])}`;
    assertDenied(await as(plain, "POST", "/groups", groupBody("dynamic", DYNAMIC)));
    assertDenied(await as(plain, "PATCH", url, DYNAMIC));
    assert.equal((await as(plain, "PATCH", url, { description: "x" })).status, 204);
    const manager = await holder("Groups Administrator");
    const dynamic = await as(manager, "POST", "/groups", groupBody("dynamic", DYNAMIC));
    assert.equal(dynamic.status, 201, dynamic.text);
  });

  it("an upsert needs what making the object needs [group-upsert, application-upsert, serviceprincipal-upsert]", async () => {
    const { body } = await send("POST", "/applications", { displayName: "theirs" });
    const appId = String(body["appId"]);
    assertDenied(await upsert(guest, "/groups(uniqueName='a')", groupBody("a")));
    const assignable = groupBody("b", { isAssignableToRole: true });
    assertDenied(await upsert(plain, "/groups(uniqueName='b')", assignable));
    assert.equal((await upsert(plain, "/groups(uniqueName='c')", groupBody("c"))).status, 201);
    assertDenied(await upsert(guest, "/applications(uniqueName='d')"));
    assert.equal((await upsert(plain, "/applications(uniqueName='e')")).status, 201);
    assertDenied(await upsert(plain, `/servicePrincipals(appId='${appId}')`));
    const manager = await holder("Application Administrator");
    assert.equal((await upsert(manager, `/servicePrincipals(appId='${appId}')`)).status, 201);
  });

  it("who may not reset an administrator's password does not end their sessions [privileged-roles-permissions]", async () => {
    const admin = await holder("Exchange Administrator");
    const helpdesk = await holder("Helpdesk Administrator");
    assertDenied(await end(helpdesk, admin));
    assert.equal((await end(helpdesk, other)).status, 200);
    assert.equal((await end(await holder("Global Administrator"), admin)).status, 200);
    assert.equal((await end(admin, admin)).status, 200);
  });

  it("an application changes administrators only if it acts as the person [user-update, user-delete]", async () => {
    const global = await holder("Global Administrator");
    const admin = await holder("Teams Administrator");
    const change = (roles: readonly string[]) =>
      as(global, "PATCH", `/users/${admin}`, { accountEnabled: false }, roles);
    assertDenied(await change(EVERYTHING));
    assertDenied(await as(global, "DELETE", `/users/${admin}`, undefined, EVERYTHING));
    assert.equal((await change(ACTING)).status, 204);
    assert.equal((await as(global, "PATCH", `/users/${admin}`, { jobTitle: "x" })).status, 204);
    const own = await as(admin, "PATCH", "/me", { mobilePhone: "1" }, ["User.ReadWrite"]);
    assert.equal(own.status, 204, own.text);
    const gone = await as(global, "DELETE", `/users/${admin}`, undefined, ACTING);
    assert.equal(gone.status, 204, gone.text);
  });

  it("an application changes devices only if it acts as the person [device-post-devices, device-update, device-delete]", async () => {
    const intune = await holder("Intune Administrator");
    const all = ["Device.ReadWrite.All", "Directory.ReadWrite.All"];
    for (const [method, url, body] of [
      ["POST", "/devices", {}],
      ["PATCH", `/devices/${device}`, { accountEnabled: true }],
      ["POST", `/devices/${device}/registeredOwners/$ref`, reference(other)],
      ["DELETE", `/devices/${device}`, undefined],
    ] as const)
      assertDenied(await as(intune, method, url, body, all));
  });

  it("to act as the person is no permission for the person's mailbox and for policies [user-get-mailboxsettings, tokenlifetimepolicy-post-tokenlifetimepolicies]", async () => {
    assertDenied(await as(plain, "GET", "/me/mailboxSettings", undefined, AS_PERSON));
    const admin = await holder("Global Administrator");
    const policy = { definition: ["{}"], displayName: "p" };
    const made = await as(admin, "POST", "/policies/tokenLifetimePolicies", policy, AS_PERSON);
    assertDenied(made);
  });

  it("mailbox settings are not read as a property of a user either [user-get-mailboxsettings]", async () => {
    const url = `/users/${plain}?$select=mailboxSettings`;
    assertDenied(await send("GET", url, undefined, { roles: ["User.Read.All"] }));
    const roles = ["User.Read.All", "MailboxSettings.Read"];
    assert.equal((await send("GET", url, undefined, { roles })).status, 200);
    assertDenied(await as(other, "GET", url, undefined, roles));
    assert.equal((await as(plain, "GET", url, undefined, roles)).status, 200);
  });

  it("custom security attributes are not filtered by without their permission [custom-security-attributes-overview]", async () => {
    const url = "/users?$count=true&$filter=customSecurityAttributes/Engineering/Project eq 'x'";
    const headers = { consistencylevel: "eventual" };
    assertDenied(await send("GET", url, undefined, { roles: ["User.Read.All"], headers }));
  });

  it("a change of one's own password is logged without it [reference-audit-activities]", async () => {
    const ann = await newUser(graph, "ann");
    const body = {
      currentPassword: userBody("x").passwordProfile.password,
      newPassword: "Very-New-Horse-77",
    };
    assert.equal((await as(ann, "POST", "/me/changePassword", body)).status, 204);
    const log = await send("GET", `/auditLogs/directoryAudits`);
    const [last] = log.body["value"] as unknown as readonly {
      activityDisplayName: string;
      targetResources: readonly { id: string }[];
    }[];
    assert.equal(last?.activityDisplayName, "Change user password");
    assert.equal(last.targetResources[0]?.id, ann);
    assert.ok(!/Horse/.test(log.text));
  });

  it("a property with the name of a method of every object is unknown [ours]", async () => {
    for (const name of ["constructor", "__proto__", "toString"])
      for (const url of [`/users/${other}`, `/groups/${await newGroup(graph, name)}`]) {
        const reply = await send("PATCH", url, `{"${name}": "x"}`);
        assertRefused(reply, 400, "Request_BadRequest");
      }
  });

  it("only an eligible person activates a role, by whatever action and case [rbacapplication-post-roleassignmentschedulerequests]", async () => {
    const url = "/roleManagement/directory/roleAssignmentScheduleRequests";
    for (const action of ["selfActivate", "selfactivate", "selfExtend", "selfRenew"]) {
      const body = {
        action,
        principalId: plain,
        roleDefinitionId: GLOBAL_ADMINISTRATOR,
        directoryScopeId: "/",
      };
      assertRefused(await as(plain, "POST", url, body), 400, "RoleAssignmentDoesNotExist");
    }
    assertDenied(await as(plain, "DELETE", `/users/${other}`));
  });

  it("the holder of a custom role is an administrator to others [privileged-roles-permissions]", async () => {
    const roles = "/roleManagement/directory";
    const actions = ["microsoft.directory/applications/basic/read"];
    const role = await send("POST", `${roles}/roleDefinitions`, {
      displayName: "Own",
      isEnabled: true,
      rolePermissions: [{ allowedResourceActions: actions }],
    });
    const principalId = await newUser(graph, "own-role");
    const roleDefinitionId: unknown = role.body["id"];
    const given = { principalId, roleDefinitionId, directoryScopeId: "/" };
    assert.equal((await send("POST", `${roles}/roleAssignments`, given)).status, 201);
    const url = `/users/${principalId}`;
    const disable = { accountEnabled: false };
    assertDenied(await as(await holder("User Administrator"), "PATCH", url, disable, ACTING));
    assertDenied(await send("PATCH", url, disable));
    assertDenied(await as(principalId, "PATCH", `/users/${other}`, { jobTitle: "x" }));
  });
});
