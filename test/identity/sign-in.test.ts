import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { claimsOf } from "../../shared/identity/token/roles.ts";
import type { LocalCloud } from "../cloud/local-cloud.ts";
import { startCloud } from "../cloud/start-cloud.ts";
import { federateIdentity, keepKeyInVault } from "./set-up-credential.ts";
import { type Worker, startWorker } from "./start-worker.ts";

const graph = "https://graph.microsoft.com";

let cloud: LocalCloud;
before(async () => {
  cloud = await startCloud({ storage: false, latency: false });
});
after(() => cloud.close());

/** What the services were asked since the worker was started, by operation. */
async function operations(): Promise<Record<string, number>> {
  const { login, identity, vault } = await cloud.control.counters();
  return { ...login.byOperation, ...identity.byOperation, ...vault.byOperation };
}

async function withWorker(
  settings: Readonly<Record<string, string>>,
  use: (worker: Worker) => Promise<void>,
): Promise<void> {
  const worker = await startWorker(cloud, settings);
  await cloud.control.resetCounters();
  try {
    await use(worker);
  } finally {
    await worker.stop();
  }
}

describe("a cold instance", () => {
  it("serves a thousand callers with one token request, one identity call and one vault read", async () => {
    await withWorker({}, async (worker) => {
      const { tokens, failures, counters } = await worker.get({ callers: 1000 });
      assert.deepEqual(failures, []);
      assert.equal(new Set(tokens.map(({ token }) => token)).size, 1);
      assert.deepEqual(await operations(), {
        token: 1,
        "msi.token": 1,
        challenge: 1,
        "secret.get": 1,
      });
      assert.equal(counters.acquired.cold, 1);
      assert.ok(tokens[0]?.roles.includes("User.ReadWrite.All"));
    });
  });

  it("reports the token's resource, reason, lifetime and certificate", async () => {
    await withWorker({}, async (worker) => {
      const { events } = await worker.get();
      const [event] = events;
      assert.ok(event?.event === "token.acquired");
      assert.equal(event.reason, "cold");
      assert.equal(event.tenant, cloud.home.tenantId);
      assert.ok(event.expiresInSeconds > 3000);
      assert.match(String(event.thumbprint), /^[0-9A-F]{64}$/);
    });
  });
});

describe("a region", () => {
  it("is not used for sign-in, although the environment names one", async () => {
    // A Functions host sets these, and MSAL and older identity libraries obey them.
    const environment = {
      MSAL_FORCE_REGION: "westeurope",
      REGION_NAME: "West Europe",
      AZURE_REGIONAL_AUTHORITY_NAME: "westeurope",
    };
    for (const credential of ["certificate", "managed-identity"]) {
      await withWorker({ ...environment, CREDENTIAL: credential }, async (worker) => {
        const { failures } = await worker.get();
        // The regional host is not in this cloud, so a request to it would fail.
        assert.ok(
          failures.every(({ code }) => code === "TOKEN_REFUSED"),
          JSON.stringify(failures),
        );
        assert.equal(failures.length, credential === "certificate" ? 0 : 1);
        assert.equal((await operations())["token"], 1);
        assert.doesNotMatch(worker.output(), /refused a connection/);
      });
    }
  });
});

it("environment variables of the SDKs do not change who signs in", async () => {
  const nobody = "00000000-0000-4000-8000-00000000dead";
  const environment = {
    AZURE_CLIENT_ID: nobody,
    AZURE_TENANT_ID: nobody,
    AZURE_CLIENT_SECRET: "secret",
    AZURE_AUTHORITY_HOST: "https://login.microsoftonline.us",
    AZURE_TOKEN_CREDENTIALS: "EnvironmentCredential",
  };
  await withWorker(environment, async (worker) => {
    const { tokens, failures } = await worker.get();
    assert.deepEqual(failures, []);
    assert.equal(claimsOf(tokens[0]?.token ?? "")["appid"], cloud.home.clientId);
  });
});

