import assert from "node:assert/strict";
import { before, describe, it } from "node:test";

import { createSignInFixture, type SignInFixture } from "./sign-in-fixture.ts";

const azureCli = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

describe("what the log of sign-ins has of the sign-ins made here", () => {
  let fixture: SignInFixture;
  before(async () => {
    fixture = await createSignInFixture();
  });

  const read = async (url: string): Promise<Readonly<Record<string, unknown>>> => {
    const { world, home } = fixture;
    const registry = world.registry;
    const principal = registry.servicePrincipal(home.tenantId, home.clientId);
    const graph = registry.resource(home.tenantId, "https://graph.microsoft.com");
    assert.ok(principal && graph);
    const token = world.issueToken(
      home.tenantId,
      home.clientId,
      "https://graph.microsoft.com",
      600,
    );
    const answer = await world.front.handle("graph", {
      method: "GET",
      host: "graph.microsoft.com",
      target: `/v1.0${url}`,
      headers: { authorization: `Bearer ${token}` },
      body: Buffer.alloc(0),
    });
    assert.ok("status" in answer);
    return JSON.parse(String(answer.body)) as Readonly<Record<string, unknown>>;
  };
  /** Number, user, application and resource of each, oldest first. */
  const log = async (): Promise<readonly (readonly unknown[])[]> => {
    const { value } = await read("/auditLogs/signIns");
    return (value as readonly Readonly<Record<string, unknown>>[])
      .map((entry) => [
        (entry["status"] as { errorCode: number }).errorCode,
        entry["userPrincipalName"],
        entry["appDisplayName"],
        entry["resourceDisplayName"],
      ])
      .toReversed();
  };

  it("by code, by device, and refused ones; not those of applications [signin-list]", async () => {
    const { signIn } = fixture;
    const [dana, una] = [signIn.decider, signIn.stranger].map((one) => one.userPrincipalName);
    const code = await fixture.code();
    await fixture.redeem({ code });
    await fixture.authorize({ login_hint: una });
    await fixture.authorize({ login_hint: "nobody@contoso.com" });
    await fixture.authorize({ login_hint: undefined });
    const { body } = await fixture.post("/organizations/oauth2/v2.0/devicecode", {
      client_id: azureCli,
      scope: "https://management.core.windows.net//.default openid offline_access",
    });
    await fixture.post("/common/oauth2/deviceauth", {
      otc: String(body["user_code"]),
      login_hint: dana,
    });
    const decisions = "Directory Batch decisions";
    const management = "Windows Azure Service Management API";
    assert.deepEqual(await log(), [
      [0, dana, decisions, "Microsoft Graph"],
      [50_105, una, decisions, "Microsoft Graph"],
      [50_034, "nobody@contoso.com", decisions, "Microsoft Graph"],
      [0, dana, "Microsoft Azure CLI", management],
    ]);
  });

  it("a refresh is no interactive sign-in, but the user's last activity [resources/signinactivity]", async () => {
    const { signIn } = fixture;
    const count = (await log()).length;
    const first = await fixture.redeem({ code: await fixture.code() });
    await fixture.redeem({
      grant_type: "refresh_token",
      refresh_token: first.body.refresh_token,
      code_verifier: undefined,
      redirect_uri: undefined,
    });
    assert.equal((await log()).length, count + 1);
    const user = await read(`/users/${signIn.decider.id}?$select=signInActivity`);
    const activity = user["signInActivity"] as Readonly<Record<string, string | null>>;
    const refreshed = activity["lastNonInteractiveSignInRequestId"];
    assert.ok(typeof refreshed === "string");
    assert.equal(activity["lastSuccessfulSignInRequestId"], refreshed);
    assert.notEqual(activity["lastSignInRequestId"], refreshed);
  });
});
