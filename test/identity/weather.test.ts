import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import type { FaultEffect } from "../cloud/cloud-control.ts";
import type { LocalCloud } from "../cloud/local-cloud.ts";
import { startCloud } from "../cloud/start-cloud.ts";
import { type Worker, startWorker } from "./start-worker.ts";

let cloud: LocalCloud;
let current: Worker | undefined;
before(async () => {
  cloud = await startCloud({ storage: false, latency: false });
});
afterEach(() => cloud.control.reset());
after(() => cloud.close());

/** A process for one test, or for all of one `describe`. */
async function open(settings: Readonly<Record<string, string>> = {}): Promise<Worker> {
  await close();
  current = await startWorker(cloud, settings);
  return current;
}
async function close(): Promise<void> {
  await current?.stop();
  current = undefined;
}
after(close);

const HOUR = 3_600_000;
const injecting = (effect: FaultEffect, times?: number) =>
  cloud.control.inject({ service: "login", path: "/token", effect, ...(times && { times }) });

describe("while a valid token is held, no caller notices if Entra", () => {
  const table: { what: string; effect: FaultEffect }[] = [
    { what: "answers 503", effect: { kind: "status", status: 503 } },
    { what: "throttles in plain text", effect: { kind: "throttle", retryAfterSeconds: 600 } },
    { what: "resets connections", effect: { kind: "reset" } },
    { what: "is behind a proxy that answers in HTML", effect: { kind: "html" } },
    { what: "breaks its answers off", effect: { kind: "truncate", bytes: 40 } },
    { what: "does not answer", effect: { kind: "hang" } },
  ];
  let worker: Worker;
  before(async () => {
    worker = await open();
  });
  for (const { what, effect } of table) {
    it(what, async () => {
      await cloud.control.configure({ login: { tokenLifetimeSeconds: 3600 } });
      const { tenantId: tenant } = cloud.home;
      const home = { tenant, resource: "https://graph.microsoft.com" };
      await worker.ask({ do: "forget" });
      const { tokens: fresh } = await worker.ask({ do: "force", ...home });
      const held = fresh[0]?.token;
      assert.ok(held);
      await injecting(effect);
      // After half its life the token is due until it expires.
      await worker.ask({ do: "move-on", ms: 0.7 * HOUR });
      const { failures, tokens } = await worker.ask({
        do: "load",
        ...home,
        everyMs: 2,
        forMs: 400,
      });
      assert.deepEqual(failures, []);
      assert.deepEqual(new Set(tokens.map(({ token }) => token)), new Set([held]));
      const { login } = await cloud.control.counters();
      assert.ok(login.requests > 1, "the token was due, and Entra was asked");
      await worker.ask({ do: "move-on", ms: 0.25 * HOUR });
      const last = await worker.get();
      assert.deepEqual(last.failures, []);
      assert.equal(last.tokens[0]?.token, held);
    });
  }
});

describe("a cold caller", () => {
  it("is served after two transient faults", async () => {
    const worker = await open();
    await injecting({ kind: "reset" }, 1);
    await injecting({ kind: "status", status: 503 }, 1);
    const { tokens, failures } = await worker.get();
    assert.deepEqual(failures, []);
    assert.equal(tokens.length, 1);
  });

  it("is told the Retry-After of Entra, which gets no request until then", async () => {
    const worker = await open();
    await injecting({ kind: "throttle", retryAfterSeconds: 600 });
    await worker.get();
    const { failures } = await worker.get();
    const [failure] = failures;
    assert.equal(failure?.code, "TOKEN_UNREACHABLE");
    assert.equal(failure?.disposition, "retry");
    // The cloud divides the seconds by its speed, 10.
    assert.ok((failure?.retryAfterMs ?? 0) > 50_000 && (failure?.retryAfterMs ?? 0) <= 60_000);
    const { login } = await cloud.control.counters();
    assert.equal(login.requests, 1);
  });

  it("is served by the next request once Entra is back, because MSAL's throttle cache is never armed", async () => {
    const worker = await open();
    await injecting({ kind: "status", status: 503, headers: { "Retry-After": "1" } }, 3);
    assert.equal((await worker.get()).failures[0]?.code, "TOKEN_UNREACHABLE");
    await sleep(1_500);
    assert.equal((await worker.get()).tokens.length, 1);
  });
});

