import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, verify, type JsonWebKey } from "node:crypto";
import { before, describe, it } from "node:test";

import {
  claimsIn,
  createEntraFixture,
  hexToBase64url,
  type EntraFixture,
} from "./entra-fixture.ts";

describe("the token endpoint signs in", () => {
  let fixture: EntraFixture;
  before(async () => {
    fixture = await createEntraFixture();
  });

  const thumbprint = (): string => fixture.certificate.certificate.thumbprint;
  const padded = (): string => Buffer.from(thumbprint(), "hex").toString("base64");

  const good: readonly {
    name: string;
    header?: () => Record<string, unknown>;
    claims?: () => Record<string, unknown>;
  }[] = [
    { name: "MSAL's PS256 with x5t#S256" },
    ...["RS256", "RS384", "RS512", "PS384", "PS512"].map((alg) => ({
      name: alg,
      header: () => ({ alg }),
    })),
    {
      name: "x5t without padding",
      header: () => ({ "x5t#S256": undefined, alg: "RS256", x5t: hexToBase64url(thumbprint()) }),
    },
    {
      name: "x5t with padding, as Azure CLI sends it",
      header: () => ({ "x5t#S256": undefined, alg: "RS256", x5t: padded() }),
    },
    {
      name: "kid with the thumbprint in hex",
      header: () => ({ "x5t#S256": undefined, kid: thumbprint() }),
    },
    {
      name: "the issuer as audience, as openid-client sends it",
      claims: () => ({ aud: `https://${fixture.host}/${fixture.tenant.tenantId}/v2.0` }),
    },
    {
      name: "the version 1 endpoint as audience",
      claims: () => ({ aud: `https://${fixture.host}/${fixture.tenant.tenantId}/oauth2/token` }),
    },
    {
      name: "a list as audience",
      claims: () => ({ aud: [`https://${fixture.host}/${fixture.tenant.tenantId}/v2.0`, "x"] }),
    },
    {
      name: "a clock that is four minutes ahead",
      claims: () => ({ nbf: Math.floor(Date.now() / 1000) + 240 }),
    },
    {
      name: "an assertion that expired four minutes ago",
      claims: () => ({ exp: Math.floor(Date.now() / 1000) - 240 }),
    },
    { name: "an assertion that lives for a year", claims: () => ({ exp: 4_000_000_000 }) },
  ];
  for (const { name, header, claims } of good)
    it(`with ${name} [certificate-credentials]`, () => {
      const answer = fixture.token({
        client_assertion: fixture.assertion({
          ...(header && { header: header() }),
          ...(claims && { claims: claims() }),
        }),
      });
      assert.equal(answer.body.error_description, undefined);
      assert.equal(answer.status, 200);
    });

  it("with a secret in the body or in the header [v2-oauth2-client-creds-grant-flow]", () => {
    const { secret } = fixture.state.registry.addPassword(fixture.application, Date.now() + 60_000);
    assert.equal(fixture.token({ client_secret: secret }).status, 200);
    const basic = Buffer.from(`${fixture.application.appId}:${encodeURIComponent(secret)}`);
    const authorization = `Basic ${basic.toString("base64")}`;
    assert.equal(fixture.token({}, { headers: { authorization } }).status, 200);
  });

  it("with a secret of the service principal itself [serviceprincipal-addpassword]", () => {
    const { state, tenant, application } = fixture;
    const principal = state.registry.servicePrincipal(tenant.tenantId, application.appId);
    assert.ok(principal);
    const { secret } = state.registry.addPassword(principal, Date.now() + 60_000);
    assert.equal(fixture.token({ client_secret: secret }).status, 200);
    principal.passwordCredentials.pop();
    assert.deepEqual(fixture.token({ client_secret: secret }).body.error_codes, [7_000_215]);
  });

  it("with a certificate of the service principal itself [az ad sp credential reset --create-cert]", () => {
    const { state, tenant, application } = fixture;
    const principal = state.registry.servicePrincipal(tenant.tenantId, application.appId);
    assert.ok(principal);
    const signIn = (): number => fixture.token({ client_assertion: fixture.assertion() }).status;
    const own = application.keyCredentials.splice(0);
    assert.equal(signIn(), 401);
    principal.keyCredentials.push(...own);
    assert.equal(signIn(), 200);
    principal.keyCredentials.length = 0;
    application.keyCredentials.push(...own);
  });

  it("with the tenant's domain instead of its id [v2-oauth2-client-creds-grant-flow]", () => {
    const claims = { aud: `https://${fixture.host}/contoso.com/oauth2/v2.0/token` };
    const answer = fixture.token(
      { client_assertion: fixture.assertion({ claims }) },
      { tenant: "contoso.com" },
    );
    assert.equal(answer.status, 200);
  });

  it("with an assertion that was used before: MSAL re-sends it until it expires [seen in MSAL]", () => {
    const assertion = fixture.assertion();
    assert.equal(fixture.token({ client_assertion: assertion }).status, 200);
    assert.equal(fixture.token({ client_assertion: assertion }).status, 200);
  });

  it("and its tokens verify with the published keys [access-tokens]", () => {
    const { access_token: token = "" } = fixture.token({}).body;
    const keys = JSON.parse(
      String(
        fixture.entra.handle(
          {
            method: "GET",
            host: fixture.host,
            target: "/common/discovery/v2.0/keys",
            headers: {},
            body: Buffer.alloc(0),
          },
          () => undefined,
        ).body,
      ),
    ) as { keys: (JsonWebKey & { kid: string })[] };
    const [head = "", payload = "", signature = ""] = token.split(".");
    const header = JSON.parse(Buffer.from(head, "base64url").toString()) as { kid: string };
    const key = keys.keys.find((candidate) => candidate.kid === header.kid);
    assert.ok(key);
    assert.ok(
      verify(
        "sha256",
        Buffer.from(`${head}.${payload}`),
        createPublicKey({ key, format: "jwk" }),
        Buffer.from(signature, "base64url"),
      ),
    );
  });
});

