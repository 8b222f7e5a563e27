import assert from "node:assert/strict";
import { it } from "node:test";

import { graphFixture } from "./testing/graph-fixture.ts";
import { newUser, reference, valueOf } from "./testing/people.ts";

const graph = graphFixture();
const { send } = graph;

const read = async (): Promise<readonly unknown[]> =>
  valueOf(await send("GET", "/auditLogs/directoryAudits")).map(
    (entry) => entry["activityDisplayName"],
  );

/** What these requests add to the audit log, oldest first. */
async function added(work: () => Promise<unknown>): Promise<readonly unknown[]> {
  const count = (await read()).length;
  await work();
  const all = await read();
  return all.slice(0, all.length - count).toReversed();
}

it("the audit log names what is done to users, groups, devices, units, roles and applications [reference-audit-activities]", async () => {
  const user = await newUser(graph, "many", { usageLocation: "CH" });
  const boss = await newUser(graph, "boss");
  const role = await send("POST", "/directoryRoles", {
    roleTemplateId: "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
  });
  const unit = await send("POST", "/directory/administrativeUnits", { displayName: "unit" });
  const application = await send("POST", "/applications", { displayName: "app" });
  const principal = await send("POST", "/servicePrincipals", {
    appId: application.body["appId"],
  });
  const sku = "05e9a617-0261-4cee-bb44-138d3ef5d965";
  const assignment = {
    principalId: user,
    resourceId: principal.body["id"],
    appRoleId: "00000000-0000-0000-0000-000000000000",
  };
  const steps: readonly (readonly [string, string, unknown, readonly string[]])[] = [
    ["PATCH", `/users/${user}`, { accountEnabled: false }, ["Update user", "Disable account"]],
    ["PATCH", `/users/${user}`, { accountEnabled: true }, ["Update user", "Enable account"]],
    [
      "PATCH",
      `/users/${user}`,
      { passwordProfile: { password: "Correct-Horse-8" } },
      ["Reset password"],
    ],
    [
      "POST",
      `/users/${user}/revokeSignInSessions`,
      undefined,
      ["Update StsRefreshTokenValidFrom Timestamp"],
    ],
    [
      "POST",
      `/users/${user}/assignLicense`,
      { addLicenses: [{ skuId: sku, disabledPlans: [] }], removeLicenses: [] },
      ["Change user license"],
    ],
    ["PUT", `/users/${user}/manager/$ref`, reference(boss), ["Set user manager"]],
    ["DELETE", `/users/${boss}`, undefined, ["Delete user"]],
    ["POST", `/directory/deletedItems/${boss}/restore`, {}, ["Restore user"]],
    [
      "POST",
      `/directoryRoles/${role.body["id"]}/members/$ref`,
      reference(user),
      ["Add member to role"],
    ],
    [
      "POST",
      `/directory/administrativeUnits/${unit.body["id"]}/members/$ref`,
      reference(user),
      ["Add member to administrative unit"],
    ],
    [
      "PATCH",
      `/applications/${application.body["id"]}`,
      { displayName: "b" },
      ["Update application"],
    ],
    [
      "POST",
      `/applications/${application.body["id"]}/addPassword`,
      {},
      ["Update application - Certificates and secrets management"],
    ],
    [
      "POST",
      `/servicePrincipals/${principal.body["id"]}/addPassword`,
      {},
      ["Add service principal credentials"],
    ],
    [
      "POST",
      `/users/${user}/appRoleAssignments`,
      assignment,
      ["Add app role assignment grant to user"],
    ],
    [
      "POST",
      "/invitations",
      { invitedUserEmailAddress: "a@fabrikam.com", inviteRedirectUrl: "https://fabrikam.com" },
      ["Add user", "Invite external user"],
    ],
    [
      "DELETE",
      `/applications/${application.body["id"]}`,
      undefined,
      ["Remove service principal", "Delete application"],
    ],
  ];
  for (const [method, url, body, expected] of steps) {
    const found = await added(async () => {
      const reply = await send(method, url, body);
      assert.ok(reply.status < 300, reply.text);
    });
    assert.deepEqual(found, expected, `${method} ${url}`);
  }
});