describe("a machine whose clock is wrong", () => {
  for (const [how, offsetMs] of [
    ["20 minutes ahead", 20 * 60_000],
    ["a day behind", -24 * HOUR],
    ["400 days behind, before its certificate is valid", -400 * 24 * HOUR],
  ] as const) {
    it(`by ${how} signs in after the first refusal told the time`, async () => {
      const worker = await open({ CLOCK_OFFSET_MS: String(offsetMs) });
      const { tokens, failures } = await worker.get();
      assert.deepEqual(failures, []);
      assert.equal(tokens.length, 1);
      const { login } = await cloud.control.counters();
      assert.equal(login.byOperation["token"], 2);
      const { tenantId: tenant } = cloud.home;
      await worker.ask({ do: "force", tenant, resource: "https://graph.microsoft.com" });
      const { login: later } = await cloud.control.counters();
      assert.equal(later.byOperation["token"], 3, "and the next assertion is right at once");
    });
  }
});

describe("one wrong Date header", () => {
  const aYearAhead = new Date(Date.now() + 365 * 24 * HOUR).toUTCString();
  const refused = {
    error: "temporarily_unavailable",
    error_description: "AADSTS90033: A transient error has occurred.",
    error_codes: [90033],
    correlation_id: "31111111-2222-4333-8444-555555555555",
  };
  for (const [whose, body] of [
    ["a proxy", "<html>Bad gateway</html>"],
    ["Entra", JSON.stringify(refused)],
  ] as const) {
    it(`of ${whose} does not put the certificate out of force`, async () => {
      const worker = await open();
      await injecting({ kind: "status", status: 400, body, headers: { Date: aYearAhead } }, 1);
      assert.equal((await worker.get()).failures[0]?.code, "TOKEN_UNREACHABLE");
      await sleep(1_500);
      const { tokens, failures } = await worker.get();
      assert.deepEqual(failures, []);
      assert.equal(tokens.length, 1);
      const { login } = await cloud.control.counters();
      assert.equal(login.byOperation["token"], 1, "the first assertion was right");
    });
  }

  it("that was believed does not disable the instance: Entra is asked, and corrects the clock", async () => {
    const worker = await open();
    await injecting({
      kind: "status",
      status: 401,
      body: JSON.stringify({ ...refused, error_codes: [700024] }),
      headers: { Date: aYearAhead },
    });
    assert.equal((await worker.get()).tokens.length, 0);
    await cloud.control.clearFaults({});
    await sleep(1_500);
    const { tokens, failures } = await worker.get();
    assert.deepEqual(failures, []);
    assert.equal(tokens.length, 1);
  });
});

