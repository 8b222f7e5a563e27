import assert from "node:assert/strict";
import { before, describe, it } from "node:test";

import { EVERYTHING, graphFixture } from "./testing/graph-fixture.ts";
import { groupBody, newGroup, newUser, reference, valueOf } from "./testing/people.ts";
import { assertDenied, personsOf } from "./testing/persons.ts";

const DOMAINS = ["Domain.ReadWrite.All", "Domain-InternalFederation.ReadWrite.All"];

describe("the tenant's authorization policy", () => {
  const graph = graphFixture();
  const { send } = graph;
  const { as, holder } = personsOf(graph);
  const roles = [...EVERYTHING, "Policy.ReadWrite.Authorization"];
  let [plain, other, guest] = ["", "", ""];
  before(async () => {
    plain = await newUser(graph, "plain");
    other = await newUser(graph, "other", { jobTitle: "x" });
    guest = await newUser(graph, "guest", { userType: "Guest" });
  });
  const invite = async (person: string): Promise<number> => {
    const body = {
      invitedUserEmailAddress: `of-${person}@partner.com`,
      inviteRedirectUrl: "https://example.com",
    };
    return (await as(person, "POST", "/invitations", body)).status;
  };
  const register = (person: string) => as(person, "POST", "/applications", { displayName: "a" });
  const change = (person: string) =>
    as(person, "PATCH", "/policies/authorizationPolicy", { allowInvitesFrom: "everyone" }, roles);
  const set = async (values: unknown): Promise<void> => {
    const changed = await send("PATCH", "/policies/authorizationPolicy", values, { roles });
    assert.equal(changed.status, 204, changed.text);
  };

  it("names who may invite guests [authorizationpolicy-update, allowInvitesFrom]", async () => {
    const inviter = await holder("Guest Inviter");
    const asked = async () => [
      await invite(guest),
      await invite(plain),
      await invite(inviter),
      await invite(await holder("Global Administrator")),
    ];
    assert.deepEqual(await asked(), [201, 201, 201, 201]);
    await set({ allowInvitesFrom: "adminsGuestInvitersAndAllMembers" });
    assert.deepEqual(await asked(), [403, 201, 201, 201]);
    await set({ allowInvitesFrom: "adminsAndGuestInviters" });
    assert.deepEqual(await asked(), [403, 403, 201, 201]);
    await set({ allowInvitesFrom: "none" });
    assert.deepEqual(await asked(), [403, 403, 403, 403]);
  });

  it("keeps members from registering applications and making groups [authorizationpolicy-update, defaultUserRolePermissions]", async () => {
    await set({
      defaultUserRolePermissions: {
        allowedToCreateApps: false,
        allowedToCreateSecurityGroups: false,
      },
    });
    assertDenied(await register(plain));
    assert.equal((await register(await holder("Application Developer"))).status, 201);
    assertDenied(await as(plain, "POST", "/groups", groupBody("by-plain")));
    const byRole = await as(
      await holder("Groups Administrator"),
      "POST",
      "/groups",
      groupBody("g"),
    );
    assert.equal(byRole.status, 201, byRole.text);
  });

  it("treats guests as members, or restricts them to themselves [users-restrict-guest-permissions]", async () => {
    const group = await newGroup(graph, "joined");
    await send("POST", `/groups/${group}/members/$ref`, reference(guest));
    await set({ guestUserRoleId: "a0b1b346-4d3e-4e8b-98f8-753987be4970" });
    assert.equal((await as(guest, "GET", "/users")).status, 200);
    assert.equal((await as(guest, "GET", `/users/${other}`)).body["jobTitle"], "x");
    await set({ guestUserRoleId: "2af84b1e-32c8-42b7-82bc-daa82404023b" });
    for (const url of [`/users/${other}`, `/groups/${group}`, `/users/${other}/manager`])
      assertDenied(await as(guest, "GET", url));
    const [joined] = valueOf(await as(guest, "GET", "/me/memberOf"));
    assert.deepEqual([joined?.["id"], joined?.["displayName"]], [group, null]);
    assert.equal((await as(guest, "GET", "/me")).body["displayName"], "guest");
  });

  it("is changed by Privileged Role Administrators [permissions-reference, authorizationPolicy]", async () => {
    assertDenied(await change(await holder("Application Administrator")));
    assertDenied(await change(await holder("Security Administrator")));
    assert.equal((await change(await holder("Privileged Role Administrator"))).status, 204);
  });

  it("what credentials applications may have is for those who manage them, a domain's federation for who connects it [tenantappmanagementpolicy-update, permissions-reference]", async () => {
    const scopes = [...EVERYTHING, "Policy.ReadWrite.ApplicationConfiguration", ...DOMAINS];
    const limit = (person: string) =>
      as(person, "PATCH", "/policies/defaultAppManagementPolicy", { isEnabled: false }, scopes);
    const federated = "/domains/contoso.com/federationConfiguration/none";
    const end = (person: string) => as(person, "DELETE", federated, undefined, scopes);
    const [apps, hybrid] = [
      await holder("Cloud Application Administrator"),
      await holder("Hybrid Identity Administrator"),
    ];
    assertDenied(await limit(hybrid));
    assert.equal((await limit(apps)).status, 204);
    assertDenied(await end(apps));
    assert.equal((await end(hybrid)).status, 404);
  });
});
