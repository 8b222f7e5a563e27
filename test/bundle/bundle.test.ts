import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { buildInto, deployed } from "../../scripts/build.ts";
import { startWorker, type WorkerOptions } from "../cloud/host/worker-process.ts";

let dist = "";

before(async () => {
  dist = mkdtempSync(join(tmpdir(), "bundle-"));
  await buildInto(dist, "functions/index.ts");
});
after(() => rmSync(dist, { recursive: true }));

/** Loads what was built as Azure's worker does, and gives what it registered. */
async function load(options: Partial<WorkerOptions> = {}) {
  const worker = await startWorker({
    dist,
    env: {},
    workerVersion: "3.14.1",
    hostVersion: "4.1052.200",
    warm: false,
    onLog: () => {},
    onConsole: () => {},
    ...options,
  });
  await worker.kill();
  return worker.functions;
}

const queue = (queueName: string) => ({
  type: "queueTrigger",
  direction: "in",
  connection: "BatchStorage",
  queueName,
});
const timer = (setting: string) => ({
  type: "timerTrigger",
  direction: "in",
  schedule: `%${setting}%`,
});

/** Every function of the product: one more, or one less, is a change of the deployment. */
const triggers: Record<string, object> = {
  acceptBatch: queue("accept"),
  certificateCheck: timer("CERTIFICATE_CHECK_SCHEDULE"),
  decide: queue("decisions"),
  rollCertificate: queue("certificate-events"),
  runTenant: queue("run"),
  settleAcceptPoison: queue("accept-poison"),
  settleCertificateEventsPoison: queue("certificate-events-poison"),
  settleDecisionsPoison: queue("decisions-poison"),
  settleRunPoison: queue("run-poison"),
  staleAccounts: timer("STALE_ACCOUNTS_SCHEDULE"),
  sweep: timer("SWEEP_SCHEDULE"),
};

describe("the built folder", () => {
  it("holds exactly what is deployed", () => {
    assert.deepEqual(readdirSync(dist).toSorted(), deployed.toSorted());
    assert.ok(deployed.every((name) => statSync(join(dist, name)).size > 0));
  });

  it("has a package.json with an entry and no dependency to install", () => {
    const manifest = JSON.parse(readFileSync(join(dist, "package.json"), "utf8")) as object;
    assert.partialDeepStrictEqual(manifest, { main: "index.cjs", private: true });
    assert.deepEqual(
      Object.keys(manifest).filter((key) => /dependencies|scripts|type/i.test(key)),
      [],
    );
  });

  it("is emptied of what was there before", async () => {
    writeFileSync(join(dist, "left-over.js"), "");
    await buildInto(dist, "functions/index.ts");
    assert.deepEqual(readdirSync(dist).toSorted(), deployed.toSorted());
  });

  it("names no place of the machine it was built on", () => {
    const { sources } = JSON.parse(readFileSync(join(dist, "index.cjs.map"), "utf8")) as {
      sources: string[];
    };
    assert.ok(sources.length > 100);
    assert.deepEqual(
      sources.filter((source) => source.startsWith("/")),
      [],
    );
    assert.ok(!readFileSync(join(dist, "index.cjs"), "utf8").includes(import.meta.dirname));
  });
});

describe("the bundle, loaded as Azure's worker loads it", () => {
  for (const workerVersion of ["3.9.1", "3.14.1"])
    for (const warm of [false, true])
      it(`registers every function: worker ${workerVersion}${warm ? ", warm" : ""}`, async () => {
        const functions = await load({ workerVersion, warm });
        const found = functions.map(({ name, bindings }) => {
          assert.equal(bindings.length, 1, `${name} has its trigger only`);
          const {
            name: _hash,
            properties: _flags,
            ...trigger
          } = { properties: {}, ...bindings[0] };
          return [name, trigger];
        });
        assert.deepEqual(Object.fromEntries(found), triggers);
      });

  it("does so without a setting, for a mistake in one is to be said by a function", () =>
    assert.doesNotReject(load({ env: {} })));

  it("fails to start if it registers none", async () => {
    const empty = mkdtempSync(join(tmpdir(), "bundle-empty-"));
    await buildInto(empty, "test/cloud/host/fixtures/broken-app.ts");
    await assert.rejects(load({ dist: empty, env: { BREAK: "empty" } }), {
      message: /registered no function/,
    });
    rmSync(empty, { recursive: true });
  });
});
