import assert from "node:assert/strict";
import { before, describe, it } from "node:test";

import {
  challengeOf,
  createSignInFixture,
  type Redeemed,
  type SignInFixture,
} from "./sign-in-fixture.ts";

const refused = (answer: Redeemed, code: number, status: number, error: string): void => {
  assert.deepEqual([answer.body.error_codes, answer.body.error], [[code], error]);
  assert.equal(answer.status, status);
  assert.match(answer.body.error_description ?? "", new RegExp(`^AADSTS${code}: `, "u"));
  assert.equal(answer.body.id_token, undefined);
};

describe("a code is refused", () => {
  let fixture: SignInFixture;
  before(async () => {
    fixture = await createSignInFixture();
  });

  const told = async (fields: Readonly<Record<string, string>>) => {
    const { answer } = await fixture.authorize(fields);
    return [answer.get("code"), answer.get("error"), answer.get("error_description")?.slice(0, 12)];
  };
  const singlePage = (): string => {
    const { registry } = fixture.world;
    const { tenantId } = fixture.home;
    const redirectUris = { spa: ["https://app.contoso.com"] };
    const { appId } = registry.addApplication({ tenantId, displayName: "Page", redirectUris });
    registry.addServicePrincipal(tenantId, appId);
    return appId;
  };

  it("the second time [reference-error-codes, AADSTS54005]", async () => {
    const code = await fixture.code();
    assert.equal((await fixture.redeem({ code })).status, 200);
    refused(await fixture.redeem({ code }), 54_005, 400, "invalid_grant");
  });

  it("with another verifier, or without one [seen in msal-js#2694 and django-allauth#2916]", async () => {
    const code = await fixture.code();
    const other = await fixture.redeem({ code, code_verifier: "w".repeat(43) });
    refused(other, 501_481, 400, "invalid_grant");
    const none = await fixture.redeem({ code, code_verifier: undefined });
    refused(none, 50_148, 400, "invalid_grant");
    const plain = challengeOf("x");
    const asPlain = await fixture.code({ code_challenge: plain, code_challenge_method: undefined });
    assert.equal((await fixture.redeem({ code: asPlain, code_verifier: plain })).status, 200);
  });

  it("after ten minutes [v2-oauth2-auth-code-flow, code]", async (context) => {
    const code = await fixture.code();
    context.mock.timers.enable({ apis: ["Date"], now: Date.now() + 601_000 });
    const late = await fixture.redeem({ code });
    context.mock.timers.reset();
    refused(late, 70_008, 400, "invalid_grant");
  });

  it("with another redirect address than the request had [reference-error-codes, AADSTS500112]", async () => {
    const code = await fixture.code();
    const other = await fixture.redeem({ code, redirect_uri: "http://localhost:1" });
    refused(other, 500_112, 401, "invalid_client");
  });

  it("from another tenant or application [reference-error-codes, AADSTS700005]", async () => {
    const { registry } = fixture.world;
    const { tenantId } = registry.addTenant({ domains: ["fabrikam.com"] });
    const { appId } = registry.addApplication({
      tenantId,
      displayName: "Theirs",
      signInAudience: "AzureADMultipleOrgs",
      redirectUris: { public: ["http://localhost"] },
    });
    for (const tenant of [tenantId, fixture.home.tenantId])
      registry.addServicePrincipal(tenant, appId);
    const code = await fixture.code({ client_id: appId });
    const elsewhere = await fixture.redeem({ code, client_id: appId }, tenantId);
    refused(elsewhere, 700_005, 400, "invalid_grant");
    refused(await fixture.redeem({ code }), 70_000, 400, "invalid_grant");
  });

  it("if it is malformed or missing [reference-error-codes]", async () => {
    refused(await fixture.redeem({ code: "none" }), 9_002_313, 400, "invalid_grant");
    refused(await fixture.redeem({}), 900_144, 400, "invalid_request");
  });

  it("with a secret, because the client is public [reference-error-codes, AADSTS700025]", async () => {
    const code = await fixture.code();
    const answer = await fixture.redeem({ code, client_secret: "secret" });
    refused(answer, 700_025, 401, "invalid_client");
  });

  it("if the assignment was removed meanwhile [reference-error-codes, AADSTS50105]", async () => {
    const { world, home, signIn } = fixture;
    const tenant = home.tenantId;
    const person = { accountEnabled: true, userPrincipalName: "brief@contoso.com" };
    const { id } = world.graph.control("create", { tenant, kind: "user", values: person });
    const { id: assignment } = world.graph.control("assign", {
      tenant,
      principal: id,
      resource: signIn.servicePrincipalId,
      role: "00000000-0000-0000-0000-000000000000",
    });
    const code = await fixture.code({ login_hint: id });
    world.registry.grant(
      world.registry.servicePrincipal(tenant, home.clientId) ?? assert.fail(),
      world.registry.resource(tenant, "https://graph.microsoft.com")?.principal ?? assert.fail(),
      ["AppRoleAssignment.ReadWrite.All"],
    );
    const token = world.issueToken(tenant, home.clientId, "https://graph.microsoft.com", 3600);
    const removed = await world.front.handle("graph", {
      method: "DELETE",
      host: "graph.microsoft.com",
      target: `/v1.0/users/${id}/appRoleAssignments/${assignment}`,
      headers: { authorization: `Bearer ${token}` },
      body: Buffer.alloc(0),
    });
    assert.equal("status" in removed && removed.status, 204);
    refused(await fixture.redeem({ code }), 50_105, 400, "invalid_grant");
  });

  it("of a single-page application, if it is not redeemed by a page; nobody else redeems from one [seen: AADSTS9002327, AADSTS9002326]", async (context) => {
    const { home } = fixture;
    const origin = "https://app.contoso.com";
    const page = { client_id: singlePage(), redirect_uri: origin };
    const code = await fixture.code(page);
    refused(await fixture.redeem({ ...page, code }), 9_002_327, 400, "invalid_request");
    const { body } = await fixture.redeem({ ...page, code }, home.tenantId, origin);
    const other = await fixture.redeem({ code: await fixture.code() }, home.tenantId, origin);
    refused(other, 9_002_326, 400, "invalid_request");
    const refresh = (token: unknown) =>
      fixture.redeem(
        { ...page, grant_type: "refresh_token", refresh_token: String(token) },
        home.tenantId,
        origin,
      );
    context.mock.timers.enable({ apis: ["Date"], now: Date.now() + 23 * 3_600_000 });
    const second = await refresh(body.refresh_token);
    context.mock.timers.tick(2 * 3_600_000);
    const late = await refresh(second.body.refresh_token);
    context.mock.timers.reset();
    assert.equal(second.status, 200);
    refused(late, 700_084, 400, "invalid_grant");
  });

  it("of a person who was disabled meanwhile, and so is the refresh token [reference-error-codes, AADSTS50057]", async () => {
    const { world, home, signIn } = fixture;
    const tenant = home.tenantId;
    const values = { accountEnabled: true, userPrincipalName: "gone@contoso.com" };
    const { id } = world.graph.control("create", { tenant, kind: "user", values });
    world.graph.control("assign", {
      tenant,
      principal: id,
      resource: signIn.servicePrincipalId,
      role: "00000000-0000-0000-0000-000000000000",
    });
    const { body } = await fixture.redeem({ code: await fixture.code({ login_hint: id }) });
    const code = await fixture.code({ login_hint: id });
    world.graph.control("update", { tenant, id, values: { accountEnabled: false } });
    const again = { grant_type: "refresh_token", refresh_token: body.refresh_token };
    refused(await fixture.redeem(again), 50_057, 400, "invalid_grant");
    refused(await fixture.redeem({ code }), 50_057, 400, "invalid_grant");
  });

  it("at the endpoint for personal accounts, or with a parameter twice [reference-error-codes, AADSTS9002332; seen: AADSTS9000411]", async () => {
    const code = await fixture.code();
    const { world, signIn } = fixture;
    refused(await fixture.redeem({ code }, "consumers"), 9_002_332, 400, "invalid_request");
    const twice = await world.front.handle("login", {
      method: "POST",
      host: "login.microsoftonline.com",
      target: `/${fixture.home.tenantId}/oauth2/v2.0/token`,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: Buffer.from(
        `client_id=${signIn.clientId}&scope=a&scope=b&grant_type=authorization_code`,
      ),
    });
    assert.match(JSON.stringify(twice), /AADSTS9000411: .*'scope' is duplicated/u);
  });

  it("and none is given for an unknown prompt or response mode [reference-error-codes, AADSTS90023, AADSTS70007]", async () => {
    assert.deepEqual(await told({ prompt: "maybe" }), [null, "invalid_request", "AADSTS90023:"]);
    assert.deepEqual(await told({ response_mode: "x" }), [null, "invalid_request", "AADSTS70007:"]);
  });

  it("as a refresh token after the sessions were revoked, or 90 days [reference-error-codes, AADSTS50173]", async (context) => {
    const { world, home, signIn } = fixture;
    const { body } = await fixture.redeem({ code: await fixture.code() });
    const again = { grant_type: "refresh_token", refresh_token: body.refresh_token };
    context.mock.timers.enable({ apis: ["Date"], now: Date.now() + 91 * 86_400_000 });
    refused(await fixture.redeem(again), 700_082, 400, "invalid_grant");
    context.mock.timers.reset();
    world.graph.control("update", {
      tenant: home.tenantId,
      id: signIn.decider.id,
      values: { signInSessionsValidFromDateTime: new Date(Date.now() + 1000).toISOString() },
    });
    const revoked = await fixture.redeem(again);
    refused(revoked, 50_173, 400, "invalid_grant");
    assert.match(
      revoked.body.error_description ?? "",
      /issued on '20[^']+Z' and the TokensValidFrom date .* for this user is '20[^']+Z'/u,
    );
  });
});
