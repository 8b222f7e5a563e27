import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { contractHolds } from "./testing/contract-holds.ts";
import { graphFixture, TENANT, type Reply } from "./testing/graph-fixture.ts";
import { assertRefused, newUser, userBody } from "./testing/people.ts";

const detailsOf = (reply: Reply): readonly Readonly<Record<string, string>>[] =>
  (reply.body as unknown as { error: { details?: readonly Readonly<Record<string, string>>[] } })
    .error.details ?? [];

const many = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => `${at}@example.com`);

describe("a user's values", () => {
  const graph = graphFixture();
  graph.holdToContract();
  const { send } = graph;

  for (const [property, good, bad] of [
    ["userType", "Guest", "Visitor"],
    ["ageGroup", "NotAdult", "Old"],
    ["consentProvidedForMinor", "Granted", "Yes"],
    ["passwordPolicies", "DisablePasswordExpiration, DisableStrongPassword", "Weak"],
  ] as const)
    it(`${property} is one of its values, on create and on change [resources/user, ${property}]`, async () => {
      const says = `Invalid value specified for property '${property}' of resource 'User'.`;
      const made = userBody(`enum-${property}`, { [property]: bad });
      assertRefused(await send("POST", "/users", made), 400, "Request_BadRequest", says);
      const id = await newUser(graph, `enum-${property}`, { [property]: good });
      const change = await send("PATCH", `/users/${id}`, { [property]: bad });
      assertRefused(change, 400, "Request_BadRequest", says);
      assert.equal((await send("PATCH", `/users/${id}`, { [property]: good })).status, 204);
    });

  it("a new user needs a password [seen in clients: create user]", async () => {
    const { passwordProfile: _profile, ...body } = userBody("no-password");
    for (const profile of [undefined, {}, { forceChangePasswordNextSignIn: true }]) {
      const reply = await send("POST", "/users", { ...body, passwordProfile: profile });
      const says = "A password must be specified to create a new user.";
      assertRefused(reply, 400, "Request_BadRequest", says);
    }
  });

  it("an immutable id is unique, and the refusal names the other user [ADSyncTools reference, ObjectConflict]", async () => {
    const first = await newUser(graph, "anchored", { onPremisesImmutableId: "QW5jaG9y" });
    const reply = await send(
      "POST",
      "/users",
      userBody("second", { onPremisesImmutableId: "QW5jaG9y" }),
    );
    const message =
      "Another object with the same value for property onPremisesImmutableId already exists.";
    assertRefused(reply, 400, "Request_BadRequest", message);
    assert.deepEqual(detailsOf(reply), [
      { code: "ObjectConflict", message, target: "onPremisesImmutableId" },
      { code: "ConflictingObjects", message, target: `User_${first}` },
    ]);
    assert.equal(
      (await send("PATCH", `/users/${first}`, { onPremisesImmutableId: "QW5jaG9y" })).status,
      204,
    );
  });

  for (const code of ["Request_BadRequest", "Request_MultipleObjectsWithSameKeyValue"] as const)
    it(`a mail address that is taken is refused with ${code} [seen with either code]`, async () => {
      graph.app.control("conditions", { tenant: TENANT, takenAddress: code });
      const name = code.toLowerCase().slice(8, 14);
      const holder = await newUser(graph, `holder-${name}`, { mail: `${name}@contoso.com` });
      const other = await newUser(graph, `other-${name}`);
      const reply = await send("PATCH", `/users/${other}`, { mail: `${name}@contoso.com` });
      assertRefused(reply, 400, code, "property proxyAddresses already exists.");
      assert.equal(detailsOf(reply)[1]?.["target"], `User_${holder}`);
    });

  it("signInActivity brings the id [user-list, signInActivity]", async () => {
    const id = await newUser(graph, "active");
    const one = await send("GET", `/users/${id}?$select=signInActivity`);
    assert.equal(one.body["id"], id);
    const all = await send("GET", "/users?$select=displayName,signInActivity&$top=1");
    assert.equal(typeof (all.body["value"] as unknown as { id: string }[])[0]?.id, "string");
  });

  it("an immutable id has no $ and no _ [user-update]", async () => {
    const id = await newUser(graph, "anchor-signs");
    const says = "Invalid value specified for property 'onPremisesImmutableId' of resource 'User'.";
    for (const onPremisesImmutableId of ["a_b", "a$b"]) {
      const reply = await send("PATCH", `/users/${id}`, { onPremisesImmutableId });
      assertRefused(reply, 400, "Request_BadRequest", says);
    }
  });

  it("a new mail address is the first of proxyAddresses, and the others stay [user-update, mail]", async () => {
    const id = await newUser(graph, "mover");
    for (const mail of ["one@contoso.com", "two@contoso.com", "One@contoso.com"])
      assert.equal((await send("PATCH", `/users/${id}`, { mail })).status, 204);
    const shown = await send("GET", `/users/${id}?$select=proxyAddresses`);
    assert.deepEqual(shown.body["proxyAddresses"], [
      "SMTP:One@contoso.com",
      "smtp:two@contoso.com",
    ]);
  });

  it("a part that an update of employeeOrgData leaves out is null [user-update, employeeOrgData]", async () => {
    const id = await newUser(graph, "parts", {
      employeeOrgData: { division: "a", costCenter: "1" },
    });
    const employeeOrgData = { division: "b" };
    assert.equal((await send("PATCH", `/users/${id}`, { employeeOrgData })).status, 204);
    const shown = await send("GET", `/users/${id}?$select=employeeOrgData`);
    assert.deepEqual(shown.body["employeeOrgData"], { division: "b", costCenter: null });
  });

  it("at most 250 other addresses, of 250 characters [user-update, otherMails]", async () => {
    const id = await newUser(graph, "mails");
    const set = async (otherMails: readonly string[]) =>
      (await send("PATCH", `/users/${id}`, { otherMails })).status;
    assert.deepEqual([await set(many(250)), await set(many(251))], [204, 400]);
    assert.equal(await set([`${"x".repeat(250)}@example.com`]), 400);
  });

  it("new identities have the user principal name, and no local account for who had none [user-update, identities]", async () => {
    const id = await newUser(graph, "identified");
    const { body } = await send("GET", `/users/${id}?$select=identities`);
    const own = body["identities"] as unknown as readonly object[];
    const set = async (...more: readonly object[]) =>
      (await send("PATCH", `/users/${id}`, { identities: more })).status;
    const social = {
      signInType: "federated",
      issuer: "facebook.com",
      issuerAssignedId: "5eecb0cd",
    };
    const local = { signInType: "userName", issuer: "contoso.com", issuerAssignedId: "johnsmith" };
    assert.deepEqual([await set(social), await set(...own, social)], [400, 204]);
    assert.equal(await set(...own, local), 400);
  });

  it("whether an application changes employeeHireDate is a condition [user-update says no; seen in scripts]", async () => {
    const url = `/users/${await newUser(graph, "hired")}`;
    const employeeHireDate = "2026-01-01T00:00:00Z";
    assert.equal((await send("PATCH", url, { employeeHireDate })).status, 204);
    graph.app.control("conditions", { tenant: TENANT, hireDateByApplications: false });
    assertRefused(
      await send("PATCH", url, { employeeHireDate }),
      403,
      "Authorization_RequestDenied",
    );
    graph.app.control("conditions", { tenant: TENANT, hireDateByApplications: true });
  });

  it("signInActivity of a user addressed by name is refused, or not [signinactivity and user-get differ]", async () => {
    await newUser(graph, "by-name");
    const url = "/users/by-name@contoso.com?$select=signInActivity";
    assert.equal((await send("GET", url)).status, 400);
    graph.app.control("conditions", { tenant: TENANT, activityByName: true });
    assert.equal((await send("GET", url)).status, 200);
    graph.app.control("conditions", { tenant: TENANT, activityByName: false });
  });

  it("an account with identities alone is made in an external tenant only [user-post-users, example 2]", async () => {
    const body = {
      displayName: "John Smith",
      identities: [
        { signInType: "emailAddress", issuer: "contoso.com", issuerAssignedId: "j@example.com" },
      ],
      passwordProfile: { password: "Correct-Horse-9", forceChangePasswordNextSignIn: false },
      passwordPolicies: "DisablePasswordExpiration",
    };
    assert.equal((await send("POST", "/users", body)).status, 400);
    graph.app.control("conditions", { tenant: TENANT, localAccounts: true });
    const made = await send("POST", "/users", body);
    assert.equal(made.status, 201, made.text);
    assert.equal(made.body["passwordPolicies"], "DisablePasswordExpiration");
    assert.ok(Array.isArray(made.body["identities"]), "shown in the answer, as in the example");
    const id = String(made.body["id"]);
    const shown = await send("GET", `/users/${id}?$select=identities,creationType,accountEnabled`);
    assert.deepEqual(
      (shown.body["identities"] as unknown as { signInType: string }[]).map(
        (one) => one.signInType,
      ),
      ["emailAddress", "userPrincipalName"],
    );
    assert.deepEqual(
      [shown.body["creationType"], shown.body["accountEnabled"]],
      ["LocalAccount", true],
    );
    graph.app.control("conditions", { tenant: TENANT, localAccounts: false });
  });

  contractHolds(graph);
});
