import assert from "node:assert/strict";
import { createPublicKey, verify, constants, type JsonWebKey } from "node:crypto";
import { after, before, describe, it } from "node:test";

import type { LocalCloud } from "../local-cloud.ts";
import { startCloud } from "../start-cloud.ts";
import { runClient } from "./run-client.ts";

interface IdentityFacts {
  readonly contentType: string;
  readonly versions: readonly string[];
  readonly thumbprint: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

interface MsalAnswer {
  readonly token?: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
}

describe("unmodified third-party clients in a process of the cloud", () => {
  let cloud: LocalCloud;
  before(async () => {
    cloud = await startCloud({ latency: false, people: true });
  });
  after(() => cloud.close());

  it("@azure/identity and the vault client: identity, certificate, sign-in", async () => {
    await cloud.control.resetCounters();
    const facts = await runClient<IdentityFacts>(cloud, "azure-identity");
    const { vaultName: vault, certificateName: name } = cloud.home;
    const [version] = await cloud.control.listCertificateVersions({ vault, name });
    assert.equal(facts.contentType, "application/x-pem-file");
    assert.deepEqual(facts.versions, [version?.version]);
    assert.equal(facts.thumbprint, version?.thumbprint);
    assert.equal(facts.claims["appid"], cloud.home.clientId);
    assert.ok((facts.claims["roles"] as string[]).includes("User.ReadWrite.All"));
    const { login, vault: seen, identity } = await cloud.control.counters();
    assert.deepEqual(login.byOperation, { token: 1 });
    assert.deepEqual(identity.byOperation, { "msi.token": 1 });
    assert.equal(seen.byOperation["challenge"], 1, "one request without a token first");
  });

  it("MSAL Node: a secret, and a wrong one with Entra's error text", async () => {
    const auth = {
      clientId: cloud.tools.clientId,
      authority: `https://login.microsoftonline.com/${cloud.home.tenantId}`,
      clientSecret: cloud.tools.clientSecret,
    };
    const scopes = ["https://graph.microsoft.com/.default"];
    const [good] = await runClient<MsalAnswer[]>(cloud, "msal", { auth, scopes });
    assert.ok(good?.token);
    const wrong = { ...auth, clientSecret: "wrong" };
    const [bad] = await runClient<MsalAnswer[]>(cloud, "msal", { auth: wrong, scopes });
    assert.equal(bad?.errorCode, "invalid_client");
    assert.match(bad?.errorMessage ?? "", /7000215/);
  });

  it("MSAL Node with a custom authority and instance discovery", async () => {
    const auth = {
      clientId: cloud.tools.clientId,
      authority: `${cloud.urls.login}/${cloud.home.tenantId}`,
      knownAuthorities: [new URL(cloud.urls.login).host],
      clientSecret: cloud.tools.clientSecret,
    };
    const scopes = ["https://graph.microsoft.com/.default"];
    const [answer] = await runClient<MsalAnswer[]>(cloud, "msal", { auth, scopes });
    assert.ok(answer?.token, JSON.stringify(answer));
  });

  it("MSAL Node sends one request per caller, here as with Entra", async () => {
    await cloud.control.resetCounters();
    const auth = {
      clientId: cloud.tools.clientId,
      authority: `https://login.microsoftonline.com/${cloud.home.tenantId}`,
      clientSecret: cloud.tools.clientSecret,
    };
    const scopes = ["https://graph.microsoft.com/.default"];
    await runClient(cloud, "msal", { auth, scopes, concurrent: 20 });
    assert.equal((await cloud.control.counters()).login.byOperation["token"], 20);
  });

  for (const way of ["interactive", "code"])
    it(`MSAL Node signs a person in (${way}), and jose verifies the ID token`, async () => {
      const { tenantId, signIn = assert.fail() } = cloud.home;
      const input = { clientId: signIn.clientId, tenantId, nonce: "the decision", way };
      const person = signIn.decider.userPrincipalName;
      const { claims, refreshed } = await runClient<{
        claims: Record<string, unknown>;
        refreshed: Record<string, unknown>;
      }>(cloud, "msal-people", { ...input, person });
      assert.deepEqual(
        ["nonce", "oid", "roles"].map((name) => claims[name]),
        ["the decision", signIn.decider.id, ["Batch.Decide"]],
      );
      assert.equal(refreshed["oid"], signIn.decider.id, "silently, with the refresh token");
      const stranger = signIn.stranger.userPrincipalName;
      const { error } = await runClient<{ error: string }>(cloud, "msal-people", {
        ...input,
        person: stranger,
      });
      assert.match(error, /AADSTS50105: .* block users unless they are specifically granted/u);
    });

  it("@azure/identity: a person by device code, who then reads /me at Graph", async () => {
    const { signIn } = cloud.home;
    assert.ok(signIn);
    const { claims, me, shown } = await runClient<{
      claims: Record<string, unknown>;
      me: Record<string, unknown>;
      shown: string;
    }>(cloud, "device-code", {
      tenantId: cloud.home.tenantId,
      clientId: signIn.toolsClientId,
      person: signIn.decider.userPrincipalName,
    });
    assert.match(shown, /^To sign in, use a web browser to open the page https:\/\/login\./u);
    assert.equal(claims["oid"], signIn.decider.id);
    assert.ok(String(claims["scp"]).split(" ").includes("Group.ReadWrite.All"));
    assert.equal(me["userPrincipalName"], signIn.decider.userPrincipalName);
  });

  it("openid-client and jose: discovery, an assertion for the issuer, a verified token", async () => {
    const { payload, protectedHeader } = await runClient<{
      payload: Record<string, unknown>;
      protectedHeader: Record<string, unknown>;
    }>(cloud, "openid-client", {
      tenantId: cloud.home.tenantId,
      clientId: cloud.tools.clientId,
      certificateFile: cloud.tools.certificateFile,
      resource: "https://graph.microsoft.com",
    });
    assert.equal(payload["appid"], cloud.tools.clientId);
    assert.equal(protectedHeader["alg"], "RS256");
  });

  it("the key clients: signatures made in the vault verify outside it", async () => {
    const { managedIdentity, vaultName: vault } = cloud.home;
    const { principalId } = managedIdentity;
    const role = "Key Vault Crypto User";
    await assert.rejects(runClient(cloud, "vault-sign"), /ForbiddenByRbac|not authorized/);
    await cloud.control.assignVaultRole({ vault, principalId, role });
    const { jwk, results } = await runClient<{
      jwk: JsonWebKey;
      results: Record<string, { signature: string }>;
    }>(cloud, "vault-sign");
    const key = createPublicKey({ key: jwk, format: "jwk" });
    for (const [algorithm, { signature }] of Object.entries(results)) {
      const padding = algorithm.startsWith("PS")
        ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
        : {};
      const isGood = verify(
        `sha${algorithm.slice(2)}`,
        Buffer.from("what is signed"),
        { key, ...padding },
        Buffer.from(signature, "base64"),
      );
      assert.ok(isGood, algorithm);
    }
  });

  it("the storage clients: sign in by identity and see the deployment's queues and containers", async () => {
    const facts = await runClient<Record<string, string | string[]>>(cloud, "storage");
    assert.deepEqual(facts["containers"], ["batches", "dead-letters", "inbox", "runner"]);
    assert.deepEqual(facts["queues"], [
      "accept",
      "accept-poison",
      "certificate-events",
      "certificate-events-poison",
      "decisions",
      "decisions-poison",
      "run",
      "run-poison",
    ]);
    assert.deepEqual([facts["text"], facts["messages"]], ["user\nann@contoso.com\n", ["hello"]]);
  });

  it("the storage clients: find the event of a new certificate version in its queue", async () => {
    const { vaultName: vault, certificateName: name } = cloud.home;
    const { version } = await cloud.control.createCertificate({ vault, name });
    const { messages } = await runClient<{ messages: string[] }>(cloud, "storage", {
      queue: "certificate-events",
    });
    const event = messages
      .filter((message) => message !== "hello")
      .map((message) => JSON.parse(Buffer.from(message, "base64").toString("utf8")) as Event)
      .find(({ data }) => data.Version === version);
    assert.equal(event?.type, "Microsoft.KeyVault.CertificateNewVersionCreated");
    assert.deepEqual([event.data.VaultName, event.data.ObjectName], [vault, name]);
  });
});

interface Event {
  readonly type: string;
  readonly data: {
    readonly Version: string;
    readonly VaultName: string;
    readonly ObjectName: string;
  };
}
