import assert from "node:assert/strict";
import { before, describe, it } from "node:test";

import type { VaultRole } from "./roles.ts";
import { createVaultFixture, type VaultFixture } from "./vault-fixture.ts";

const version = "api-version=7.6";

describe("a vault refuses a request", () => {
  let fixture: VaultFixture;
  before(async () => {
    fixture = await createVaultFixture();
    fixture.grant("Key Vault Administrator");
    await fixture.call("PUT", `/secrets/one?${version}`, { body: { value: "1" } });
  });
  const get = (token: string | null, host?: string): ReturnType<VaultFixture["call"]> =>
    fixture.call("GET", `/secrets/one?${version}`, { token, ...(host !== undefined && { host }) });

  it("without a token, and names the authority and resource to get one [authentication-requests-and-responses]", async () => {
    const answer = await get(null);
    assert.equal(answer.status, 401);
    assert.equal(
      answer.headers["WWW-Authenticate"],
      `Bearer authorization="https://login.microsoftonline.com/${fixture.entra.tenant.tenantId}", resource="https://vault.azure.net"`,
    );
    assert.match(answer.body.error?.message ?? "", /^AKV10000/);
  });

  it("with a token for another resource [authentication-requests-and-responses]", async () => {
    const answer = await get(fixture.token("https://graph.microsoft.com"));
    assert.equal(answer.status, 401);
    assert.match(
      answer.body.error?.message ?? "",
      /^AKV10022: Invalid audience. Expected https:\/\/vault.azure.net, found: https:\/\/graph.microsoft.com/,
    );
  });

  it("with a token that has expired or is not Entra's [authentication-requests-and-responses]", async () => {
    const expired = await get(fixture.token("https://vault.azure.net", -1));
    assert.match(expired.body.error?.message ?? "", /TokenExpired/);
    const [head = "", , signature = ""] = fixture.token().split(".");
    const [, payload = ""] = fixture.token("https://vault.azure.net", 7200).split(".");
    const forged = await get(`${head}.${payload}.${signature}`);
    assert.deepEqual([expired.status, forged.status], [401, 401]);
    assert.equal((await get("rubbish")).status, 401);
  });

  it("with another tenant's token [authentication-requests-and-responses]", async () => {
    const { registry } = fixture.entra.state;
    const tenant = registry.addTenant({ domains: ["fabrikam.com"] });
    fixture.keyVault.create("theirs", tenant.tenantId);
    const answer = await get(fixture.token(), "theirs.vault.azure.net");
    assert.equal(answer.status, 401);
    assert.match(answer.body.error?.message ?? "", /^AKV10032: Invalid issuer/);
  });

  it("to an unknown vault name by closing the connection [about-keys-secrets-certificates]", async () => {
    await assert.rejects(get(fixture.token(), "nowhere.vault.azure.net"), /reset/);
  });

  const matrix: readonly { role: VaultRole; may: readonly string[] }[] = [
    {
      role: "Key Vault Administrator",
      may: ["get", "list", "set", "certificate", "key", "sign", "create"],
    },
    { role: "Key Vault Secrets User", may: ["get", "list"] },
    { role: "Key Vault Secrets Officer", may: ["get", "list", "set"] },
    { role: "Key Vault Certificate User", may: ["get", "list", "certificate", "key"] },
    { role: "Key Vault Certificates Officer", may: ["certificate", "create"] },
    { role: "Key Vault Crypto User", may: ["key", "sign"] },
    { role: "Key Vault Reader", may: ["list", "certificate", "key"] },
    { role: "Key Vault Purge Operator", may: [] },
  ];
  const actions: readonly { name: string; method: string; path: string; body?: unknown }[] = [
    { name: "get", method: "GET", path: "/secrets/one" },
    { name: "list", method: "GET", path: "/secrets/one/versions" },
    { name: "set", method: "PUT", path: "/secrets/two", body: { value: "2" } },
    { name: "certificate", method: "GET", path: "/certificates/none" },
    { name: "key", method: "GET", path: "/keys/none" },
    { name: "sign", method: "POST", path: "/keys/none/sign", body: { alg: "RS256", value: "" } },
    {
      name: "create",
      method: "POST",
      path: "/certificates/c/create",
      body: { policy: { key_props: { key_size: 1 } } },
    },
  ];
  for (const { role, may } of matrix)
    it(`for an action that ${role} does not allow [rbac-guide]`, async () => {
      fixture.grant(role);
      const allowed: string[] = [];
      for (const { name, method, path, body } of actions) {
        const answer = await fixture.call(method, `${path}?${version}`, { body });
        if (answer.status !== 403) allowed.push(name);
        else assert.equal(answer.body.error?.innererror?.code, "ForbiddenByRbac");
      }
      assert.deepEqual(allowed, may);
    });

  it("and names the missing action and the caller [rbac-guide]", async () => {
    fixture.grant();
    const { body } = await get(fixture.token());
    const { message = "" } = body.error ?? {};
    assert.match(message, /Action: 'Microsoft.KeyVault\/vaults\/secrets\/getSecret\/action'/);
    assert.ok(message.includes(`oid=${fixture.caller.principalId}`));
    assert.match(message, /Assignment: \(not found\)/);
  });

  it("without an api-version [authentication-requests-and-responses]", async () => {
    const answer = await fixture.call("GET", "/secrets/one");
    assert.deepEqual([answer.status, answer.body.error?.code], [400, "BadParameter"]);
  });

  it("with a version of the interface that does not exist [azure-sdk-for-python#28595]", async () => {
    for (const odd of ["7.9", "2020-01-01", "latest"]) {
      const { status, body } = await fixture.call("GET", `/secrets/one?api-version=${odd}`);
      assert.equal(status, 400);
      assert.ok(
        body.error?.message.startsWith(`The specified version (${odd}) is not recognized.`),
      );
    }
  });

  it("with the request's own id, if the client wants it back [recorded by Azure's SDK for .NET]", async () => {
    const id = "e0a5798768ebada66ef763649949b318";
    const headers = { "x-ms-client-request-id": id, "x-ms-return-client-request-id": "true" };
    const answer = await fixture.call("GET", `/secrets/one?${version}`, { headers });
    assert.equal(answer.headers["x-ms-client-request-id"], id);
    assert.equal((await get(null)).headers["x-ms-client-request-id"], undefined);
  });

  it("above the limit of transactions in ten seconds [service-limits]", async () => {
    fixture.grant("Key Vault Secrets User");
    fixture.keyVault.settings.transactionsPer10Seconds = 3;
    const theirs = fixture.keyVault.create("busy", fixture.entra.tenant.tenantId);
    theirs.assignments.push(...fixture.vault.assignments);
    const statuses: number[] = [];
    let last: Awaited<ReturnType<typeof get>> | undefined;
    for (let round = 0; round < 4; round += 1) {
      last = await get(fixture.token(), "busy.vault.azure.net");
      statuses.push(last.status);
    }
    fixture.keyVault.settings.transactionsPer10Seconds = 4000;
    assert.deepEqual(statuses, [404, 404, 404, 429]);
    assert.equal(last?.headers["Retry-After"], "10");
    assert.match(last?.body.error?.message ?? "", /VaultRequestTypeLimitReached/);
  });
});
