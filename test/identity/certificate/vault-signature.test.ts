import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { after, before, beforeEach, describe, it } from "node:test";

import type { LocalCloud } from "../../cloud/local-cloud.ts";
import { startCloud } from "../../cloud/start-cloud.ts";
import { nextSecond } from "../../core/next-second.ts";
import { keepKeyInVault } from "../set-up-credential.ts";
import { startWorker } from "../start-worker.ts";
import type { WorkerAnswer } from "../worker-protocol.ts";

let cloud: LocalCloud;
before(async () => {
  cloud = await startCloud({ storage: false, latency: false });
  await keepKeyInVault(cloud, "inside");
});
beforeEach(async () => {
  await cloud.control.clearFaults({});
  await cloud.control.resetCounters();
});
after(() => cloud.close());

/** The result of a sign-in by a new process with its key in the vault. */
async function signIn(given: Readonly<Record<string, string>> = {}): Promise<WorkerAnswer> {
  const settings = { CREDENTIAL: "vault-signature", CERTIFICATE_NAME: "inside", ...given };
  const worker = await startWorker(cloud, settings);
  try {
    return await worker.get();
  } finally {
    await worker.stop();
  }
}

const signers = (events: WorkerAnswer["events"]): unknown[] =>
  events.flatMap((event) => (event.event === "token.acquired" ? [event.thumbprint] : []));
const sha256 = (pem: string): string => new X509Certificate(pem).fingerprint256.replaceAll(":", "");

describe("a signature by a key that stays in Key Vault", () => {
  it("is requested again if the vault throttles or fails briefly", async () => {
    const sign = { service: "vault", method: "POST", path: "/keys/inside", times: 1 } as const;
    await cloud.control.inject({ ...sign, effect: { kind: "throttle", retryAfterSeconds: 1 } });
    await cloud.control.inject({ ...sign, effect: { kind: "status", status: 503 } });
    const { tokens, failures } = await signIn();
    assert.deepEqual(failures, []);
    assert.equal(tokens.length, 1);
  });

  it("is made by the previous version if the newest is disabled while in use", async () => {
    const { vaultName: vault, clientId: appId, tenantId: tenant } = cloud.home;
    const name = "inside-twice";
    const policy = { exportable: false, contentType: "application/x-pem-file" } as const;
    const first = await cloud.control.createCertificate({ vault, name, policy });
    await nextSecond();
    const second = await cloud.control.createCertificate({ vault, name, policy });
    for (const { certificatePem } of [first, second])
      await cloud.control.addCertificate({ appId, certificatePem });
    const worker = await startWorker(cloud, {
      CREDENTIAL: "vault-signature",
      CERTIFICATE_NAME: name,
    });
    try {
      const { events } = await worker.get();
      assert.deepEqual(signers(events), [sha256(second.certificatePem)]);
      const { version } = second;
      await cloud.control.setCertificateEnabled({ vault, name, version, enabled: false });
      // An assertion is kept for five minutes.
      await worker.ask({ do: "move-on", ms: 6 * 60_000 });
      const resource = "https://graph.microsoft.com";
      const later = await worker.ask({ do: "force", tenant, resource });
      assert.deepEqual(later.failures, []);
      assert.deepEqual(signers(later.events), [sha256(first.certificatePem)]);
    } finally {
      await worker.stop();
    }
  });

  it("and the certificate are requested again if the vault hangs", async () => {
    const hang = { service: "vault", times: 1, effect: { kind: "hang" } } as const;
    await cloud.control.inject({ ...hang, path: "/secrets/inside" });
    await cloud.control.inject({ ...hang, path: "/keys/inside" });
    const { failures } = await signIn();
    assert.deepEqual(failures, []);
  });

  it("is not needed while a token is held, so no caller notices a vault outage", async () => {
    await cloud.control.configure({ login: { tokenLifetimeSeconds: 3600 } });
    const settings = { CREDENTIAL: "vault-signature", CERTIFICATE_NAME: "inside" };
    const worker = await startWorker(cloud, settings);
    try {
      const { tokens } = await worker.get();
      const effect = { kind: "status", status: 403 } as const;
      await cloud.control.inject({ service: "vault", effect });
      await worker.ask({ do: "move-on", ms: 0.7 * 3_600_000 });
      const { tenantId: tenant } = cloud.home;
      const resource = "https://graph.microsoft.com";
      const load = { do: "load", tenant, resource, everyMs: 5, forMs: 1_000 } as const;
      const { failures, tokens: served, counters } = await worker.ask(load);
      assert.deepEqual(failures, []);
      assert.deepEqual(new Set(served.map(({ token }) => token)), new Set([tokens[0]?.token]));
      assert.ok(counters.servedThroughFailure > 0, "the token was due, and the vault was asked");
    } finally {
      await worker.stop();
      await cloud.control.reset();
    }
  });

  it("is not requested with a token for another resource", async () => {
    const { tenantId } = cloud.home;
    const challenge = `Bearer authorization="https://login.microsoftonline.com/${tenantId}", resource="https://graph.microsoft.com"`;
    const headers = { "WWW-Authenticate": challenge };
    const effect = { kind: "status", status: 401, headers } as const;
    await cloud.control.inject({ service: "vault", path: "/keys/inside", effect });
    const { failures } = await signIn();
    assert.equal(failures[0]?.code, "VAULT_REFUSED");
    assert.match(failures[0]?.message ?? "", /token of another resource\. None was sent/);
    const { identity } = await cloud.control.counters();
    assert.equal(identity.requests, 1, "the one for the secret, which asked for the right token");
  });

  it("is made if the vault keeps the certificate as PFX without a key", async () => {
    const { vaultName: vault, clientId: appId } = cloud.home;
    const policy = { exportable: false, contentType: "application/x-pkcs12" } as const;
    const made = await cloud.control.createCertificate({ vault, name: "inside-pfx", policy });
    await cloud.control.addCertificate({ appId, certificatePem: made.certificatePem });
    const signed = await signIn({ CERTIFICATE_NAME: "inside-pfx" });
    assert.deepEqual(signed.failures, []);
    const { failures } = await signIn({
      CREDENTIAL: "certificate",
      CERTIFICATE_NAME: "inside-pfx",
    });
    assert.match(
      failures[0]?.message ?? "",
      /CERTIFICATE_UNUSABLE.*not exportable.*vault-signature/,
    );
  });

  for (const [what, body] of [
    ["holds none", JSON.stringify({ kid: "https://elsewhere/keys/inside/1" })],
    ["is a page of a proxy", "<html>Sign in</html>"],
  ] as const)
    it(`is an error if the answer ${what}`, async () => {
      const effect = { kind: "status", status: 200, body } as const;
      const sign = { service: "vault", method: "POST", path: "/keys/inside", effect } as const;
      await cloud.control.inject(sign);
      const { failures } = await signIn();
      assert.equal(failures[0]?.code, "VAULT_UNREACHABLE");
      assert.match(failures[0]?.message ?? "", /signature by version .* of key inside/);
    });
});
