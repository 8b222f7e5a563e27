import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";

import { runClient } from "../clients/run-client.ts";
import type { FaultEffect } from "../cloud-control.ts";
import type { LocalCloud } from "../local-cloud.ts";
import { startCloud } from "../start-cloud.ts";

interface Answer {
  readonly status?: number;
  readonly error?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function outcomesOfSeedFive(): Promise<unknown> {
  const one = await startCloud({ storage: false, latency: false, seed: 5 });
  await one.control.inject({
    service: "login",
    probability: 0.5,
    effect: { kind: "status", status: 500 },
  });
  const url = `https://login.microsoftonline.com/common/discovery/keys`;
  const requests = Array.from({ length: 12 }, () => ({ url }));
  const answers = await runClient<Answer[]>(one, "fetch", { requests });
  await one.close();
  return answers.map((answer) => answer.status);
}

describe("a fault", () => {
  let cloud: LocalCloud;
  before(async () => {
    cloud = await startCloud({ storage: false, latency: false, speed: 10 });
  });
  after(() => cloud.close());
  afterEach(() => cloud.control.reset());

  const tokenRequest = (timeoutMs = 20_000): object => ({
    url: `https://login.microsoftonline.com/${cloud.home.tenantId}/oauth2/v2.0/token`,
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    timeoutMs,
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: cloud.tools.clientId,
      client_secret: cloud.tools.clientSecret,
      scope: "https://graph.microsoft.com/.default",
    }).toString(),
  });
  const askTwice = (effect: FaultEffect): Promise<Answer[]> =>
    cloud.control.inject({ service: "login", path: "/token", times: 1, effect }).then(() =>
      runClient<Answer[]>(cloud, "fetch", {
        // Only a hang needs a short time limit; a loaded machine may need seconds for any other answer.
        requests: [tokenRequest(effect.kind === "hang" ? 2_000 : undefined), tokenRequest()],
      }),
    );

  const effects: readonly {
    effect: FaultEffect;
    seen: (answer: Answer) => unknown;
    is: unknown;
  }[] = [
    {
      effect: { kind: "status", status: 503, headers: { "Retry-After": "7" } },
      seen: ({ status, headers }) => [status, headers?.["retry-after"]],
      is: [503, "7"],
    },
    {
      effect: { kind: "throttle", retryAfterSeconds: 60 },
      seen: ({ status, body, headers }) => [status, body, headers?.["retry-after"]],
      // 60 s at speed 10
      is: [429, "Too Many Requests", "6"],
    },
    {
      effect: { kind: "html" },
      seen: ({ status, body }) => [status, body?.startsWith("<html>")],
      is: [502, true],
    },
    {
      effect: { kind: "refusal", code: 90_033 },
      seen: ({ status, body }) => [status, body?.includes("AADSTS90033")],
      is: [503, true],
    },
    { effect: { kind: "reset" }, seen: ({ error }) => error, is: "ECONNRESET" },
    { effect: { kind: "lose-answer" }, seen: ({ error }) => error, is: "ECONNRESET" },
    { effect: { kind: "truncate", bytes: 20 }, seen: ({ error }) => error, is: "UND_ERR_SOCKET" },
    { effect: { kind: "hang" }, seen: ({ error }) => error, is: "TimeoutError" },
    { effect: { kind: "delay", ms: 50 }, seen: ({ status }) => status, is: 200 },
  ];
  for (const { effect, seen, is } of effects)
    it(`of kind ${effect.kind} applies to one request and is used up`, async () => {
      const [first, second] = await askTwice(effect);
      assert.deepEqual(seen(first ?? {}), is, JSON.stringify(first));
      assert.equal(second?.status, 200);
    });

  it("that loses the answer lets the request take effect", async () => {
    await askTwice({ kind: "lose-answer" });
    const { login } = await cloud.control.counters();
    assert.deepEqual([login.byOperation["token"], login.byStatus["reset"]], [2, 1]);
  });

  it("applies to matching requests only", async () => {
    const effect: FaultEffect = { kind: "status", status: 500 };
    await cloud.control.inject({ service: "vault", effect });
    await cloud.control.inject({ service: "login", method: "GET", effect });
    await cloud.control.inject({ service: "login", path: "/nowhere", effect });
    const [answer] = await runClient<Answer[]>(cloud, "fetch", { requests: [tokenRequest()] });
    assert.equal(answer?.status, 200);
  });

  it("with a probability hits the same requests for the same seed", async () => {
    const [first, second] = [await outcomesOfSeedFive(), await outcomesOfSeedFive()];
    assert.deepEqual(first, second);
    assert.deepEqual(new Set(first as number[]), new Set([200, 500]));
  });
});
