import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { type CloudName, clouds } from "../../shared/core/clouds.ts";
import type { LocalCloud } from "../cloud/local-cloud.ts";
import { startCloud } from "../cloud/start-cloud.ts";
import { federateIdentity, keepKeyInVault } from "../identity/set-up-credential.ts";

const schedules = {
  SWEEP_SCHEDULE: "0 */5 * * * *",
  CERTIFICATE_CHECK_SCHEDULE: "0 30 3 * * *",
  STALE_ACCOUNTS_SCHEDULE: "0 0 2 * * *",
};

/** Output of the daily check in its own process, with these settings added to the cloud's. */
function check(
  cloud: LocalCloud,
  settings: Readonly<Record<string, string>> = {},
): Promise<{ ok: boolean; output: string }> {
  const env = { ...process.env, ...cloud.env(), ...schedules, ...settings };
  const file = join(import.meta.dirname, "../policies/check-certificate/check-once.client.ts");
  return new Promise((resolve) => {
    execFile(process.execPath, ["--no-warnings", file], { env }, (error, stdout, stderr) =>
      resolve({ ok: error === null, output: stdout + stderr }),
    );
  });
}

const noVault = { KEY_VAULT_URI: "", CERTIFICATE_NAME: "" };

describe("the application signs in with the credential that the settings name", () => {
  let cloud: LocalCloud;
  before(async () => {
    cloud = await startCloud({ latency: false });
  });
  after(() => cloud.close());

  const consented = /Tenant [0-9a-f-]{36} has consented to \d+ permissions/;
  /** How many requests the vault got for a secret and for a signature. */
  const vaultUse = async (): Promise<[secrets: boolean, signatures: boolean]> => {
    const { byOperation } = (await cloud.control.counters()).vault;
    return [(byOperation["secret.get"] ?? 0) > 0, (byOperation["key.sign"] ?? 0) > 0];
  };

  for (const algorithm of ["PS256", "RS256"]) {
    it(`a certificate, by ${algorithm}`, async () => {
      await cloud.control.resetCounters();
      const { ok, output } = await check(cloud, { ASSERTION_ALGORITHM: algorithm });
      assert.ok(ok, output);
      assert.match(output, /Entra accepts version [0-9a-f]{32}/);
      assert.match(output, consented);
      assert.deepEqual(await vaultUse(), [true, false]);
    });
  }

  it("a signature made in the vault", async () => {
    await keepKeyInVault(cloud, "inside");
    await cloud.control.resetCounters();
    const settings = { CREDENTIAL: "vault-signature", CERTIFICATE_NAME: "inside" };
    const { ok, output } = await check(cloud, settings);
    assert.ok(ok, output);
    assert.match(output, consented);
    assert.deepEqual(await vaultUse(), [true, true]);
  });

  it("the managed identity", async () => {
    await federateIdentity(cloud);
    await cloud.control.resetCounters();
    const { ok, output } = await check(cloud, { CREDENTIAL: "managed-identity", ...noVault });
    assert.ok(ok, output);
    assert.match(output, consented);
    assert.match(output, /does not sign in by a certificate/);
    assert.deepEqual(await vaultUse(), [false, false]);
  });

  it("a client secret in development or with ALLOW_CLIENT_SECRET, and not otherwise", async () => {
    const { secret } = await cloud.control.addSecret({ appId: cloud.home.clientId });
    const settings = { CREDENTIAL: "client-secret", CLIENT_SECRET: secret, ...noVault };
    for (const allowing of [
      { AZURE_FUNCTIONS_ENVIRONMENT: "Development" },
      { AZURE_FUNCTIONS_ENVIRONMENT: "Production", ALLOW_CLIENT_SECRET: "true" },
    ]) {
      const { ok, output } = await check(cloud, { ...settings, ...allowing });
      assert.ok(ok, output);
      assert.match(output, consented);
    }
    await cloud.control.resetCounters();
    for (const refusing of [
      {},
      { AZURE_FUNCTIONS_ENVIRONMENT: "Production" },
      { AZURE_FUNCTIONS_ENVIRONMENT: "Staging", ALLOW_CLIENT_SECRET: "1" },
    ]) {
      const { ok, output } = await check(cloud, { ...settings, ...refusing });
      assert.ok(!ok);
      assert.match(output, /SETTINGS_INVALID.*production.*ALLOW_CLIENT_SECRET=true/);
      assert.ok(!output.includes(secret));
    }
    assert.equal((await cloud.control.counters()).login.requests, 0);
  });
});

describe("the setting CLOUD moves login, Graph, vault and storage together", () => {
  for (const name of ["global", "usgov-l4", "usgov-l5", "china"] satisfies CloudName[]) {
    it(`to ${name}, and to no other's`, async (test) => {
      // On one port, as for clients behind a hosts file: names alone tell the services apart.
      const cloud = await startCloud({ latency: false, cloud: name, port: 0 });
      test.after(() => cloud.close());
      // The check asks all four: a token, a version, the application, a message on a queue.
      const { ok, output } = await check(cloud);
      assert.ok(ok, output);
      assert.match(output, /Entra accepts version [0-9a-f]{32}/);
      const { login, graph, vault } = await cloud.control.counters();
      assert.ok(login.requests > 0 && graph.requests > 0 && vault.requests > 0);

      const other = name === "china" ? clouds.global : clouds.china;
      const account = cloud.home.storageAccount;
      assert.equal(new Set(Object.values(cloud.redirect)).size, 1);
      assert.equal(
        cloud.urls.blob,
        `https://${account}.blob.${clouds[name].storageSuffix}:${Object.values(cloud.redirect)[0]}`,
      );
      const foreign = {
        BatchStorage__blobServiceUri: `https://${account}.blob.${other.storageSuffix}`,
        BatchStorage__queueServiceUri: `https://${account}.queue.${other.storageSuffix}`,
        KEY_VAULT_URI: `https://batch-vault.${other.vaultSuffix}/`,
      };
      for (const [setting, value] of Object.entries(foreign)) {
        const refused = await check(cloud, { [setting]: value });
        assert.ok(!refused.ok);
        assert.match(refused.output, /SETTINGS_INVALID/);
        assert.match(refused.output, new RegExp(`${setting}.*cloud`));
      }
    });
  }
});
