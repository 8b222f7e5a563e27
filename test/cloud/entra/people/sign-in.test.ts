import assert from "node:assert/strict";
import { before, describe, it } from "node:test";

import { claimsIn } from "../entra-fixture.ts";
import { createSignInFixture, redirectUri, type SignInFixture } from "./sign-in-fixture.ts";

describe("a person signs in", () => {
  let fixture: SignInFixture;
  before(async () => {
    fixture = await createSignInFixture();
  });

  it("by code and PKCE, and gets a version 2 ID token [id-token-claims-reference]", async () => {
    const { home, signIn } = fixture;
    const { status, body, claims } = await fixture.redeem({ code: await fixture.code() });
    assert.equal(status, 200, JSON.stringify(body));
    const { iat, nbf, exp, rh, uti, sub, ...rest } = claims;
    assert.deepEqual(rest, {
      aud: signIn.clientId,
      iss: `https://login.microsoftonline.com/${home.tenantId}/v2.0`,
      name: "Dana Decider",
      nonce: "my nonce",
      oid: signIn.decider.id,
      preferred_username: signIn.decider.userPrincipalName,
      roles: ["Batch.Decide"],
      tid: home.tenantId,
      ver: "2.0",
    });
    assert.equal(iat, nbf);
    assert.equal(Number(exp) - Number(iat), 3900, "an hour, backdated by five minutes");
    for (const opaque of [rh, uti, sub]) assert.equal(typeof opaque, "string");
  });

  it("with another subject for each application, and the same id [id-token-claims-reference]", async () => {
    const { world, home, signIn } = fixture;
    const { appId } = world.registry.addApplication({
      tenantId: home.tenantId,
      displayName: "Other",
      redirectUris: { public: ["http://localhost"] },
    });
    world.registry.addServicePrincipal(home.tenantId, appId);
    const one = await fixture.redeem({ code: await fixture.code() });
    const code = await fixture.code({ client_id: appId });
    const other = await fixture.redeem({ code, client_id: appId });
    assert.notEqual(one.claims["sub"], other.claims["sub"]);
    assert.equal(other.claims["oid"], signIn.decider.id);
    assert.equal(other.claims["roles"], undefined, "the roles are those of the other application");
  });

  it("without name and id in the token if the scope profile is missing [id-token-claims-reference]", async () => {
    const { claims, body } = await fixture.redeem({
      code: await fixture.code({ scope: "openid" }),
    });
    assert.deepEqual(
      ["name", "oid", "preferred_username"].map((name) => claims[name]),
      [undefined, undefined, undefined],
    );
    assert.equal(body.refresh_token, undefined, "only offline_access brings one");
  });

  it("with the roles of a group's direct members [howto-add-app-roles-in-apps]", async () => {
    const { world, home, signIn } = fixture;
    const tenant = home.tenantId;
    const values = { displayName: "Deciders", securityEnabled: true };
    const { id } = world.graph.control("create", { tenant, kind: "group", values });
    const stranger = { person: signIn.stranger.userPrincipalName };
    world.graph.control("link", { tenant, relation: "members", from: id, to: signIn.stranger.id });
    const role = world.registry.application(signIn.clientId)?.appRoles[0]?.id ?? "";
    world.graph.control("assign", {
      tenant,
      principal: id,
      resource: signIn.servicePrincipalId,
      role,
    });
    const code = await fixture.code({ login_hint: stranger.person });
    const { claims } = await fixture.redeem({ code });
    assert.deepEqual(claims["roles"], ["Batch.Decide"]);
    world.graph.control("unlink", {
      tenant,
      relation: "members",
      from: id,
      to: signIn.stranger.id,
    });
  });

  it("on any port of localhost, with the same path [reply-url]", async () => {
    const { location } = await fixture.authorize({ redirect_uri: "http://localhost:1/" });
    assert.equal(location?.host, "localhost:1");
    for (const other of ["http://localhost:1/path", "https://localhost:1", "http://127.0.0.1:1"])
      assert.match((await fixture.authorize({ redirect_uri: other })).page, /AADSTS50011/, other);
  });

  it("and the answer is in the query, the fragment or a form [v2-oauth2-auth-code-flow, response_mode]", async () => {
    const query = await fixture.authorize();
    assert.equal(query.location?.searchParams.get("state"), "my state");
    const fragment = await fixture.authorize({ response_mode: "fragment" });
    assert.equal(fragment.location?.search, "");
    assert.ok(fragment.answer.get("code"));
    const form = await fixture.authorize({ response_mode: "form_post" });
    assert.match(form.page, new RegExp(`<form method="POST"[^>]* action="${redirectUri}"`, "u"));
    assert.ok(form.answer.get("code"));
    assert.equal(form.answer.get("state"), "my state");
  });

  it("on a page with everybody, unless the request or the setting says who [ours]", async () => {
    const { settings } = fixture.world.state;
    const { page } = await fixture.authorize({ login_hint: undefined });
    assert.match(page, /name="login_hint" value="derek.decider@contoso.com">Derek Decider/u);
    settings.signedIn = fixture.signIn.secondDecider.id;
    const code = await fixture.code({ login_hint: undefined });
    const asked = await fixture.authorize({ login_hint: undefined, prompt: "select_account" });
    settings.signedIn = undefined;
    assert.equal((await fixture.redeem({ code })).claims["name"], "Derek Decider");
    assert.match(asked.page, /Pick an account/u);
  });

  it("and a refresh token brings new tokens without the nonce [v2-oauth2-auth-code-flow, refresh]", async () => {
    const { body } = await fixture.redeem({ code: await fixture.code() });
    const again = await fixture.redeem({
      grant_type: "refresh_token",
      refresh_token: body.refresh_token,
    });
    assert.equal(again.status, 200, JSON.stringify(again.body));
    assert.equal(again.claims["nonce"], undefined);
    assert.ok(again.body.refresh_token);
  });

  it("and the access token is for Graph, with scopes instead of roles [access-token-claims-reference]", async () => {
    const scope = "openid profile User.Read";
    const { body } = await fixture.redeem({ code: await fixture.code({ scope }) });
    const claims = claimsIn(body.access_token);
    assert.deepEqual(
      ["aud", "scp", "idtyp", "appidacr", "oid"].map((name) => claims[name]),
      [
        "https://graph.microsoft.com",
        "openid profile User.Read",
        "user",
        "0",
        fixture.signIn.decider.id,
      ],
    );
    assert.equal(body["scope"], "openid profile User.Read");
  });

  it("and a web application proves who it is [v2-oauth2-auth-code-flow, client_secret]", async () => {
    const { world, home } = fixture;
    const application = world.registry.addApplication({
      tenantId: home.tenantId,
      displayName: "Web",
      redirectUris: { web: ["https://contoso.com/back"] },
    });
    world.registry.addServicePrincipal(home.tenantId, application.appId);
    const { secret } = world.registry.addPassword(application, Date.now() + 60_000);
    const client = { client_id: application.appId, redirect_uri: "https://contoso.com/back" };
    const code = await fixture.code(client);
    const without = await fixture.redeem({ ...client, code });
    assert.deepEqual(without.body.error_codes, [7_000_218]);
    const wrong = await fixture.redeem({ ...client, code, client_secret: "wrong" });
    assert.deepEqual(wrong.body.error_codes, [7_000_215]);
    assert.equal((await fixture.redeem({ ...client, code, client_secret: secret })).status, 200);
  });

  const pages: readonly { when: string; fields: object; says: RegExp }[] = [
    {
      when: "the redirect address is not registered",
      fields: { redirect_uri: "https://evil.example/" },
      says: /AADSTS50011: The redirect URI 'https:\/\/evil.example\/' specified/u,
    },
    {
      when: "there is no such application",
      fields: { client_id: "11111111-1111-4111-8111-111111111111" },
      says: /AADSTS700016: Application with identifier '11111111-/u,
    },
    {
      when: "there is no such person",
      fields: { login_hint: "nobody@contoso.com" },
      says: /AADSTS50034: The user account nobody@contoso.com does not exist/u,
    },
    {
      when: "the person is not assigned",
      fields: { login_hint: "una.unassigned@contoso.com" },
      says: /AADSTS50105: Your administrator has configured the application Directory Batch decisions/u,
    },
  ];
  for (const { when, fields, says } of pages)
    it(`but a page refuses if ${when} [reference-error-codes]`, async () => {
      const { page, location } = await fixture.authorize({ ...fields });
      assert.equal(location, undefined, "nothing is sent to the client");
      assert.match(page.replaceAll("&#39;", "'"), says);
    });

  it("but a page refuses if the account is disabled [reference-error-codes]", async () => {
    const { world, home, signIn } = fixture;
    const set = (accountEnabled: boolean): void =>
      world.graph.control("update", {
        tenant: home.tenantId,
        id: signIn.submitter.id,
        values: { accountEnabled },
      });
    set(false);
    const { page } = await fixture.authorize({ login_hint: signIn.submitter.userPrincipalName });
    set(true);
    assert.match(page, /AADSTS50057: The user account is disabled/u);
  });

  const errors: readonly { when: string; fields: object; error: string; says: RegExp }[] = [
    {
      when: "nobody is signed in and nobody may be asked",
      fields: { login_hint: undefined, prompt: "none" },
      error: "login_required",
      says: /AADSTS50058/,
    },
    {
      when: "the person is not assigned and nobody may be asked",
      fields: { login_hint: "una.unassigned@contoso.com", prompt: "none" },
      error: "invalid_grant",
      says: /AADSTS50105/,
    },
    {
      when: "it asks for an ID token at once",
      fields: { response_type: "id_token" },
      error: "unsupported_response_type",
      says: /AADSTS700054: response_type 'id_token' is not enabled/,
    },
    {
      when: "the scope is missing",
      fields: { scope: undefined },
      error: "invalid_request",
      says: /AADSTS900144: .* 'scope'/,
    },
    {
      when: "the method of the challenge is unknown",
      fields: { code_challenge_method: "S512" },
      error: "invalid_request",
      says: /AADSTS50149/,
    },
    {
      when: "the challenge has another size",
      fields: { code_challenge: "short" },
      error: "invalid_request",
      says: /AADSTS501491/,
    },
  ];
  for (const { when, fields, error, says } of errors)
    it(`but the client is told if ${when} [reference-error-codes]`, async () => {
      const { answer } = await fixture.authorize({ ...fields });
      assert.equal(answer.get("error"), error);
      assert.match(answer.get("error_description") ?? "", says);
      assert.equal(answer.get("state"), "my state");
    });
});
