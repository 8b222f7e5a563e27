import assert from "node:assert/strict";
import { before, describe, it } from "node:test";

import { claimsIn } from "../entra-fixture.ts";
import { createSignInFixture, type SignInFixture } from "./sign-in-fixture.ts";

const azureCli = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
const scope = "https://graph.microsoft.com/.default offline_access";
const capability = JSON.stringify({ access_token: { xms_cc: { values: ["cp1"] } } });

describe("a person's access token at Graph after the person's sessions were ended", () => {
  let fixture: SignInFixture;
  before(async () => {
    fixture = await createSignInFixture();
  });

  const tokenFor = async (person: string, claims: string | undefined): Promise<string> => {
    const client = { client_id: azureCli, scope };
    const { tenantId } = fixture.home;
    const asked = await fixture.post(`/${tenantId}/oauth2/v2.0/devicecode`, client);
    const { user_code: otc, device_code: code } = asked.body;
    await fixture.post("/common/oauth2/deviceauth", { otc: String(otc), login_hint: person });
    const grant = "urn:ietf:params:oauth:grant-type:device_code";
    const fields = { ...client, grant_type: grant, device_code: String(code), claims };
    const { body } = await fixture.redeem(fields);
    return String(body.access_token);
  };
  const me = async (token: string): Promise<{ status: number; challenge: string }> => {
    const answer = await fixture.world.front.handle("graph", {
      method: "GET",
      host: "graph.microsoft.com",
      target: "/v1.0/me",
      headers: { authorization: `Bearer ${token}` },
      body: Buffer.alloc(0),
    });
    if ("connection" in answer) throw new Error("The connection ended.");
    return { status: answer.status, challenge: String(answer.headers?.["WWW-Authenticate"]) };
  };

  const events = [
    { when: "sessions are revoked", name: "signInSessionsValidFromDateTime" },
    { when: "the password is new", name: "lastPasswordChangeDateTime" },
    { when: "the account is disabled", name: "accountEnabled" },
  ] as const;
  for (const { when, name } of events)
    it(`is refused if ${when} and the client declared cp1, and is good for its life if not [concept-continuous-access-evaluation, claims-challenge]`, async (context) => {
      const { world, home } = fixture;
      const userPrincipalName = `${name}@${home.domain}`;
      const values = {
        accountEnabled: true,
        displayName: name,
        mailNickname: name,
        userPrincipalName,
        userType: "Member",
      };
      const tenant = home.tenantId;
      const { id } = world.graph.control("create", { tenant, kind: "user", values });
      const aware = await tokenFor(userPrincipalName, capability);
      const other = await tokenFor(userPrincipalName, undefined);
      const { exp, iat, xms_cc: declared } = claimsIn(aware);
      assert.deepEqual([declared, Number(exp) - Number(iat) > 20 * 3600], [["cp1"], true]);
      assert.equal((await me(aware)).status, 200);
      context.mock.timers.enable({ apis: ["Date"], now: Date.now() + 60_000 });
      const value = name === "accountEnabled" ? false : new Date().toISOString();
      world.graph.control("update", { tenant, id, values: { [name]: value } });
      const [late, unaware] = [await me(aware), await me(other)];
      context.mock.timers.reset();
      assert.deepEqual([late.status, unaware.status], [401, 200]);
      assert.match(late.challenge, /error="insufficient_claims", claims="[\w=]+"/);
    });
});
