import assert from "node:assert/strict";
import { before, describe, it } from "node:test";

import { contractHolds } from "./testing/contract-holds.ts";
import { graphFixture, TENANT } from "./testing/graph-fixture.ts";
import { idsIn, newGroup, newUser, reference, userBody, valueOf } from "./testing/people.ts";
import { ACTING, assertDenied, personsOf, USER_ADMINISTRATOR } from "./testing/persons.ts";

describe("a person with a directory role", () => {
  const graph = graphFixture();
  const { as, holder } = personsOf(graph);
  let other = "";
  before(async () => {
    other = await newUser(graph, "other");
  });

  const sku = "05e9a617-0261-4cee-bb44-138d3ef5d965";
  const password = { passwordProfile: { password: "Correct-Horse-9" } };
  const changes: readonly {
    readonly what: string;
    readonly method: string;
    readonly url: () => string;
    readonly body?: unknown;
    readonly by: readonly string[];
    readonly notBy: readonly string[];
  }[] = [
    {
      what: "updates a user",
      method: "PATCH",
      url: () => `/users/${other}`,
      body: { jobTitle: "x" },
      by: ["User Administrator", "Directory Writers"],
      notBy: ["Helpdesk Administrator", "Groups Administrator", "License Administrator"],
    },
    {
      what: "resets a password",
      method: "PATCH",
      url: () => `/users/${other}`,
      body: password,
      by: ["Helpdesk Administrator", "Password Administrator", "User Administrator"],
      notBy: ["Groups Administrator", "License Administrator", "Directory Writers"],
    },
    {
      what: "assigns licenses",
      method: "POST",
      url: () => `/users/${other}/assignLicense`,
      body: { addLicenses: [{ skuId: sku, disabledPlans: [] }], removeLicenses: [] },
      by: ["License Administrator", "User Administrator"],
      notBy: ["Helpdesk Administrator", "Application Administrator"],
    },
    {
      what: "sets a usage location",
      method: "PATCH",
      url: () => `/users/${other}`,
      body: { usageLocation: "CH" },
      by: ["License Administrator"],
      notBy: ["Helpdesk Administrator"],
    },
    {
      what: "makes a unit",
      method: "POST",
      url: () => "/directory/administrativeUnits",
      body: { displayName: "unit" },
      by: ["Privileged Role Administrator"],
      notBy: ["User Administrator"],
    },
    {
      what: "activates a role",
      method: "POST",
      url: () => "/directoryRoles",
      body: { roleTemplateId: "f2ef992c-3afb-46b9-b7cf-a126ee74c451" },
      by: ["Privileged Role Administrator"],
      notBy: ["User Administrator", "Groups Administrator"],
    },
  ];
  for (const { what, method, url, body, by, notBy } of changes)
    it(`${what}: ${by.join(", ")}, but not ${notBy.join(", ")} [permissions-reference]`, async () => {
      if (what === "assigns licenses")
        await graph.send("PATCH", `/users/${other}`, { usageLocation: "CH" });
      for (const role of notBy) assertDenied(await as(await holder(role), method, url(), body));
      for (const role of by) {
        const reply = await as(await holder(role), method, url(), body);
        // The second holder repeats the first one's change, which may conflict.
        assert.notEqual(reply.status, 403, `${role}: ${reply.text}`);
      }
    });

  it("a Groups Administrator manages every group but role-assignable ones [permissions-reference]", async () => {
    const groups = await holder("Groups Administrator");
    const usual = await newGroup(graph, "usual");
    const privileged = await newGroup(graph, "privileged", { isAssignableToRole: true });
    const add = async (id: string) =>
      as(groups, "POST", `/groups/${id}/members/$ref`, reference(other));
    assert.equal((await add(usual)).status, 204);
    assertDenied(await add(privileged));
  });

  it("a helpdesk administrator resets no administrator's password, a Global Administrator does [resources/users]", async () => {
    const target = await holder("Exchange Administrator");
    assertDenied(
      await as(await holder("Helpdesk Administrator"), "PATCH", `/users/${target}`, password),
    );
    const admin = await holder("Global Administrator");
    const reset = await as(admin, "PATCH", `/users/${target}`, password, ACTING);
    assert.equal(reset.status, 204, reset.text);
  });

  it("a role within a unit counts for the unit's users only [administrativeunit-post-scopedrolemembers]", async () => {
    const unit = await graph.send("POST", "/directory/administrativeUnits", { displayName: "u" });
    const inside = await newUser(graph, "inside");
    const scoped = await newUser(graph, "scoped");
    const url = `/directory/administrativeUnits/${unit.body["id"]}`;
    await graph.send("POST", `${url}/members/$ref`, reference(inside));
    const given = await graph.send("POST", "/roleManagement/directory/roleAssignments", {
      principalId: scoped,
      roleDefinitionId: USER_ADMINISTRATOR,
      directoryScopeId: `/administrativeUnits/${unit.body["id"]}`,
    });
    assert.equal(given.status, 201, given.text);
    const change = (id: string) => as(scoped, "PATCH", `/users/${id}`, { jobTitle: "x" });
    assert.equal((await change(inside)).status, 204);
    assertDenied(await change(other));
    assertDenied(await as(scoped, "POST", "/users", userBody("nobody")));
  });

  it("custom security attributes need their own roles, of a Global Administrator too [custom-security-attributes-overview]", async () => {
    const admin = await holder("Global Administrator");
    const roles = ["User.Read.All", "CustomSecAttributeAssignment.Read.All"];
    const url = `/users/${other}?$select=customSecurityAttributes`;
    assertDenied(await as(admin, "GET", url, undefined, roles));
    const reader = await holder("Attribute Assignment Reader");
    assert.equal((await as(reader, "GET", url, undefined, roles)).status, 200);
  });

  it("who has a device is changed by people only, by an Intune Administrator [device-post-registeredowners]", async () => {
    const device = graph.app.control("create", { tenant: TENANT, kind: "device", values: {} });
    const url = `/devices/${device.id}/registeredOwners`;
    assertDenied(await graph.send("POST", `${url}/$ref`, reference(other)));
    const add = (person: string) => as(person, "POST", `${url}/$ref`, reference(other), ACTING);
    assertDenied(await add(other));
    const intune = await holder("Intune Administrator");
    assert.equal((await add(intune)).status, 204);
    const owners = await graph.send("GET", url);
    assert.deepEqual(idsIn(owners), [other]);
    const gone = await as(intune, "DELETE", `${url}/${other}/$ref`, undefined, ACTING);
    assert.equal(gone.status, 204, gone.text);
  });

  it("only an administrator grants Microsoft Graph's app roles [serviceprincipal-post-approleassignments]", async () => {
    const list = await graph.send(
      "GET",
      "/servicePrincipals?$filter=displayName eq 'Microsoft Graph'",
    );
    const resource = valueOf(list)[0] ?? {};
    const made = await graph.send("POST", "/applications", { displayName: "wants" });
    const principal = await graph.send("POST", "/servicePrincipals", { appId: made.body["appId"] });
    const body = {
      principalId: principal.body["id"],
      resourceId: resource["id"],
      appRoleId: "df021288-bdef-4463-88db-98f22de89214",
    };
    const url = `/servicePrincipals/${principal.body["id"]}/appRoleAssignments`;
    assertDenied(await as(await holder("Application Administrator"), "POST", url, body));
    const by = await holder("Privileged Role Administrator");
    assert.equal((await as(by, "POST", url, body)).status, 201);
  });

  contractHolds(graph);
});
