import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { before, describe, it } from "node:test";

import { createEntraFixture, signAssertion, type EntraFixture } from "./entra-fixture.ts";
import type { ManagedIdentity } from "./model.ts";

const exchange = "api://AzureADTokenExchange";

describe("a federated credential", () => {
  let fixture: EntraFixture;
  let identity: ManagedIdentity;
  const managedToken = (audience = exchange): string => {
    const { registry, signer } = fixture.state;
    const { tenantId } = fixture.tenant;
    const principal = registry.servicePrincipal(tenantId, identity.clientId);
    const resource = registry.resource(tenantId, audience);
    assert.ok(principal && resource);
    return signer.sign({
      tenantId,
      principal,
      resource,
      requestedAudience: audience,
      proof: "assertion",
      lifetimeSeconds: 3600,
      isCaeClient: false,
      host: fixture.host,
    });
  };
  before(async () => {
    fixture = await createEntraFixture();
    identity = fixture.state.registry.addManagedIdentity(fixture.tenant.tenantId, "id", "user");
    fixture.application.federatedCredentials.push({
      issuer: `https://${fixture.host}/${fixture.tenant.tenantId}/v2.0`,
      subject: identity.principalId,
      audience: exchange,
    });
  });

  it("lets a managed identity sign in as the application [workload-identity-federation-config-app-trust-managed-identity]", () => {
    const answer = fixture.token({ client_assertion: managedToken() });
    assert.equal(answer.body.error_description, undefined);
    assert.equal(answer.status, 200);
  });

  it("refuses another identity's token by its subject [workload-identity-federation]", () => {
    const mine = identity;
    identity = fixture.state.registry.addManagedIdentity(fixture.tenant.tenantId, "other", "user");
    const answer = fixture.token({ client_assertion: managedToken() });
    assert.deepEqual(answer.body.error_codes, [700_213]);
    assert.ok(answer.body.error_description?.includes(identity.principalId));
    identity = mine;
  });

  it("refuses a token for another audience [workload-identity-federation]", () => {
    const { registry } = fixture.state;
    const api = registry.addApplication({
      tenantId: fixture.tenant.tenantId,
      displayName: "API",
      identifierUris: ["api://v2"],
      accessTokenVersion: 2,
    });
    registry.addServicePrincipal(fixture.tenant.tenantId, api.appId);
    const answer = fixture.token({ client_assertion: managedToken("api://v2") });
    assert.deepEqual(answer.body.error_codes, [700_212]);
  });

  it("refuses the token exchange of another cloud [workload-identity-federation-config-app-trust-managed-identity]", () => {
    const { registry } = fixture.state;
    for (const foreign of ["api://AzureADTokenExchangeUSGov", "api://AzureADTokenExchangeChina"]) {
      assert.equal(registry.resource(fixture.tenant.tenantId, foreign), undefined);
      const held = fixture.application.federatedCredentials.splice(0);
      const [first] = held;
      assert.ok(first);
      fixture.application.federatedCredentials.push({ ...first, audience: foreign });
      const answer = fixture.token({ client_assertion: managedToken() });
      fixture.application.federatedCredentials.splice(0, 1, ...held);
      assert.deepEqual(answer.body.error_codes, [700_212]);
    }
  });

  it("lets it sign in to another tenant that has a multi-tenant application's principal [workload-identity-federation-config-app-trust-managed-identity]", () => {
    const { registry } = fixture.state;
    const { appId } = registry.addApplication({
      tenantId: fixture.tenant.tenantId,
      displayName: "Guest",
      signInAudience: "AzureADMultipleOrgs",
    });
    const elsewhere = registry.addTenant({ domains: ["fabrikam.org"] });
    registry.addServicePrincipal(elsewhere.tenantId, appId);
    registry
      .application(appId)
      ?.federatedCredentials.push(...fixture.application.federatedCredentials.slice(0, 1));
    const answer = fixture.token(
      { client_assertion: managedToken(), client_id: appId },
      { tenant: elsewhere.tenantId },
    );
    assert.equal(answer.body.error_description, undefined);
  });

  it("refuses an issuer that is not registered [workload-identity-federation]", () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const assertion = signAssertion(
      { alg: "RS256", kid: "1" },
      { iss: "https://issuer.example", sub: "repo:x", aud: exchange, exp: 4_000_000_000 },
      privateKey,
    );
    const answer = fixture.token({ client_assertion: assertion });
    assert.deepEqual([answer.status, answer.body.error_codes], [401, [700_211]]);
  });

  it("accepts another issuer's assertion by its published keys, and refuses a forged one [workload-identity-federation]", () => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const issuer = "https://token.actions.example";
    fixture.state.issuers.add(issuer, [{ ...publicKey.export({ format: "jwk" }) }]);
    fixture.application.federatedCredentials.push({
      issuer,
      subject: "repo:x",
      audience: exchange,
    });
    const claims = { iss: issuer, sub: "repo:x", aud: exchange, exp: 4_000_000_000 };
    const good = signAssertion({ alg: "RS256" }, claims, privateKey);
    assert.equal(fixture.token({ client_assertion: good }).status, 200);
    const forger = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    const forged = signAssertion({ alg: "RS256" }, claims, forger);
    assert.deepEqual(fixture.token({ client_assertion: forged }).body.error_codes, [50_013]);
    const shouted = signAssertion({ alg: "RS256" }, { ...claims, sub: "repo:X" }, privateKey);
    assert.deepEqual(fixture.token({ client_assertion: shouted }).body.error_codes, [700_213]);
  });
});
