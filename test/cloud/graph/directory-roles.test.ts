import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { contractHolds } from "./testing/contract-holds.ts";
import { graphFixture, PRINCIPAL, TENANT } from "./testing/graph-fixture.ts";
import { bindings, newGroup, newUser, reference, valueOf } from "./testing/people.ts";
import { GLOBAL_ADMINISTRATOR, USER_ADMINISTRATOR } from "./testing/persons.ts";

const READ = { roles: ["RoleManagement.Read.Directory"] };
const WRITE = { roles: ["RoleManagement.ReadWrite.Directory"] };

describe("directory roles", () => {
  const graph = graphFixture();
  graph.holdToContract();
  const { send } = graph;
  const assign = (principalId: string, roleDefinitionId: string, directoryScopeId = "/") =>
    send(
      "POST",
      "/roleManagement/directory/roleAssignments",
      { principalId, roleDefinitionId, directoryScopeId },
      WRITE,
    );

  it("are objects once they are activated; only Global Administrator is from the start [directoryrole-list]", async () => {
    const before = await send("GET", "/directoryRoles", undefined, READ);
    assert.deepEqual(
      valueOf(before).map((role) => role["displayName"]),
      ["Global Administrator"],
    );
    const body = { roleTemplateId: USER_ADMINISTRATOR };
    const missing = await send("GET", `/directoryRoles/roleTemplateId=${USER_ADMINISTRATOR}`);
    assert.equal(missing.status, 404);
    const activated = await send("POST", "/directoryRoles", body, WRITE);
    assert.equal(activated.status, 201, activated.text);
    assert.equal(activated.body["displayName"], "User Administrator");
    const again = await send("POST", "/directoryRoles", body, WRITE);
    assert.equal(again.status, 400);
    const found = await send("GET", `/directoryRoles(roleTemplateId='${USER_ADMINISTRATOR}')`);
    assert.equal(found.body["id"], activated.body["id"]);
  });

  it("list their members, which have the role as a membership [directoryrole-list-members, user-list-memberof]", async () => {
    const ann = await newUser(graph, "ann-roles");
    const path = `/directoryRoles/roleTemplateId=${USER_ADMINISTRATOR}/members`;
    assert.equal((await send("POST", `${path}/$ref`, reference(ann), READ)).status, 403);
    assert.equal((await send("POST", `${path}/$ref`, reference(ann), WRITE)).status, 204);
    assert.equal((await send("POST", `${path}/$ref`, reference(ann), WRITE)).status, 400);
    const members = await send("GET", path, undefined, READ);
    assert.deepEqual(
      valueOf(members).map((one) => [one["@odata.type"], one["id"]]),
      [["#microsoft.graph.user", ann]],
    );
    const memberOf = await send("GET", `/users/${ann}/memberOf`);
    assert.deepEqual(
      valueOf(memberOf).map((one) => [one["@odata.type"], one["roleTemplateId"]]),
      [["#microsoft.graph.directoryRole", USER_ADMINISTRATOR]],
    );
    const cast = await send("GET", `/users/${ann}/memberOf/microsoft.graph.directoryRole`);
    assert.equal(valueOf(cast).length, 1);
    assert.equal(valueOf(await send("GET", `/users/${ann}/memberOf/graph.group`)).length, 0);
    const gone = await send("DELETE", `${path}/${ann}/$ref`, undefined, WRITE);
    assert.equal(gone.status, 204);
    assert.equal((await send("DELETE", `${path}/${ann}/$ref`, undefined, WRITE)).status, 404);
  });

  it("have templates with the same ids in every tenant [directoryroletemplate-list]", async () => {
    const { body } = await send("GET", `/directoryRoleTemplates/${USER_ADMINISTRATOR}`);
    assert.equal(body["displayName"], "User Administrator");
    const all = valueOf(await send("GET", "/directoryRoleTemplates"));
    assert.ok(all.some((one) => one["id"] === GLOBAL_ADMINISTRATOR));
    assert.equal((await send("GET", `/directoryRoleTemplates/${TENANT}`)).status, 404);
  });

  it("are assigned as roleAssignments, whose id names role and principal [rbacapplication-post-roleassignments]", async () => {
    const id = "ace08ec9-aa11-4ada-9145-addf0398233e";
    graph.app.control("create", { tenant: TENANT, kind: "user", id, values: { displayName: "J" } });
    const made = await assign(id, GLOBAL_ADMINISTRATOR);
    assert.equal(made.status, 201, made.text);
    const { "@odata.context": context, ...values } = made.body;
    assert.match(String(context), /#roleManagement\/directory\/roleAssignments\/\$entity$/u);
    // The id is that of the sample in rbacapplication-list-roleassignments.
    assert.deepEqual(values, {
      id: "lAPpYvVpN0KRkAEhdxReEMmO4KwRqtpKkUWt3wOYIz4-1",
      principalId: id,
      directoryScopeId: "/",
      roleDefinitionId: GLOBAL_ADMINISTRATOR,
    });
    const again = await assign(id, GLOBAL_ADMINISTRATOR);
    assert.equal(again.status, 400);
    assert.match(again.text, /conflicting object/u);
  });

  it("list their assignments with $filter and $expand [rbacapplication-list-roleassignments]", async () => {
    const path = "/roleManagement/directory/roleAssignments";
    const byRole = `${path}?$filter=roleDefinitionId eq '${GLOBAL_ADMINISTRATOR}'&$expand=principal`;
    const [one] = valueOf(await send("GET", byRole, undefined, READ));
    const principal = one?.["principal"] as Readonly<Record<string, unknown>>;
    assert.deepEqual(
      [principal["@odata.type"], principal["displayName"]],
      ["#microsoft.graph.user", "J"],
    );
    const id = String(one?.["principalId"]);
    const byPrincipal = `${path}?$filter=principalId eq '${id}'&$expand=roleDefinition`;
    const [other] = valueOf(await send("GET", byPrincipal, undefined, READ));
    const role = other?.["roleDefinition"] as Readonly<Record<string, unknown>>;
    assert.equal(role["displayName"], "Global Administrator");
    const either = `${path}?$filter=principalId in ('${id}','${PRINCIPAL}')`;
    assert.equal(valueOf(await send("GET", either, undefined, READ)).length, 1);
    assert.equal((await send("GET", path, undefined, { roles: ["User.Read.All"] })).status, 403);
    assert.equal((await send("GET", `${path}?$expand=members`, undefined, READ)).status, 400);
  });

  it("are taken away by the assignment's id [unifiedroleassignment-delete]", async () => {
    const path = "/roleManagement/directory/roleAssignments";
    const [one] = valueOf(await send("GET", path, undefined, READ));
    const address = `${path}/${String(one?.["id"])}`;
    assert.equal((await send("GET", address, undefined, READ)).body["id"], one?.["id"]);
    assert.equal((await send("DELETE", address, undefined, READ)).status, 403);
    assert.equal((await send("DELETE", address, undefined, WRITE)).status, 204);
    assert.equal((await send("GET", address, undefined, READ)).status, 404);
  });

  it("are defined as roleDefinitions [rbacapplication-list-roledefinitions, unifiedroledefinition-get]", async () => {
    const path = "/roleManagement/directory/roleDefinitions";
    const one = await send("GET", `${path}/fdd7a751-b60b-444a-984c-02652fe8fa1c`, undefined, READ);
    assert.deepEqual(
      [
        "displayName",
        "isBuiltIn",
        "isEnabled",
        "templateId",
        "version",
        "inheritsPermissionsFrom",
      ].map((name) => one.body[name]),
      [
        "Groups Administrator",
        true,
        true,
        "fdd7a751-b60b-444a-984c-02652fe8fa1c",
        "1",
        [{ id: "88d8e3e3-8f55-4a1e-953a-9b9898b8876b" }],
      ],
    );
    const filter = `${path}?$filter=displayName eq 'Helpdesk Administrator'`;
    assert.equal(valueOf(await send("GET", filter, undefined, READ)).length, 1);
  });

  it("are assigned to role-assignable groups only [unifiedroleassignment]", async () => {
    const plain = await newGroup(graph, "plain-roles");
    assert.equal((await assign(plain, USER_ADMINISTRATOR)).status, 400);
    const assignable = await newGroup(graph, "assignable", { isAssignableToRole: true });
    assert.equal((await assign(assignable, USER_ADMINISTRATOR)).status, 201);
    const memberOf = await send("GET", `/groups/${assignable}/memberOf`);
    assert.equal(valueOf(memberOf)[0]?.["displayName"], "User Administrator");
  });

  it("reach the members of a role-assignable group as transitive memberships [user-list-transitivememberof]", async () => {
    const bea = await newUser(graph, "bea-roles");
    const group = await newGroup(graph, "with-role", {
      isAssignableToRole: true,
      "members@odata.bind": bindings([bea]),
    });
    assert.equal((await assign(group, "Groups Administrator")).status, 404);
    await assign(group, "fdd7a751-b60b-444a-984c-02652fe8fa1c");
    const held = valueOf(await send("GET", `/users/${bea}/transitiveMemberOf`));
    assert.ok(held.some((one) => one["@odata.type"] === "#microsoft.graph.directoryRole"));
  });

  it("can be assigned within a unit [rbacapplication-post-roleassignments, example 2]", async () => {
    const unit = await send("POST", "/directory/administrativeUnits", { displayName: "Unit" });
    const scope = `/administrativeUnits/${String(unit.body["id"])}`;
    const cai = await newUser(graph, "cai-roles");
    const made = await assign(cai, USER_ADMINISTRATOR, scope);
    assert.equal(made.status, 201, made.text);
    assert.equal(made.body["directoryScopeId"], scope);
    assert.equal(valueOf(await send("GET", `/users/${cai}/memberOf`)).length, 0, "no membership");
    assert.equal((await assign(cai, USER_ADMINISTRATOR, "/administrativeUnits/x")).status, 400);
    const other = `/roleManagement/directory/roleAssignments/${String(made.body["id"])}`;
    assert.equal((await send("DELETE", other, undefined, WRITE)).status, 204);
  });

  it("decide by a table who may act on whom [resources/users, Who can perform sensitive actions]", async () => {
    const own = graphFixture();
    const holder = async (name: string, role: string): Promise<string> => {
      const id = await newUser(own, name);
      own.app.control("addRole", { tenant: TENANT, principal: id, role });
      return id;
    };
    const helpdesk = await holder("helpdesk", "Helpdesk Administrator");
    const authentication = await holder("authentication", "Authentication Administrator");
    const reader = await holder("reader", "Reports Reader");
    const tries = async (change: object): Promise<readonly number[]> =>
      Promise.all(
        [helpdesk, authentication, reader].map(
          async (id) => (await own.send("PATCH", `/users/${id}`, change)).status,
        ),
      );
    assert.deepEqual(await tries({ accountEnabled: true }), [403, 403, 403]);
    own.app.control("addRole", {
      tenant: TENANT,
      principal: PRINCIPAL,
      role: "Helpdesk Administrator",
    });
    assert.deepEqual(await tries({ accountEnabled: true }), [403, 403, 403]);
    assert.deepEqual(await tries({ mobilePhone: "1" }), [204, 403, 204], "part of a reset");
    own.app.control("addRole", {
      tenant: TENANT,
      principal: PRINCIPAL,
      role: "User Administrator",
    });
    assert.deepEqual(await tries({ accountEnabled: true }), [204, 403, 204]);
    own.app.control("addRole", {
      tenant: TENANT,
      principal: PRINCIPAL,
      role: "Authentication Administrator",
    });
    assert.deepEqual(await tries({ userPrincipalName: "same@contoso.com" }), [204, 400, 400]);
  });

  it("guard every sensitive action, and no other [resources/users, Sensitive actions]", async () => {
    const own = graphFixture();
    const admin = await newUser(own, "boss");
    const principal = { tenant: TENANT, principal: admin };
    own.app.control("addRole", { ...principal, role: "Security Administrator" });
    for (const change of [
      { accountEnabled: false },
      { businessPhones: ["1"] },
      { mobilePhone: "1" },
      { onPremisesImmutableId: "x" },
      { otherMails: ["a@contoso.com"] },
      { passwordProfile: { password: "xWwvJ]6NMw+bWH-d" } },
      { userPrincipalName: "other@contoso.com" },
      { department: "d", accountEnabled: false },
    ]) {
      const refused = await own.send("PATCH", `/users/${admin}`, change);
      assert.equal(refused.status, 403, JSON.stringify(change));
      assert.match(refused.text, /"code":"Authorization_RequestDenied"/u);
    }
    assert.equal((await own.send("PATCH", `/users/${admin}`, { department: "d" })).status, 204);
    assert.equal((await own.send("DELETE", `/users/${admin}`)).status, 403);
  });

  contractHolds(graph);
});
