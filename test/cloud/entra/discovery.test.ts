import assert from "node:assert/strict";
import { before, describe, it } from "node:test";

import { createEntraFixture, type EntraFixture } from "./entra-fixture.ts";

const path = (host: string): string => {
  const endpoint = encodeURIComponent(`https://${host}/common/oauth2/v2.0/authorize`);
  return `/common/discovery/instance?api-version=1.1&authorization_endpoint=${endpoint}`;
};

describe("discovery", () => {
  let fixture: EntraFixture;
  const get = (
    target: string,
    host = "login.microsoftonline.com",
  ): { status: number; body: Record<string, unknown> } => {
    const answer = fixture.entra.handle(
      { method: "GET", host, target, headers: {}, body: Buffer.alloc(0) },
      () => undefined,
    );
    return {
      status: answer.status,
      body: JSON.parse(String(answer.body)) as Record<string, unknown>,
    };
  };
  before(async () => {
    fixture = await createEntraFixture();
  });

  it("names endpoints on the requested host, with the tenant's id [v2-protocols-oidc]", () => {
    const { tenantId } = fixture.tenant;
    const { body } = get("/contoso.com/v2.0/.well-known/openid-configuration", "localhost:8443");
    assert.equal(body["issuer"], `https://localhost:8443/${tenantId}/v2.0`);
    assert.equal(body["token_endpoint"], `https://localhost:8443/${tenantId}/oauth2/v2.0/token`);
    assert.equal(body["jwks_uri"], `https://localhost:8443/${tenantId}/discovery/v2.0/keys`);
  });

  it("of version 1 has the issuer of version 1 tokens [access-tokens]", () => {
    const { tenantId } = fixture.tenant;
    const { body } = get(`/${tenantId}/.well-known/openid-configuration`);
    assert.equal(body["issuer"], `https://sts.windows.net/${tenantId}/`);
  });

  it("of common leaves the tenant as a placeholder [v2-protocols-oidc]", () => {
    const { body } = get("/common/v2.0/.well-known/openid-configuration");
    assert.equal(body["issuer"], "https://login.microsoftonline.com/{tenantid}/v2.0");
  });

  it("refuses an unknown tenant [reference-error-codes, azure-cli#22145]", () => {
    const { status, body } = get("/nowhere/v2.0/.well-known/openid-configuration");
    assert.equal(status, 400);
    assert.equal(body["error"], "invalid_tenant");
    assert.match(
      String(body["error_description"]),
      /^AADSTS90002: Tenant 'nowhere' not found\. .* no active subscriptions for the tenant\. Trace ID: /,
    );
  });

  it("of instances accepts only Entra's own host names [seen in MSAL]", () => {
    const { body } = get(path("login.microsoftonline.com"));
    assert.equal(
      body["tenant_discovery_endpoint"],
      "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration",
    );
    assert.equal(get(path("login.evil.example")).body["error"], "invalid_instance");
    assert.equal(get(path("localhost:8443"), "localhost:8443").status, 200);
  });

  it("answers 501 for consent pages and version 1 device codes, which are not emulated [ours]", () => {
    assert.equal(get("/common/oauth2/devicecode?client_id=x").status, 501);
    assert.equal(get("/contoso.com/adminconsent?client_id=x").status, 501);
  });
});
