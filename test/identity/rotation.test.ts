import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import type { TelemetryEvent } from "../../shared/core/telemetry.ts";
import type { CertificatePolicyOptions, CertificateVersion } from "../cloud/cloud-control.ts";
import type { LocalCloud } from "../cloud/local-cloud.ts";
import { startCloud } from "../cloud/start-cloud.ts";
import { type Worker, startWorker } from "./start-worker.ts";
import type { WorkerAnswer } from "./worker-protocol.ts";

const INSTANCES = 8;
const TOKEN_MS = 1_200_000;
/** A little more than half a token's life, when it is due, with the jitter of a tenth. */
const DUE_MS = 0.62 * TOKEN_MS;

let cloud: LocalCloud;
let workers: Worker[];
/** How far the instances' date is ahead of the cloud's. */
let aheadMs = 0;
before(async () => {
  cloud = await startCloud({ storage: false, latency: false });
  workers = await Promise.all(Array.from({ length: INSTANCES }, () => startWorker(cloud)));
  await cloud.control.configure({ login: { tokenLifetimeSeconds: TOKEN_MS / 1000 } });
});
after(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await cloud.close();
});

/** Certificates that Entra did not know, by the instances' events. */
const unregistered: string[] = [];
/** Codes of versions that could not be used, by the instances' events. */
const unusable: string[] = [];
/** Tokens requested with another certificate than the instance's last one. */
const rolled: Extract<TelemetryEvent, { event: "token.acquired" }>[] = [];
async function all(use: (worker: Worker) => Promise<WorkerAnswer>): Promise<WorkerAnswer[]> {
  const answers = await Promise.all(workers.map(use));
  for (const event of answers.flatMap(({ events }) => events))
    if (event.event === "token.acquired" && event.rolledFrom !== undefined) rolled.push(event);
    else if (event.event === "certificate.unregistered") unregistered.push(event.thumbprint);
    else if (event.event === "certificate.unusable") unusable.push(event.code);
  return answers;
}
const announce = () => all((worker) => worker.ask({ do: "reread" }));
const make = (policy: CertificatePolicyOptions = {}): Promise<CertificateVersion> => {
  const { vaultName: vault, certificateName: name } = cloud.home;
  const contentType = "application/x-pem-file";
  return cloud.control.createCertificate({ vault, name, policy: { contentType, ...policy } });
};

/** Registers one version on the application and retires every other. */
async function registerOnly({ certificatePem }: CertificateVersion): Promise<void> {
  const { clientId: appId } = cloud.home;
  const former = await cloud.control.listCertificates({ appId });
  await cloud.control.addCertificate({ appId, certificatePem });
  for (const { keyId } of former) await cloud.control.removeCertificate({ appId, keyId });
}

/**
 * Changes something while every instance is asked for tokens all the time, then moves their date on so
 * far that each of them needs a new one, and gets it. Tells by which certificate.
 */
async function underLoad(change: () => Promise<unknown>): Promise<void> {
  const soFar = await reads();
  await cloud.control.resetCounters();
  const effect = { kind: "throttle", retryAfterSeconds: 10 } as const;
  await cloud.control.inject({ service: "vault", times: INSTANCES, effect });
  const { tenantId: tenant } = cloud.home;
  const what = { do: "load", tenant, resource: "https://graph.microsoft.com" } as const;
  const load = all((worker) => worker.ask({ ...what, everyMs: 10, forMs: 1_500 }));
  await change();
  await all((worker) => worker.ask({ do: "move-on", ms: DUE_MS }));
  aheadMs += DUE_MS;
  for (const { failures } of await load) assert.deepEqual(failures, []);
  // An instance that the vault throttled gets its new token a second later.
  const isNew = (expiresAtMs: number): boolean => expiresAtMs > Date.now() + aheadMs + TOKEN_MS / 2;
  for (let tries = 0; ; tries++) {
    const answers = await all((worker) => worker.get());
    if (answers.every(({ tokens }) => isNew(tokens[0]?.expiresAtMs ?? 0))) break;
    assert.ok(tries < 60, "an instance never got a new token");
    await sleep(250);
  }
  const { vault } = await cloud.control.counters();
  const { "secret.get": gets = 0, "secret.versions": lists = 0 } = vault.byOperation;
  const own = (await reads()).map((count, at) => count - (soFar[at] ?? 0));
  assert.equal(
    own.reduce((sum, count) => sum + count),
    gets + lists,
  );
  assert.ok(
    own.every((count) => count <= 2),
    `reads of the vault by instance: ${own.join()}`,
  );
}

/** How often each instance has read the vault so far. */
const reads = async (): Promise<number[]> =>
  (await all((worker) => worker.ask({ do: "report" }))).map(({ vaultReads }) => vaultReads);

describe("no row fails on eight instances with at most two vault reads each if", () => {
  it("they start at the same time", async () => {
    await underLoad(async () => undefined);
  });

  it("a version is made, announced, and not registered yet", async () => {
    let made: CertificateVersion | undefined;
    await underLoad(async () => {
      made = await make();
      await announce();
    });
    const { fingerprint256 } = new X509Certificate(made?.certificatePem ?? "");
    const each = Array.from({ length: INSTANCES }, () => fingerprint256.replaceAll(":", ""));
    assert.deepEqual(unregistered, each, "each instance tells of it, once");
  });

  it("a version is registered and the previous one revoked without an event", async () => {
    await underLoad(async () => registerOnly(await make()));
  });

  it("the version in use is disabled and replaced", async () => {
    await underLoad(async () => {
      const { vaultName: vault, certificateName: name } = cloud.home;
      const versions = await cloud.control.listCertificateVersions({ vault, name });
      await registerOnly(await make());
      for (const { version } of versions) {
        await cloud.control.setCertificateEnabled({ vault, name, version, enabled: false });
      }
      await announce();
    });
  });

  it("the newest version is damaged", async () => {
    await underLoad(async () => {
      const { version } = await make();
      const { vaultName: vault, certificateName: name } = cloud.home;
      await cloud.control.setSecret({ vault, name, version, value: "-----BEGIN nothing" });
      await announce();
    });
    const each = Array.from({ length: INSTANCES }, () => "CERTIFICATE_UNUSABLE");
    assert.deepEqual(unusable, each, "each instance tells of it, once");
  });

  it("the newest version has expired", async () => {
    await underLoad(async () => {
      const notAfter = new Date(Date.now() - 3_600_000).toISOString();
      const notBefore = new Date(Date.now() - 7_200_000).toISOString();
      await make({ notBefore, notAfter });
      await announce();
    });
  });
});

it("every roll-over is counted and reported with the previous certificate", async () => {
  // The second replaced the first and the third the second; nothing else took effect.
  const answers = await all((worker) => worker.ask({ do: "report" }));
  assert.deepEqual(new Set(answers.map(({ counters }) => counters.rollOvers)), new Set([2]));
  assert.equal(rolled.length, 2 * INSTANCES);
  for (const { rolledFrom, thumbprint } of rolled) {
    assert.match(`${rolledFrom} ${thumbprint}`, /^[0-9A-F]{64} [0-9A-F]{64}$/);
    assert.notEqual(rolledFrom, thumbprint);
  }
});