describe("on the way to the certificate", () => {
  it("transient faults of vault and identity are retried", async () => {
    const worker = await open();
    const vault = (effect: FaultEffect) =>
      cloud.control.inject({ service: "vault", path: "/secrets/", times: 1, effect });
    await vault({ kind: "throttle", retryAfterSeconds: 10 });
    await vault({ kind: "status", status: 503 });
    const effect = { kind: "throttle", retryAfterSeconds: 10 } as const;
    await cloud.control.inject({ service: "identity", times: 2, effect });
    const { tokens, failures } = await worker.get({ callers: 100 });
    assert.deepEqual(failures, []);
    assert.equal(tokens.length, 100);
  });

  it("a vault's Retry-After of minutes is not waited for, but told, and the vault gets no request", async () => {
    const worker = await open();
    // The cloud divides the seconds by its speed, 10.
    const effect = { kind: "throttle", retryAfterSeconds: 1_200 } as const;
    await cloud.control.inject({ service: "vault", path: "/secrets/", effect });
    const startMs = Date.now();
    const { failures } = await worker.get({ callers: 10 });
    assert.ok(Date.now() - startMs < 20_000, "nobody waits for two minutes");
    assert.deepEqual(new Set(failures.map(({ code }) => code)), new Set(["VAULT_UNREACHABLE"]));
    const waitMs = failures[0]?.retryAfterMs ?? 0;
    assert.ok(waitMs > 90_000 && waitMs <= 120_000, `${waitMs}`);
    await cloud.control.resetCounters();
    await worker.get({ resource: "https://database.windows.net" });
    const again = await worker.get();
    assert.equal(again.failures[0]?.code, "VAULT_UNREACHABLE");
    const { vault } = await cloud.control.counters();
    assert.equal(vault.requests, 0);
  });

  it("a vault that refuses the held token gets a new one of the managed identity", async () => {
    const worker = await open();
    assert.deepEqual((await worker.get()).failures, []);
    await cloud.control.resetCounters();
    const effect = { kind: "status", status: 401 } as const;
    await cloud.control.inject({ service: "vault", path: "/secrets/", times: 1, effect });
    const { failures, events } = await worker.ask({ do: "reread" });
    assert.deepEqual([failures, events], [[], []]);
    const { identity } = await cloud.control.counters();
    assert.equal(identity.requests, 1);
  });

  it("a vault that hangs for ever keeps a caller for 45 s at most", async () => {
    const worker = await open();
    await cloud.control.inject({ service: "vault", path: "/secrets/", effect: { kind: "hang" } });
    const startMs = Date.now();
    const { failures } = await worker.get({ callers: 10 });
    assert.ok(Date.now() - startMs < 50_000);
    assert.equal(failures.length, 10);
    assert.equal(failures[0]?.disposition, "retry");
  });

  // The SDK's own check accepts the second one, since the vault's host ends with it.
  for (const resource of ["https://storage.azure.com", "https://azure.net"]) {
    it(`a vault that asks for a token of ${resource} gets none`, async () => {
      const worker = await open();
      const challenge = `Bearer authorization="https://login.microsoftonline.com/${cloud.home.tenantId}", resource="${resource}"`;
      const headers = { "WWW-Authenticate": challenge };
      await cloud.control.inject({
        service: "vault",
        effect: { kind: "status", status: 401, headers },
      });
      const { failures } = await worker.get();
      assert.equal(failures[0]?.code, "VAULT_REFUSED");
      assert.match(failures[0]?.message ?? "", /token of another resource\. None was sent/);
      const { identity } = await cloud.control.counters();
      assert.equal(identity.requests, 0, "no token was fetched for it");
    });
  }

  it("a refusal by the vault names the missing role", async () => {
    const { vaultName: vault, managedIdentity } = cloud.home;
    const right = {
      vault,
      principalId: managedIdentity.principalId,
      role: "Key Vault Secrets User",
    } as const;
    await cloud.control.removeVaultRole(right);
    const worker = await open();
    const { failures, events } = await worker.get();
    await cloud.control.assignVaultRole(right);
    assert.equal(failures[0]?.code, "VAULT_REFUSED");
    assert.match(failures[0]?.message ?? "", /ForbiddenByRbac.*"Key Vault Secrets User"/);
    assert.ok(events.some((event) => event.event === "vault.refused" && event.status === 403));
  });

  it("a refusal by the vault's firewall says so", async () => {
    const body = JSON.stringify({
      error: { code: "Forbidden", innererror: { code: "ForbiddenByFirewall" } },
    });
    const headers = { "Content-Type": "application/json; charset=utf-8" };
    const effect = { kind: "status", status: 403, headers, body } as const;
    const worker = await open();
    await cloud.control.inject({ service: "vault", effect });
    const { failures } = await worker.get();
    assert.equal(failures[0]?.code, "VAULT_REFUSED");
    assert.match(failures[0]?.message ?? "", /ForbiddenByFirewall.*in the vault's firewall/);
  });

  it("an identity that is not assigned to the app is named", async () => {
    const nobody = "00000000-0000-4000-8000-00000000dead";
    const worker = await open({ MANAGED_IDENTITY_CLIENT_ID: nobody });
    const { failures } = await worker.get();
    assert.equal(failures[0]?.code, "IDENTITY_UNAVAILABLE");
    assert.equal(failures[0]?.disposition, "stop");
    assert.match(failures[0]?.message ?? "", /MANAGED_IDENTITY_CLIENT_ID/);
  });
});
