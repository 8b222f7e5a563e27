import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { octetsOf } from "./store/ids.ts";
import { contractHolds } from "./testing/contract-holds.ts";
import { graphFixture, TENANT } from "./testing/graph-fixture.ts";
import { assertRefused, idsIn, newGroup, newUser, valueOf } from "./testing/people.ts";

describe("app role assignments", () => {
  const graph = graphFixture();
  const { send, registry } = graph;

  const newApplication = async (name: string): Promise<{ readonly appId: string }> => {
    const reply = await send("POST", "/applications", { displayName: name });
    return { appId: String(reply.body["appId"]) };
  };

  it("an app role is assigned once to users, groups and principals, and removed [approleassignment]", async () => {
    const resource = await send(
      "GET",
      "/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')",
    );
    const resourceId = String(resource.body["id"]);
    const roles = resource.body["appRoles"] as unknown as readonly Readonly<
      Record<string, string>
    >[];
    const appRoleId = roles[0]?.["id"];
    const { appId } = await newApplication("client");
    const client = String((await send("POST", "/servicePrincipals", { appId })).body["id"]);
    const holders = [
      ["users", await newUser(graph, "ann")],
      ["groups", await newGroup(graph, "grp")],
      ["servicePrincipals", client],
    ] as const;
    for (const [set, id] of holders) {
      const url = `/${set}/${id}/appRoleAssignments`;
      const body = { principalId: id, resourceId, appRoleId };
      const made = await send("POST", url, body);
      assert.equal(made.status, 201, made.text);
      // The example's 41W1zT6z1U-kJxf62svfp1HFE8pMZhxDun-ThPczmJE begins with its principal's octets.
      const key = Buffer.from(String(made.body["id"]), "base64url");
      assert.deepEqual([key.length, key.subarray(0, 16)], [32, octetsOf(id)]);
      assertRefused(
        await send("POST", url, body),
        400,
        "Request_BadRequest",
        "Permission being assigned already exists on the object",
      );
      assert.deepEqual(idsIn(await send("GET", url)), [made.body["id"]]);
      assert.ok(
        idsIn(await send("GET", `/servicePrincipals/${resourceId}/appRoleAssignedTo`)).includes(
          String(made.body["id"]),
        ),
      );
      assert.equal((await send("DELETE", `${url}/${made.body["id"]}`)).status, 204);
      assert.deepEqual(valueOf(await send("GET", url)), []);
    }
  });

  it("a granted role is in the next token, because both read one registry [README]", async () => {
    const resource = await send(
      "GET",
      "/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')",
    );
    const roles = resource.body["appRoles"] as unknown as readonly Readonly<
      Record<string, string>
    >[];
    const role = roles.find((one) => one["value"] === "User.Read.All");
    const { appId } = await newApplication("granted");
    const principalId = String((await send("POST", "/servicePrincipals", { appId })).body["id"]);
    await send("POST", `/servicePrincipals/${resource.body["id"]}/appRoleAssignedTo`, {
      principalId,
      resourceId: resource.body["id"],
      appRoleId: role?.["id"],
    });
    const held = registry.servicePrincipal(TENANT, appId)?.assignments.map((one) => one.value);
    assert.deepEqual(held, ["User.Read.All"]);
  });

  it("assignments are expanded with their principal [serviceprincipal-get, $expand]", async () => {
    const { appId } = await newApplication("expanded");
    await send("POST", "/servicePrincipals", { appId });
    const url = `/myorganization/servicePrincipals(appId='${appId}')?$expand=appRoleAssignments`;
    assert.deepEqual((await send("GET", url)).body["appRoleAssignments"], []);
  });

  it("an assignment is not taken away through another object [user-delete-approleassignments, serviceprincipal-delete-approleassignedto; microsoft-graph-docs-contrib#3614, msgraph-sdk-powershell#3142]", async () => {
    const [holder, stranger] = [await newUser(graph, "holder"), await newUser(graph, "stranger")];
    const { appId } = await newApplication("resource");
    const resource = await send("POST", "/servicePrincipals", { appId });
    const { appId: otherId } = await newApplication("other");
    const other = await send("POST", "/servicePrincipals", { appId: otherId });
    const made = await send("POST", `/users/${holder}/appRoleAssignments`, {
      principalId: holder,
      resourceId: resource.body["id"],
      appRoleId: "00000000-0000-0000-0000-000000000000",
    });
    assert.equal(made.status, 201, made.text);
    const id = String(made.body["id"]);
    for (const path of [
      `/users/${stranger}/appRoleAssignments`,
      `/servicePrincipals/${String(other.body["id"])}/appRoleAssignedTo`,
    ])
      assertRefused(
        await send("DELETE", `${path}/${id}`),
        400,
        "Request_BadRequest",
        "EntitlementGrant being updated or deleted is not found.",
      );
    // The id of the role is no id of an assignment.
    const role = "00000000-0000-0000-0000-000000000000";
    assertRefused(
      await send("DELETE", `/users/${holder}/appRoleAssignments/${role}`),
      400,
      "Request_BadRequest",
      "Invalid resource identifier for EntitlementGrant.",
    );
    const own = `/servicePrincipals/${String(resource.body["id"])}/appRoleAssignedTo/${id}`;
    assert.equal((await send("DELETE", own)).status, 204);
  });

  it("a role that the resource does not have is refused [seen in issues]", async () => {
    const resource = await send(
      "GET",
      "/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')",
    );
    const id = await newUser(graph, "bob");
    assertRefused(
      await send("POST", `/users/${id}/appRoleAssignments`, {
        principalId: id,
        resourceId: resource.body["id"],
        appRoleId: "00000000-0000-4000-8000-000000000002",
      }),
      400,
      "Request_BadRequest",
      "Permission being assigned was not found on application",
    );
  });

  contractHolds(graph);
});
