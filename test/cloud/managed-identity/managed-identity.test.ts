import assert from "node:assert/strict";
import { before, beforeEach, describe, it } from "node:test";

import { claimsIn, createEntraFixture, type EntraFixture } from "../entra/entra-fixture.ts";
import type { ManagedIdentity } from "../entra/model.ts";
import { createManagedIdentityEndpoint, type ManagedIdentityEndpoint } from "./managed-identity.ts";

interface Answer {
  readonly access_token?: string;
  readonly expires_on?: string;
  readonly resource?: string;
  readonly client_id?: string;
  readonly message?: string;
}

const vault = "https://vault.azure.net";

describe("the managed identity endpoint", () => {
  let fixture: EntraFixture;
  let endpoint: ManagedIdentityEndpoint;
  let user: ManagedIdentity;
  let system: ManagedIdentity;
  before(async () => {
    fixture = await createEntraFixture();
    const { registry } = fixture.state;
    user = registry.addManagedIdentity(fixture.tenant.tenantId, "user", "user");
    system = registry.addManagedIdentity(fixture.tenant.tenantId, "system", "system");
  });
  beforeEach(() => {
    endpoint = createManagedIdentityEndpoint(fixture.state, "the-header");
  });

  const ask = (
    query: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = { "x-identity-header": "the-header" },
  ): { status: number; body: Answer; text: string } => {
    const search = new URLSearchParams({ "api-version": "2019-08-01", resource: vault, ...query });
    const answer = endpoint.handle(
      {
        method: "GET",
        host: "127.0.0.1",
        target: `/msi/token?${search.toString()}`,
        headers,
        body: Buffer.alloc(0),
      },
      () => undefined,
    );
    const text = String(answer.body);
    const body = text.startsWith("{") ? (JSON.parse(text) as Answer) : {};
    return { status: answer.status, body, text };
  };

  it("answers for the system-assigned identity and for a user-assigned one by each of its ids [overview-managed-identity, REST endpoint]", () => {
    assert.equal(ask({}).body.client_id, system.clientId);
    assert.equal(ask({ client_id: user.clientId.toUpperCase() }).body.client_id, user.clientId);
    assert.equal(ask({ object_id: user.principalId }).body.client_id, user.clientId);
    assert.equal(ask({ mi_res_id: user.resourceId }).body.client_id, user.clientId);
  });

  it("issues a token for the requested resource and the identity's principal [overview-managed-identity, REST endpoint]", () => {
    const { body } = ask({ client_id: user.clientId });
    const claims = claimsIn(body.access_token);
    assert.equal(claims["aud"], vault);
    assert.equal(claims["oid"], user.principalId);
    assert.equal(body.resource, vault);
    assert.equal(Number(body.expires_on), claims["exp"]);
  });

  it("issues version 2 tokens for the token exchange, as a federated credential needs [workload-identity-federation-config-app-trust-managed-identity]", () => {
    const { body } = ask({ client_id: user.clientId, resource: "api://AzureADTokenExchange" });
    const claims = claimsIn(body.access_token);
    assert.equal(claims["iss"], `https://${fixture.host}/${fixture.tenant.tenantId}/v2.0`);
    assert.equal(claims["sub"], user.principalId);
  });

  it("returns the cached token, so a change of roles takes effect later [managed-identity-best-practice-recommendations]", () => {
    const first = ask({}).body.access_token;
    assert.equal(ask({}).body.access_token, first);
    endpoint.settings.cacheTokens = false;
    assert.notEqual(ask({}).body.access_token, first);
  });

  it("can send expires_on as ISO 8601, as some hosts do [seen in MSAL]", () => {
    endpoint.settings.expiresOnFormat = "iso";
    assert.match(ask({}).body.expires_on ?? "", /^\d{4}-\d\d-\d\dT/u);
  });

  it("answers the older interface, with its header, its parameter and its date, for Azure CLI [seen in azure-cli]", () => {
    const older = { "api-version": "2017-09-01", clientid: user.clientId };
    const { body } = ask(older, { secret: "the-header" });
    assert.equal(body.client_id, user.clientId);
    const [, expires = ""] =
      /^(\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d) \+00:00$/u.exec(body.expires_on ?? "") ?? [];
    assert.equal(Date.parse(`${expires} UTC`) / 1000, claimsIn(body.access_token)["exp"]);
    assert.equal(ask(older).status, 401);
  });

  it("refuses a missing or wrong X-IDENTITY-HEADER [overview-managed-identity, REST endpoint]", () => {
    assert.deepEqual(
      [ask({}, {}).status, ask({}, { "x-identity-header": "x" }).status],
      [401, 401],
    );
    assert.match(ask({}, {}).text, /Invalid secret token header/);
  });

  const refusals = [
    {
      when: "the identity is not assigned",
      query: { client_id: "99999999-9999-4999-8999-999999999999" },
      says: /No User Assigned or Delegated Managed Identity found/,
    },
    { when: "the resource is missing", query: { resource: "" }, says: /'resource' is required/ },
    {
      when: "the resource is unknown",
      query: { resource: "https://nowhere.example" },
      says: /AADSTS500011/,
    },
  ];
  for (const { when, query, says } of refusals)
    it(`refuses when ${when} [overview-managed-identity, REST endpoint]`, () => {
      const answer = ask(query);
      assert.equal(answer.status, 400);
      assert.match(answer.body.message ?? "", says);
    });

  it("refuses an api-version that it lacks [azure-docs#53726]", () => {
    const { status, text } = ask({ "api-version": "2016-01-01" });
    const { error } = JSON.parse(text) as { error: { code: string; message: string } };
    assert.deepEqual([status, error.code], [400, "UnsupportedApiVersion"]);
    assert.match(
      error.message,
      /^The HTTP resource that matches the request URI 'http:\/\/127\.0\.0\.1\/msi\/token\?api-version=2016-01-01&resource=[^']+' does not support the API version '2016-01-01'\.$/,
    );
  });
});