describe("an access token", () => {
  let fixture: EntraFixture;
  before(async () => {
    fixture = await createEntraFixture();
  });

  it("of version 1 names caller, audience and roles [access-token-claims-reference]", () => {
    const { body } = fixture.token({});
    const claims = claimsIn(body.access_token);
    const { tenantId } = fixture.tenant;
    assert.equal(claims["iss"], `https://sts.windows.net/${tenantId}/`);
    assert.equal(claims["aud"], "https://graph.microsoft.com");
    assert.equal(claims["appid"], fixture.application.appId);
    assert.equal(claims["idtyp"], "app");
    assert.equal(claims["tid"], tenantId);
    assert.equal(claims["appidacr"], "2");
    assert.deepEqual(claims["roles"], ["User.Read.All"]);
    assert.equal(claims["xms_cc"], undefined);
    assert.equal(body.token_type, "Bearer");
  });

  it("is valid for 60 to 90 minutes, as long as the answer says [configurable-token-lifetimes]", () => {
    for (let round = 0; round < 20; round += 1) {
      const { body } = fixture.token({});
      const life = Number(body.expires_in);
      assert.ok(life >= 3599 && life < 5400, String(life));
      const end = Number(claimsIn(body.access_token)["exp"]);
      assert.ok(Math.abs(end - Date.now() / 1000 - life) < 5);
    }
  });

  it("repeats the audience as requested, trailing slash included [seen with Azure CLI]", () => {
    for (const resource of [
      "https://database.windows.net/",
      "https://management.core.windows.net/",
      "https://vault.azure.net",
      "00000003-0000-0000-c000-000000000000",
    ]) {
      const { body } = fixture.token({ scope: `${resource}/.default` });
      assert.equal(claimsIn(body.access_token)["aud"], resource);
    }
  });

  it("without a granted role is issued without a roles claim [v2-oauth2-client-creds-grant-flow]", () => {
    const { body } = fixture.token({ scope: "https://vault.azure.net/.default" });
    assert.equal("roles" in claimsIn(body.access_token), false);
  });

  it("of version 2 names the resource by its app id and the client as azp [access-token-claims-reference]", () => {
    const { registry } = fixture.state;
    const { tenantId } = fixture.tenant;
    const api = registry.addApplication({
      tenantId,
      displayName: "API",
      identifierUris: ["api://payroll"],
      appRoles: ["Rows.Write"],
      accessTokenVersion: 2,
    });
    const resource = registry.addServicePrincipal(tenantId, api.appId);
    const client = registry.servicePrincipal(tenantId, fixture.application.appId);
    assert.ok(client);
    registry.grant(client, resource, ["Rows.Write"]);
    const claims = claimsIn(fixture.token({ scope: "api://payroll/.default" }).body.access_token);
    assert.equal(claims["aud"], api.appId);
    assert.equal(claims["azp"], fixture.application.appId);
    assert.equal(claims["ver"], "2.0");
    assert.equal(claims["iss"], `https://${fixture.host}/${tenantId}/v2.0`);
    assert.deepEqual(claims["roles"], ["Rows.Write"]);
  });

  it("of a client that declared cp1 is valid for a day and says so, for Graph only [concept-continuous-access-evaluation-workload]", () => {
    const claims = JSON.stringify({ access_token: { xms_cc: { values: ["cp1"] } } });
    const { body } = fixture.token({ claims });
    assert.deepEqual(claimsIn(body.access_token)["xms_cc"], ["cp1"]);
    assert.ok(Number(body.expires_in) >= 72_000);
    assert.equal(body.refresh_in, Math.floor(Number(body.expires_in) / 2));
    const vault = fixture.token({ claims, scope: "https://vault.azure.net/.default" });
    assert.equal(claimsIn(vault.body.access_token)["xms_cc"], undefined);
  });

  it("from the version 1 endpoint has its numbers as text [seen on the wire]", () => {
    const { body } = fixture.token(
      { scope: undefined, resource: "https://storage.azure.com/" },
      { path: "oauth2/token" },
    );
    assert.equal(typeof body.expires_in, "string");
    assert.equal(claimsIn(body.access_token)["aud"], "https://storage.azure.com/");
  });

  it("is not issued for an assertion signed with another key [certificate-credentials]", () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const answer = fixture.token({ client_assertion: fixture.assertion({ key: privateKey }) });
    assert.equal(answer.status, 401);
    assert.deepEqual(answer.body.error_codes, [700_027]);
  });
});