describe("each credential signs in", () => {
  for (const [contentType, as] of [
    ["application/x-pem-file", "PEM"],
    ["application/x-pkcs12", "PFX"],
  ] as const) {
    it(`a certificate that Key Vault stores as ${as}`, async () => {
      const { vaultName: vault, clientId: appId } = cloud.home;
      const name = `as-${as.toLowerCase()}`;
      const made = await cloud.control.createCertificate({ vault, name, policy: { contentType } });
      await cloud.control.addCertificate({ appId, certificatePem: made.certificatePem });
      await withWorker({ CERTIFICATE_NAME: name }, async (worker) => {
        const { tokens, failures } = await worker.get();
        assert.deepEqual(failures, []);
        assert.equal(tokens.length, 1);
      });
    });
  }

  it("a certificate named by SHA-1 with RS256", async () => {
    await withWorker({ CREDENTIAL: "certificate-rs256" }, async (worker) => {
      assert.equal((await worker.get()).tokens.length, 1);
    });
  });

  it("a signature made in Key Vault by a key that cannot be exported", async () => {
    const right = await keepKeyInVault(cloud, "inside");
    // The key needs the permission `sign` only; it cannot be read.
    const forbidden = { error: { code: "Forbidden", innererror: { code: "ForbiddenByRbac" } } };
    const effect = { kind: "status", status: 403, body: JSON.stringify(forbidden) } as const;
    const fault = { service: "vault", method: "GET", path: "/keys/inside", effect } as const;
    const { id } = await cloud.control.inject(fault);
    await withWorker(
      { CREDENTIAL: "vault-signature", CERTIFICATE_NAME: "inside" },
      async (worker) => {
        const { tokens, failures } = await worker.get({ callers: 100 });
        assert.deepEqual(failures, []);
        assert.equal(tokens.length, 100);
        const { tokens: more } = await worker.ask({
          do: "force",
          tenant: cloud.home.tenantId,
          resource: graph,
        });
        assert.equal(more.length, 1);
        const { "key.sign": signatures, token } = await operations();
        assert.equal(signatures, 1, "one signature does for five minutes");
        assert.equal(token, 2);
      },
    );
    await cloud.control.clearFaults({ id });
    await cloud.control.removeVaultRole(right);
  });

  it("and without the right to sign, the error names the right", async () => {
    await withWorker(
      { CREDENTIAL: "vault-signature", CERTIFICATE_NAME: "inside" },
      async (worker) => {
        const { failures } = await worker.get();
        assert.equal(failures[0]?.code, "VAULT_REFUSED");
        assert.match(
          failures[0]?.message ?? "",
          /signature by version .* key inside.*Key Vault Crypto User/,
        );
      },
    );
  });

  it("the user-assigned managed identity, as a federated credential", async () => {
    const { clientId: appId, managedIdentity } = cloud.home;
    const subject = managedIdentity.principalId;
    await withWorker({ CREDENTIAL: "managed-identity" }, async (worker) => {
      const { failures } = await worker.get();
      assert.equal(failures[0]?.code, "TOKEN_REFUSED");
      assert.match(failures[0]?.message ?? "", /AADSTS70025.*letter by letter/);
      assert.ok(failures[0]?.message.includes(subject), "what was presented is printed");
      await worker.ask({ do: "force", tenant: cloud.home.tenantId, resource: graph });
      assert.equal((await operations())["msi.token"], 2, "the refused token was dropped");
    });
    await federateIdentity(cloud);
    await withWorker({ CREDENTIAL: "managed-identity" }, async (worker) => {
      const { tokens, failures } = await worker.get();
      assert.deepEqual(failures, []);
      assert.equal(claimsOf(tokens[0]?.token ?? "")["appid"], appId);
      assert.equal((await operations())["secret.get"], undefined, "no vault is needed");
    });
  });

  it("a client secret", async () => {
    const { secret } = await cloud.control.addSecret({ appId: cloud.home.clientId });
    await withWorker({ CREDENTIAL: "client-secret", CLIENT_SECRET: secret }, async (worker) => {
      assert.equal((await worker.get()).tokens.length, 1);
    });
  });
});

describe("a token", () => {
  it("of another tenant is given after its administrator consented", async () => {
    const { tenantId: home, vaultName: vault } = cloud.home;
    const { tenantId } = await cloud.control.registerTenant({ domains: ["fabrikam.com"] });
    const { appId } = await cloud.control.registerApplication({
      tenantId: home,
      displayName: "many tenants",
      signInAudience: "AzureADMultipleOrgs",
    });
    const made = await cloud.control.createCertificate({ vault, name: "many" });
    await cloud.control.addCertificate({ appId, certificatePem: made.certificatePem });
    const settings = { CLIENT_ID: appId, CERTIFICATE_NAME: "many", ALLOWED_TENANTS: tenantId };
    await withWorker(settings, async (worker) => {
      const { failures } = await worker.get({ tenant: tenantId });
      assert.equal(failures[0]?.code, "CONSENT_MISSING");
      await cloud.control.grantConsent({ tenantId, appId, roles: ["User.Read.All"] });
      const { tokens } = await worker.ask({ do: "force", tenant: tenantId, resource: graph });
      assert.equal(claimsOf(tokens[0]?.token ?? "")["tid"], tenantId);
      assert.deepEqual(tokens[0]?.roles, ["User.Read.All"]);
      // Each tenant has its own token: this one has not granted the application anything.
      await cloud.control.grantConsent({ tenantId: home, appId, roles: [] });
      const { tokens: atHome } = await worker.get({ tenant: home });
      assert.equal(claimsOf(atHome[0]?.token ?? "")["tid"], home);
      assert.deepEqual(atHome[0]?.roles, []);
    });
  });

  it("for one's own API and for Azure SQL is given the same way", async () => {
    const { tenantId, clientId } = cloud.home;
    const api = await cloud.control.registerApplication({
      tenantId,
      displayName: "HR",
      identifierUris: ["api://contoso-hr"],
      appRoles: ["People.Read"],
    });
    await cloud.control.grantConsent({
      tenantId,
      appId: clientId,
      resource: api.appId,
      roles: ["People.Read"],
    });
    const sql = "https://database.windows.net/";
    await withWorker({ RESOURCES: `api://contoso-hr,${sql}` }, async (worker) => {
      const { tokens } = await worker.get({ resource: "api://contoso-hr" });
      assert.deepEqual(tokens[0]?.roles, ["People.Read"]);
      const { tokens: sqlTokens, failures } = await worker.get({ resource: sql });
      assert.deepEqual(failures, []);
      assert.equal(claimsOf(sqlTokens[0]?.token ?? "")["aud"], sql);
      const { failures: refused } = await worker.get({ resource: "api://other" });
      assert.equal(refused[0]?.code, "RESOURCE_NOT_ALLOWED");
    });
  });

  it("is replaced by one with the claims of a challenge", async () => {
    await withWorker({}, async (worker) => {
      const { tokens } = await worker.get();
      const claims = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}';
      const demand = { rejected: tokens[0]?.token ?? "", claims };
      const { tokens: replaced, counters } = await worker.get({ demand, callers: 50 });
      assert.equal(new Set(replaced.map(({ token }) => token)).size, 1);
      assert.notEqual(replaced[0]?.token, tokens[0]?.token);
      assert.deepEqual(claimsOf(replaced[0]?.token ?? "")["xms_cc"], ["cp1"]);
      assert.equal(counters.acquired.claims, 1);
    });
  });
});
