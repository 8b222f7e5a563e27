import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { contractHolds } from "./testing/contract-holds.ts";
import { graphFixture, TENANT } from "./testing/graph-fixture.ts";
import { assertRefused, linkIn, newUser, valueOf } from "./testing/people.ts";

describe("sign-in activity", () => {
  const graph = graphFixture();
  const { send } = graph;
  graph.app.control("seed", { tenant: TENANT, users: 1200, stale: 100, before2024: 10 });

  it("is shown only when it is selected [resources/signinactivity]", async () => {
    const plain = await send("GET", "/users?$top=1");
    assert.equal("signInActivity" in (valueOf(plain)[0] ?? {}), false);
    const asked = await send("GET", "/users?$top=1&$select=id,signInActivity");
    assert.equal("signInActivity" in (valueOf(asked)[0] ?? {}), true);
  });

  it("needs AuditLog.Read.All in addition to a permission to read users [resources/signinactivity]", async () => {
    const url = "/users?$select=id,signInActivity";
    assertRefused(
      await send("GET", url, undefined, { roles: ["User.Read.All"] }),
      403,
      "Authentication_MSGraphPermissionMissing",
      "AuditLog.Read.All",
    );
    assertRefused(
      await send("GET", url, undefined, { roles: ["AuditLog.Read.All"] }),
      403,
      "Authorization_RequestDenied",
    );
    const both = { roles: ["AuditLog.Read.All", "User.Read.All"] };
    assert.equal((await send("GET", url, undefined, both)).status, 200);
  });

  it("needs a premium tenant [resources/signinactivity]", async () => {
    graph.app.control("conditions", { tenant: TENANT, premium: false });
    assertRefused(
      await send("GET", "/users?$select=signInActivity"),
      403,
      "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
    );
    graph.app.control("conditions", { tenant: TENANT, premium: true });
  });

  it("has pages of at most 500; a larger $top is an error [user-list]", async () => {
    const page = await send("GET", "/users?$select=id,signInActivity&$top=500");
    assert.equal(valueOf(page).length, 500);
    linkIn(page, "@odata.nextLink");
    assertRefused(
      await send("GET", "/users?$select=id,signInActivity&$top=999"),
      400,
      "BadRequest",
      "Cannot query data for more than 500 users at a time.",
    );
  });

  it("is read by object id only [user-get]", async () => {
    const id = await newUser(graph, "una");
    assert.equal((await send("GET", `/users/${id}?$select=signInActivity`)).status, 200);
    assertRefused(
      await send("GET", "/users/una@contoso.com?$select=signInActivity"),
      400,
      "BadRequest",
      "Get By Key only supports UserId and the key has to be a valid Guid",
    );
  });

  it("can be filtered by date, but not together with other conditions [user-list]", async () => {
    const before = new Date(Date.now() - 100 * 86_400_000).toISOString().slice(0, 19);
    const filter = `signInActivity/lastSignInDateTime le ${before}Z`;
    const stale = await send("GET", `/users?$select=id,signInActivity&$top=500&$filter=${filter}`);
    assert.ok(valueOf(stale).length >= 100, stale.text.slice(0, 200));
    assert.equal(
      (await send("GET", `/users?$filter=${filter} and accountEnabled eq true`)).status,
      400,
    );
  });

  it("has no lastSuccessfulSignInDateTime for sign-ins before 2023-12-01: null is not never [resources/signinactivity]", async () => {
    const rows: Readonly<Record<string, unknown>>[] = [];
    let url = "/users?$select=id,signInActivity&$top=500";
    for (;;) {
      const page = await send("GET", url);
      rows.push(...valueOf(page));
      if (page.body["@odata.nextLink"] === undefined) break;
      url = linkIn(page, "@odata.nextLink");
    }
    const old = rows.flatMap((row) => {
      const activity = row["signInActivity"] as Readonly<Record<string, string | null>> | null;
      return activity && activity["lastSuccessfulSignInDateTime"] === null ? [activity] : [];
    });
    assert.equal(old.length, 10);
    assert.ok(old.every((one) => String(one["lastSignInDateTime"]) < "2023-12-01"));
  });

  contractHolds(graph);
});
