import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { after, afterEach, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { decodeJwt, decodeProtectedHeader } from "jose";

import { OperatorError } from "../../../shared/core/errors.ts";
import type { LocalCloud } from "../../cloud/local-cloud.ts";
import { openRig, type Rig, rollCloud } from "./roll-rig.ts";

let cloud: LocalCloud;
before(async () => {
  cloud = await rollCloud();
});
after(() => cloud.close());

const rolledEvents = ({ events }: Rig) =>
  events.filter(({ event }) => event === "certificate.rolled");
const said = ({ notes }: Rig): string => notes.join("\n");

const refuseAddKey = (fault: {
  status: number;
  committed?: boolean;
  retryAfterSeconds?: number;
}): Promise<unknown> =>
  cloud.control.graph("addFault", {
    at: "part",
    method: "POST",
    path: "addKey$",
    times: 1,
    fault: { kind: "status", ...fault },
  });

// Each test has its own application, so tests can run at the same time.
const beside = { concurrency: true };

describe("a new version of the certificate", beside, () => {
  it("is registered with the old key's signature and no permission, and its key id is recorded", async () => {
    const rig = await openRig({ roles: [] });
    const made = await rig.make();
    assert.equal((await rig.roll()).state, "again", "Entra has to accept it first");
    const registered = await rig.registered();
    assert.equal(registered.length, 2);
    assert.equal(registered[1], made.thumbprint);
    assert.equal(rolledEvents(rig).length, 0);
    assert.deepEqual(await rig.roll(), { state: "done" });
    const record = rig.records().find(({ version }) => version === made.version);
    const keys = await cloud.control.listCertificates({ appId: rig.appId });
    assert.equal(record?.keyId, keys[1]?.keyId);
    assert.deepEqual(
      rolledEvents(rig).map((event) => "keyId" in event && event.keyId),
      [record?.keyId],
    );
  });

  it("is used at once after it was accepted, although it was refused before", async () => {
    const rig = await openRig();
    const made = await rig.make();
    await rig.rollThrough();
    await rig.identity.forceRefresh(cloud.home.tenantId, "https://graph.microsoft.com");
    const last = rig.events.findLast(({ event }) => event === "token.acquired");
    const sha256 = new X509Certificate(made.certificatePem).fingerprint256.replaceAll(":", "");
    assert.ok(last?.event === "token.acquired");
    assert.equal(last.thumbprint, sha256);
  });

  it("is registered with a proof as in Graph's documentation, valid for ten minutes", async () => {
    const rig = await openRig();
    const { certificate } = rig.ports;
    const [version] = (await certificate?.look()) ?? [];
    const proof = (await certificate?.sign(version?.version ?? "", { iss: "object id" })) ?? "";
    const { x5t, ...header } = decodeProtectedHeader(proof);
    assert.deepEqual(header, { alg: "RS256", typ: "JWT" });
    assert.equal(
      Buffer.from(x5t ?? "", "base64url")
        .toString("hex")
        .toUpperCase(),
      version?.thumbprints.sha1,
    );
    const { iat = 0, nbf, exp, iss } = decodeJwt(proof);
    assert.deepEqual([nbf, exp, iss], [iat, iat + 600, "object id"]);
  });

  it("is waited for up to ten minutes after its event if the vault does not show it yet", async () => {
    const rig = await openRig();
    const version = "0".repeat(32);
    const result = await rig.roll({ version, atMs: Date.now() });
    assert.ok(result.state === "again" && result.delaySeconds <= 30);
    assert.match(result.reason, /does not show version 0{32} yet/);
    assert.deepEqual(await rig.roll({ version, atMs: Date.now() - 600_000 }), { state: "done" });
    const { version: made } = await rig.make();
    assert.match(JSON.stringify(await rig.roll({ version: made, atMs: Date.now() })), /accept/);
  });

  it("is not reported as a roll-over if it is the first, registered by a person", async () => {
    const rig = await openRig();
    assert.deepEqual(await rig.roll(), { state: "done" });
    assert.equal(rig.records().length, 1);
    assert.deepEqual(rolledEvents(rig), []);
  });

  it("is registered with keys that stay in the vault and sign there", async () => {
    const rig = await openRig({ roles: [], isInside: true });
    const [first] = await rig.registered();
    const second = await rig.make();
    await rig.rollThrough();
    assert.deepEqual(await rig.registered(), [first, second.thumbprint]);
    const third = await rig.make();
    await rig.rollThrough();
    rig.pass(49);
    await rig.rollThrough();
    assert.deepEqual(await rig.registered(), [first, third.thumbprint]);
  });

  it("is registered once by two deliveries at the same time", async () => {
    const rig = await openRig();
    const other = rig.restart();
    for (const registered of [2, 3, 4]) {
      await rig.make();
      const results = await Promise.allSettled([rig.roll(), other.roll(), rig.roll()]);
      for (const result of results) {
        // The second delivery lost the record, and is delivered again.
        if (result.status === "rejected") {
          assert.ok(result.reason instanceof OperatorError);
          assert.equal(result.reason.code, "LEASE_LOST");
        }
      }
      await rig.rollThrough();
      await other.rollThrough();
      assert.equal((await rig.registered()).length, registered);
    }
  });

  it("is not changed by the same event delivered again", async () => {
    const rig = await openRig();
    await rig.make();
    await rig.rollThrough();
    await rig.rollThrough();
    await rig.restart().rollThrough();
    assert.equal((await rig.registered()).length, 2);
    assert.equal(rolledEvents(rig).length, 1);
  });
});

describe("a key that Entra does not accept at once", () => {
  afterEach(() => cloud.control.reset());

  it("is waited for by putting the message back", async () => {
    const rig = await openRig();
    await sleep(1_000);
    await rig.make();
    await cloud.control.configure({ login: { keyReplicationSeconds: 1 } });
    for (let times = 0; times < 3; times++) assert.equal((await rig.roll()).state, "again");
    const result = await rig.roll();
    assert.ok(result.state === "again" && result.delaySeconds >= 5 && result.delaySeconds <= 300);
    assert.equal((await rig.registered()).length, 2, "it is registered once");
    await sleep(1_000);
    assert.equal((await rig.roll()).state, "done");
    assert.equal(rolledEvents(rig).length, 1);
  });

  it("and not within an hour is reported to a person", async () => {
    const rig = await openRig();
    await sleep(1_000);
    await rig.make();
    await cloud.control.configure({ login: { keyReplicationSeconds: 1 } });
    await rig.roll();
    rig.pass(1.1);
    assert.equal((await rig.roll()).state, "done");
    assert.match(said(rig), /\[CERTIFICATE_NOT_REGISTERED\].*still refuses.*--register-key/);
    assert.ok(rig.events.some(({ event }) => event === "certificate.unregistered"));
  });
});

describe("a roll that is interrupted", () => {
  afterEach(() => cloud.control.reset());

  it("after addKey took effect and before its answer is not repeated", async () => {
    const rig = await openRig();
    await rig.make();
    await rig.identity.get(cloud.home.tenantId, "https://graph.microsoft.com");
    const lose = { service: "graph", path: "$batch", effect: { kind: "lose-answer" } } as const;
    await cloud.control.inject({ ...lose, times: 1 });
    await assert.rejects(rig.roll(), { code: "GRAPH_ANSWER_LOST", disposition: "retry" });
    assert.equal((await rig.registered()).length, 2);
    await rig.restart().rollThrough();
    assert.equal((await rig.registered()).length, 2);
    const [newest] = rig.records().toSorted((a, b) => (a.expiresAt < b.expiresAt ? 1 : -1));
    assert.ok(newest?.acceptedAt !== undefined);
  });

  it("by a 503 after addKey took effect is not repeated either", async () => {
    const rig = await openRig();
    await rig.make();
    await refuseAddKey({ status: 503, committed: true });
    await assert.rejects(rig.roll(), { code: "GRAPH_ANSWER_LOST", disposition: "retry" });
    await rig.restart().rollThrough();
    assert.equal((await rig.registered()).length, 2);
    assert.equal(rolledEvents(rig).length, 0);
  });

  it("by a 429 continues after its Retry-After", async () => {
    const rig = await openRig();
    await rig.make();
    await refuseAddKey({ status: 429, retryAfterSeconds: 30 });
    await assert.rejects(rig.roll(), (error) => {
      assert.ok(error instanceof OperatorError && error.code === "GRAPH_UNAVAILABLE");
      assert.equal(error.disposition, "retry");
      assert.ok((error.retryAfterMs ?? 0) >= 1_000);
      return true;
    });
    await rig.rollThrough();
    assert.equal((await rig.registered()).length, 2);
  });

  it("before addKey was sent is repeated when it can no longer be under way", async () => {
    const rig = await openRig();
    const made = await rig.make();
    let writes = 0;
    rig.runner.before = () => {
      // Records the signing version and the claim; then the process dies.
      if (++writes > 2) throw new Error("killed");
    };
    await cloud.control.inject({
      service: "graph",
      path: "$batch",
      times: 1,
      effect: { kind: "reset" },
    });
    await assert.rejects(rig.roll());
    rig.runner.before = () => undefined;
    assert.deepEqual((await rig.registered()).includes(made.thumbprint), false);
    const again = await rig.restart().roll();
    assert.ok(again.state === "again" && /under way/.test(again.reason));
    rig.pass(0.2);
    await rig.restart().rollThrough();
    assert.equal((await rig.registered()).length, 2);
  });

  it("between answer and record lets the key expire, or finds its id if it may read", async () => {
    for (const roles of [["User.Read.All"], ["Application.Read.All"]]) {
      const rig = await openRig({ roles });
      const made = await rig.make();
      let writes = 0;
      rig.runner.before = () => {
        if (++writes === 3) throw new Error("killed");
      };
      await assert.rejects(rig.roll(), /killed/);
      rig.runner.before = () => undefined;
      const next = rig.restart();
      await next.rollThrough();
      assert.equal((await next.registered()).length, 2);
      const record = next.records().find(({ version }) => version === made.version);
      assert.equal(record?.keyId !== null, roles[0] === "Application.Read.All");
      assert.equal(rolledEvents(next).length, 1);
    }
  });
});
