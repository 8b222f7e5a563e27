import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";

import type { LocalCloud } from "../cloud/local-cloud.ts";
import { startCloud } from "../cloud/start-cloud.ts";
import { keepKeyInVault } from "./set-up-credential.ts";
import { type Worker, startWorker } from "./start-worker.ts";

const GRAPH = "https://graph.microsoft.com";
const MINUTE = 60_000;

let cloud: LocalCloud;
const workers: Worker[] = [];
before(async () => {
  cloud = await startCloud({ storage: false, latency: false });
});
after(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await cloud.close();
});

async function start(settings: Readonly<Record<string, string>> = {}): Promise<Worker> {
  const worker = await startWorker(cloud, settings);
  workers.push(worker);
  return worker;
}

/** The code that a new sign-in fails with, or "" if it succeeds. */
async function signIn(worker: Worker): Promise<string> {
  const { tenantId: tenant } = cloud.home;
  const { failures } = await worker.ask({ do: "force", tenant, resource: GRAPH });
  return failures[0]?.code ?? "";
}

/** Disables every version of a certificate in the vault. */
async function disable(name: string): Promise<void> {
  const { vaultName: vault } = cloud.home;
  for (const { version } of await cloud.control.listCertificateVersions({ vault, name })) {
    await cloud.control.setCertificateEnabled({ vault, name, version, enabled: false });
  }
}

describe("a running instance, as docs/rotation.md says,", () => {
  it("is not stopped by disabling the vault's only version, but by removing the key", async () => {
    const { clientId: appId, certificateName: name } = cloud.home;
    const running = await start();
    assert.equal(await signIn(running), "");
    await disable(name);
    await running.ask({ do: "reread" });
    await running.ask({ do: "move-on", ms: 2 * 60 * MINUTE });
    assert.equal(await signIn(running), "", "it holds the key in memory");
    assert.equal(await signIn(await start()), "CERTIFICATE_UNUSABLE", "a new instance is");
    for (const { keyId } of await cloud.control.listCertificates({ appId })) {
      await cloud.control.removeCertificate({ appId, keyId });
    }
    assert.equal(await signIn(running), "TOKEN_REFUSED");
  });

  it("is stopped by disabling the only version within five minutes if its key stays in the vault", async () => {
    const role = await keepKeyInVault(cloud, "inside");
    const settings = { CREDENTIAL: "vault-signature", CERTIFICATE_NAME: "inside" };
    const running = await start(settings);
    assert.equal(await signIn(running), "");
    await disable("inside");
    await running.ask({ do: "move-on", ms: 5 * MINUTE });
    assert.equal(await signIn(running), "CERTIFICATE_UNUSABLE");
    await cloud.control.removeVaultRole(role);
  });

  it("is stopped at once by disabling the service principal", async () => {
    const { tenantId, clientId: appId } = cloud.home;
    const { secret } = await cloud.control.addSecret({ appId });
    const running = await start({ CREDENTIAL: "client-secret", CLIENT_SECRET: secret });
    assert.equal(await signIn(running), "");
    await cloud.control.updateServicePrincipal({ tenantId, appId, accountEnabled: false });
    assert.equal(await signIn(running), "TOKEN_REFUSED");
    await cloud.control.updateServicePrincipal({ tenantId, appId, accountEnabled: true });
  });

  it("and the page says so", () => {
    const page = readFileSync(new URL("../../docs/rotation.md", import.meta.url), "utf8");
    assert.match(page, /Disabling a version in the vault does not stop running instances/);
  });
});
