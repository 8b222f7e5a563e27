import assert from "node:assert/strict";
import { before, describe, it } from "node:test";

import { createClientCertificate } from "../certificates/client-certificate.ts";
import { credentialRefusalCases } from "./credential-refusal-cases.ts";
import { dayMs, createEntraFixture, hexToBase64url, type EntraFixture } from "./entra-fixture.ts";
import { principalOf, withAssertion } from "./refusal-case.ts";
import { refusalRules } from "./refusals/refusal.ts";
import { requestRefusalCases } from "./request-refusal-cases.ts";

describe("the token endpoint refuses", () => {
  let fixture: EntraFixture;
  before(async () => {
    fixture = await createEntraFixture();
  });

  for (const { when, code, status, error, says, ask } of [
    ...requestRefusalCases,
    ...credentialRefusalCases,
  ])
    it(`AADSTS${code} when ${when} [reference-error-codes]`, () => {
      const { body, ...answer } = ask(fixture);
      assert.match(body.error_description ?? "", says);
      assert.match(body.error_description ?? "", new RegExp(`^AADSTS${code}: `, "u"));
      assert.deepEqual([answer.status, body.error, body.error_codes], [status, error, [code]]);
      assert.equal(body.access_token, undefined);
    });

  it("an expired certificate that is still registered [certificate-credentials]", async () => {
    const old = await createClientCertificate({
      subject: "old",
      notBefore: new Date(Date.now() - 2 * dayMs),
      notAfter: new Date(Date.now() - 1000),
    });
    fixture.state.registry.addKeyCredential(fixture.application, old.certificate.der);
    const header = { "x5t#S256": hexToBase64url(old.certificate.thumbprintSha256) };
    const { body } = withAssertion({ header, key: old.keys.privateKey })(fixture);
    assert.deepEqual(body.error_codes, [700_027]);
    assert.match(body.error_description ?? "", /The key used is expired/);
  });

  it("a certificate with a weak key [reference-error-codes]", async () => {
    const weak = await createClientCertificate({
      subject: "weak",
      bits: 1024,
      notBefore: new Date(Date.now() - dayMs),
      notAfter: new Date(Date.now() + dayMs),
    });
    fixture.state.registry.addKeyCredential(fixture.application, weak.certificate.der);
    const header = { "x5t#S256": hexToBase64url(weak.certificate.thumbprintSha256), alg: "RS256" };
    const { body } = withAssertion({ header, key: weak.keys.privateKey })(fixture);
    assert.deepEqual(body.error_codes, [50_032]);
  });

  it("with the ids that identify the request [v2-oauth2-client-creds-grant-flow, error response]", () => {
    const { body, headers } = fixture.token(
      { scope: "x" },
      { headers: { "client-request-id": "my-id", "return-client-request-id": "true" } },
    );
    assert.equal(body.correlation_id, "my-id");
    assert.equal(headers?.["client-request-id"], "my-id");
    assert.match(body.trace_id ?? "", /^[0-9a-f-]{36}$/u);
    assert.match(body.timestamp ?? "", /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/u);
    assert.ok(body.error_description?.includes(`Trace ID: ${body.trace_id}`));
  });

  it("with a claims challenge if the client supports it [claims-challenge]", () => {
    principalOf(fixture).blockedByConditionalAccess = true;
    const claims = JSON.stringify({ access_token: { xms_cc: { values: ["cp1"] } } });
    const { body } = fixture.token({ claims });
    principalOf(fixture).blockedByConditionalAccess = false;
    assert.equal(body.suberror, "message_only");
    assert.match(body.claims ?? "", /capolids/);
  });

  it("with any known number by injection, each with its own text [reference-error-codes]", () => {
    const request = {
      method: "POST",
      host: fixture.host,
      target: `/${fixture.tenant.tenantId}/oauth2/v2.0/token`,
      headers: {},
      body: Buffer.from(""),
    };
    for (const code of Object.keys(refusalRules).map(Number)) {
      const answer = fixture.entra.refuse(request, code);
      const body = JSON.parse(String(answer.body)) as { error_description: string };
      assert.ok(answer.status >= 400);
      assert.match(body.error_description, new RegExp(`^AADSTS${code}: \\S.* Trace ID: `, "u"));
    }
  });

  it("users' grants with 501, because they are not emulated [ours]", () => {
    const answer = fixture.token({ grant_type: "password" });
    assert.equal(answer.status, 501);
  });

  it("by its own clock, which its Date header shows [ours]", () => {
    fixture.state.settings.clockSkewSeconds = 1000;
    const late = fixture.token({});
    fixture.state.settings.clockSkewSeconds = 0;
    assert.deepEqual(late.body.error_codes, [700_024]);
    const date = Date.parse(String(late.headers?.["Date"]));
    assert.ok(Math.abs(date - Date.now() - 1_000_000) < 5000);
  });
});
