import assert from "node:assert/strict";
import { before, describe, it } from "node:test";

import { claimsIn } from "../entra-fixture.ts";
import { createSignInFixture, type Redeemed, type SignInFixture } from "./sign-in-fixture.ts";

const grant = "urn:ietf:params:oauth:grant-type:device_code";
const azureCli = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
const graphTools = "14d82eec-204b-4c2f-b7e8-296a70dab67e";
const management = "https://management.core.windows.net/";
const usual = "openid profile offline_access";

const refused = (answer: Redeemed, code: number, error: string): void => {
  assert.deepEqual([answer.body.error_codes, answer.body.error], [[code], error]);
  assert.equal(answer.status, 400);
};

describe("a person signs in on a device", () => {
  let fixture: SignInFixture;
  let admin = "";
  let dana = "";
  before(async () => {
    fixture = await createSignInFixture();
    admin = fixture.signIn.administrator.userPrincipalName;
    dana = fixture.signIn.decider.userPrincipalName;
  });

  const ask = (fields: Readonly<Record<string, string>> = {}, tenant = "organizations") =>
    fixture.post(`/${tenant}/oauth2/v2.0/devicecode`, {
      client_id: azureCli,
      scope: `${management}/.default ${usual}`,
      ...fields,
    });
  const page = (fields: Readonly<Record<string, string>>) =>
    fixture.post("/common/oauth2/deviceauth", fields);
  const poll = (
    code: unknown,
    fields: Readonly<Record<string, string>> = {},
    tenant = "organizations",
  ) =>
    fixture.redeem(
      { grant_type: grant, client_id: azureCli, device_code: String(code), ...fields },
      tenant,
    );
  /** Asks for a code and approves it as this person. */
  const approved = async (name: string, fields: Readonly<Record<string, string>> = {}) => {
    const { body } = await ask(fields);
    const { text } = await page({ otc: String(body["user_code"]), login_hint: name });
    return { code: body["device_code"], text };
  };

  it("the device gets a code to show, good for 15 minutes [v2-oauth2-device-code]", async () => {
    const { status, body } = await ask();
    assert.equal(status, 200);
    assert.deepEqual([body["expires_in"], body["interval"]], [900, 5]);
    assert.match(String(body["user_code"]), /^[A-Z0-9]{9}$/u);
    assert.ok(
      String(body["message"]).includes(`${String(body["verification_uri"])} and enter the code`),
    );
    assert.equal("verification_uri_complete" in body, false);
  });

  it("waits until the person has answered, and gets tokens once [v2-oauth2-device-code, expected errors]", async () => {
    const { body } = await ask();
    refused(await poll(body["device_code"]), 70_016, "authorization_pending");
    const otc = String(body["user_code"]);
    const shown = await page({ otc: ` ${otc.toLowerCase()} ` });
    assert.ok(shown.text.includes("Microsoft Azure CLI") && shown.text.includes(`value="${dana}"`));
    refused(await poll(body["device_code"]), 70_016, "authorization_pending");
    assert.ok((await page({ otc, login_hint: dana })).text.includes("You have signed in"));
    const { status, body: tokens, claims } = await poll(body["device_code"]);
    assert.equal(status, 200);
    assert.equal(claims["preferred_username"], dana);
    const access = claimsIn(tokens.access_token);
    assert.deepEqual(
      ["aud", "scp", "appid", "upn", "tid", "idtyp", "acct"].map((name) => access[name]),
      [management, "user_impersonation", azureCli, dana, fixture.home.tenantId, "user", 0],
    );
    assert.equal(tokens["foci"], "1");
    refused(await poll(body["device_code"]), 70_000, "invalid_grant");
  });

  it("Azure CLI's permissions at Graph need no consent, and others are refused [seen in azure-cli#26471]", async () => {
    const { code } = await approved(admin);
    const { body } = await poll(code);
    const refresh = (scope: string) =>
      fixture.redeem(
        {
          grant_type: "refresh_token",
          client_id: azureCli,
          refresh_token: body.refresh_token,
          scope,
        },
        fixture.home.tenantId,
      );
    const graph = await refresh(`https://graph.microsoft.com//.default ${usual}`);
    const claims = claimsIn(graph.body.access_token);
    assert.equal(
      claims["scp"],
      "Application.ReadWrite.All AppRoleAssignment.ReadWrite.All AuditLog.Read.All DelegatedPermissionGrant.ReadWrite.All Directory.AccessAsUser.All email Group.ReadWrite.All openid profile User.Read.All User.ReadWrite.All",
    );
    assert.deepEqual(claims["wids"], [
      "62e90394-69f5-4237-9190-012177145e10",
      "b79fbf4d-3ef9-4689-8143-76b194e85509",
    ]);
    refused(
      await refresh("https://graph.microsoft.com/Device.Read.All"),
      65_002,
      "invalid_request",
    );
  });

  it("a refresh token is good for the family of clients, and for no other [seen in family-of-client-ids-research]", async () => {
    const { code } = await approved(dana);
    const { body } = await poll(code);
    const use = (client: string) =>
      fixture.redeem(
        {
          grant_type: "refresh_token",
          client_id: client,
          refresh_token: body.refresh_token,
          scope: `${management}/.default`,
        },
        fixture.home.tenantId,
      );
    const other = await use("1950a258-227b-4e31-a9cf-717495945fc2");
    assert.equal(
      claimsIn(other.body.access_token)["app_displayname"],
      "Microsoft Azure PowerShell",
    );
    refused(await use(graphTools), 9_002_313, "invalid_grant");
    const tools = { client_id: graphTools, scope: `User.Read ${usual}` };
    const outside = await poll((await approved(dana, tools)).code, { client_id: graphTools });
    const stolen = await fixture.redeem({
      grant_type: "refresh_token",
      client_id: azureCli,
      refresh_token: outside.body.refresh_token,
    });
    refused(stolen, 9_002_313, "invalid_grant");
  });

  it("the grant's short name works too [seen in MSAL Node]", async () => {
    const { code } = await approved(dana);
    assert.equal((await poll(code, { grant_type: "device_code" })).status, 200);
  });

  it("the setting signedIn answers without a page [ours]", async () => {
    const { body } = await ask();
    fixture.world.state.settings.signedIn = dana;
    const { claims } = await poll(body["device_code"]);
    fixture.world.state.settings.signedIn = undefined;
    assert.equal(claims["preferred_username"], dana);
  });

  it("the person may refuse [v2-oauth2-device-code, authorization_declined]", async () => {
    const { body } = await ask();
    await page({ otc: String(body["user_code"]), cancel: "1" });
    refused(await poll(body["device_code"]), 65_004, "authorization_declined");
  });

  it("a wrong code is told to the person, a wrong device code to the device [v2-oauth2-device-code]", async () => {
    assert.match((await page({ otc: "NONE" })).text, /AADSTS70018: /u);
    assert.match((await page({})).text, /name="otc"/u);
    refused(await poll("none"), 70_018, "bad_verification_code");
    const { code } = await approved(dana);
    refused(await poll(code, { client_id: graphTools }), 70_018, "bad_verification_code");
  });

  it("somebody whose account was disabled after the page gets no token [reference-error-codes, AADSTS50057]", async () => {
    const { world, home, signIn } = fixture;
    const { id, userPrincipalName } = signIn.submitter;
    const set = (accountEnabled: boolean): void =>
      world.graph.control("update", { tenant: home.tenantId, id, values: { accountEnabled } });
    const { code } = await approved(userPrincipalName);
    set(false);
    const answer = await poll(code);
    set(true);
    assert.deepEqual(answer.body.error_codes, [50_057]);
  });

  it("a refresh token ends with the password that it was made with [configurable-token-lifetimes, AADSTS50173]", async (context) => {
    const { code } = await approved(dana);
    const { body } = await poll(code);
    const use = () =>
      fixture.redeem({
        grant_type: "refresh_token",
        client_id: azureCli,
        refresh_token: body.refresh_token,
        scope: `${management}/.default`,
      });
    assert.equal((await use()).status, 200);
    context.mock.timers.enable({ apis: ["Date"], now: Date.now() + 60_000 });
    const { world, home, signIn } = fixture;
    const values = { lastPasswordChangeDateTime: new Date().toISOString() };
    world.graph.control("update", { tenant: home.tenantId, id: signIn.decider.id, values });
    const late = await use();
    context.mock.timers.reset();
    assert.deepEqual(late.body.error_codes, [50_173]);
  });

  it("after 15 minutes both have expired [v2-oauth2-device-code, expired_token]", async (context) => {
    const { body } = await ask();
    context.mock.timers.enable({ apis: ["Date"], now: Date.now() + 901_000 });
    const late = await poll(body["device_code"]);
    const { text } = await page({ otc: String(body["user_code"]), login_hint: dana });
    context.mock.timers.reset();
    refused(late, 70_020, "expired_token");
    assert.match(text, /AADSTS70019: /u);
  });

  const requests = [
    { when: "without a scope", fields: { scope: "" }, code: 900_144 },
    { when: "of an unknown client", fields: { client_id: "unknown" }, code: 700_016 },
    { when: "in an unknown tenant", fields: {}, tenant: "unknown.example", code: 90_002 },
  ];
  for (const { when, fields, tenant, code } of requests)
    it(`a request ${when} is refused [reference-error-codes, AADSTS${code}]`, async () => {
      const { status, body } = await ask(fields, tenant);
      assert.deepEqual([status, body["error_codes"]], [400, [code]]);
    });

  it("an application of one tenant is not for organizations [reference-error-codes, AADSTS50194]", async () => {
    const fields = { client_id: fixture.signIn.toolsClientId };
    assert.deepEqual((await ask(fields)).body["error_codes"], [50_194]);
    assert.equal((await ask(fields, fixture.home.tenantId)).status, 200);
  });

  it("a confidential client proves who it is [reference-error-codes, AADSTS7000218]", async () => {
    const { registry } = fixture.world;
    const { tenantId } = fixture.home;
    const { appId } = registry.addApplication({ tenantId, displayName: "Web" });
    registry.addServicePrincipal(tenantId, appId);
    const { body } = await ask({ client_id: appId, scope: usual }, tenantId);
    await page({ otc: String(body["user_code"]), login_hint: dana });
    const answer = await poll(body["device_code"], { client_id: appId }, tenantId);
    assert.deepEqual([answer.status, answer.body.error_codes], [401, [7_000_218]]);
  });

  it("someone who may not use the application is told on the page [reference-error-codes, AADSTS50105]", async () => {
    const { tenantId } = fixture.home;
    const fields = { client_id: fixture.signIn.clientId, scope: usual };
    const { body } = await ask(fields, tenantId);
    const una = fixture.signIn.stranger.userPrincipalName;
    const { text } = await page({ otc: String(body["user_code"]), login_hint: una });
    assert.match(text, /AADSTS50105: /u);
    const answer = await poll(
      body["device_code"],
      { client_id: fixture.signIn.clientId },
      tenantId,
    );
    refused(answer, 70_016, "authorization_pending");
  });

  it("a person consents to what people may; more needs an administrator [permissions-reference, AADSTS90094]", async () => {
    const fields = { client_id: graphTools, scope: `User.Read ${usual}` };
    const { code } = await approved(dana, fields);
    const answer = await poll(code, { client_id: graphTools });
    assert.equal(claimsIn(answer.body.access_token)["scp"], "openid profile User.Read");
    const more = { client_id: graphTools, scope: `Group.ReadWrite.All ${usual}` };
    assert.match((await approved(dana, more)).text, /AADSTS90094: /u);
    const policies = "Policy.ReadWrite.ApplicationConfiguration";
    const beside = { client_id: graphTools, scope: `${policies} ${usual}` };
    assert.match((await approved(dana, beside)).text, /AADSTS90094: /u);
    const byAdmin = await approved(admin, more);
    const { body } = await poll(byAdmin.code, { client_id: graphTools });
    assert.equal(claimsIn(body.access_token)["scp"], "Group.ReadWrite.All openid profile");
    const later = await fixture.redeem(
      {
        grant_type: "refresh_token",
        client_id: graphTools,
        refresh_token: body.refresh_token,
        scope: "User.Read.All",
      },
      fixture.home.tenantId,
    );
    refused(later, 65_001, "invalid_grant");
  });

  it("consent is a delegated grant of the person in Graph [oauth2permissiongrant]", async () => {
    await approved(dana, { client_id: graphTools, scope: `User.Read ${usual}` });
    const { world, home, signIn } = fixture;
    const client = world.registry.servicePrincipal(home.tenantId, graphTools);
    const resource = world.registry.resource(home.tenantId, "https://graph.microsoft.com");
    const scopes = world.state.people.consentedTo({
      tenantId: home.tenantId,
      personId: signIn.decider.id,
      clientId: client?.objectId ?? "",
      resourceId: resource?.principal.objectId ?? "",
    });
    assert.deepEqual(scopes, ["User.Read"]);
  });
});
