import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import type { LocalCloud } from "../cloud/local-cloud.ts";
import { startCloud } from "../cloud/start-cloud.ts";
import { federateIdentity, keepKeyInVault } from "./set-up-credential.ts";
import { type Worker, startWorker } from "./start-worker.ts";

let cloud: LocalCloud;
before(async () => {
  cloud = await startCloud({ storage: false, latency: false });
});
after(() => cloud.close());

/** What must never be written: any token or assertion, any key, any secret. */
const PATTERNS = {
  "a token or assertion": /eyJ[\w-]{10,}\.[\w-]{10,}/,
  "a private key": /PRIVATE KEY|MII[A-Za-z0-9+/]{40}/,
  "a client assertion": /client_assertion=(?!REDACTED)/,
};

/** Signs in, is refused, revoked and disconnected, with the SDKs at their most verbose log level. */
async function talkativeRun(settings: Readonly<Record<string, string>>): Promise<string> {
  let output = "";
  // Two processes, because one replaces a usable token at most five times a minute.
  for (const goWrong of [everythingGoesWrong, thrownOut]) {
    const worker = await startWorker(cloud, { AZURE_LOG_LEVEL: "verbose", ...settings });
    try {
      output += await goWrong(worker);
    } finally {
      await worker.stop();
    }
  }
  return output;
}

const force = () =>
  ({
    do: "force",
    tenant: cloud.home.tenantId,
    resource: "https://graph.microsoft.com",
  }) as const;

async function everythingGoesWrong(worker: Worker): Promise<string> {
  const { tokens } = await worker.get();
  assert.equal(tokens.length, 1);
  await worker.get({ demand: { rejected: tokens[0]?.token ?? "" } });
  for (const effect of [
    { kind: "refusal", code: 700027 },
    { kind: "refusal", code: 7000215 },
    { kind: "truncate", bytes: 30 },
    { kind: "reset" },
  ] as const) {
    const { id } = await cloud.control.inject({ service: "login", effect });
    await worker.ask(force());
    await cloud.control.clearFaults({ id });
  }
  await cloud.control.inject({
    service: "vault",
    times: 1,
    effect: { kind: "status", status: 403 },
  });
  await worker.ask({ do: "reread" });
  return worker.output();
}

async function thrownOut(worker: Worker): Promise<string> {
  const { tenantId: tenant, clientId: appId } = cloud.home;
  const { tokens } = await worker.get();
  await cloud.control.updateServicePrincipal({ tenantId: tenant, appId, accountEnabled: false });
  const { failures, events } = await worker.ask(force());
  await cloud.control.updateServicePrincipal({ tenantId: tenant, appId, accountEnabled: true });
  assert.ok(tokens.length === 1 && failures.length === 1);
  return worker.output() + JSON.stringify({ failures, events });
}

function assertHarmless(output: string, ...secrets: string[]): void {
  assert.match(output, /azure:|OperatorError/, "the run has written something");
  for (const [what, pattern] of Object.entries(PATTERNS)) {
    const found = pattern.exec(output);
    assert.equal(found, null, `${what} was written: ${found?.[0].slice(0, 12)}`);
  }
  for (const secret of secrets) assert.ok(!output.includes(secret), "a secret was written");
}

describe("logs, errors, causes and events hold no secret at any log level", () => {
  it("in a run with a certificate", async () => {
    assertHarmless(await talkativeRun({}), cloud.identityHeader);
  });

  it("in a run with a PFX", async () => {
    const { vaultName: vault, clientId: appId } = cloud.home;
    const policy = { contentType: "application/x-pkcs12" } as const;
    const made = await cloud.control.createCertificate({ vault, name: "pfx", policy });
    await cloud.control.addCertificate({ appId, certificatePem: made.certificatePem });
    assertHarmless(await talkativeRun({ CERTIFICATE_NAME: "pfx" }), cloud.identityHeader);
  });

  it("in a run with a key that stays in the vault", async () => {
    await keepKeyInVault(cloud, "inside");
    const settings = { CREDENTIAL: "vault-signature", CERTIFICATE_NAME: "inside" };
    assertHarmless(await talkativeRun(settings), cloud.identityHeader);
  });

  it("in a run with a client secret", async () => {
    const { secret } = await cloud.control.addSecret({ appId: cloud.home.clientId });
    const settings = { CREDENTIAL: "client-secret", CLIENT_SECRET: secret };
    assertHarmless(await talkativeRun(settings), secret);
  });

  it("in a run with a federated identity", async () => {
    await federateIdentity(cloud);
    assertHarmless(await talkativeRun({ CREDENTIAL: "managed-identity" }), cloud.identityHeader);
  });
});
