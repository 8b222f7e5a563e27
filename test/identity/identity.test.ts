import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate } from "node:timers/promises";

import { clouds } from "../../shared/core/clouds.ts";
import { createIdentity } from "../../shared/identity/identity.ts";
import { createSimulatedClock } from "../core/simulated-clock.ts";

const TENANT = "11111111-2222-4333-8444-555555555555";
const GRAPH = "https://graph.microsoft.com";
const HR = "api://hr";

interface Played {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | object;
}

let count = 0;
const token = (more: object = {}): Played => ({
  body: { access_token: `t${++count}`, expires_in: 3600, token_type: "Bearer", ...more },
});
const refusal = (code: number, status: number, headers = {}): Played => ({
  status,
  headers,
  body: {
    error: "invalid_client",
    error_description: `AADSTS${code}: no`,
    error_codes: [code],
    correlation_id: "31111111-2222-4333-8444-555555555555",
  },
});

/** An identity with a client secret, whose token endpoint answers as the test says. */
function open(answer: () => Played | Promise<Played>, emit: () => void = () => undefined) {
  const clock = createSimulatedClock({ startMs: Date.now() });
  const asked: string[] = [];
  const identity = createIdentity({
    cloud: clouds.global,
    clientId: "21111111-2222-4333-8444-555555555555",
    credential: { kind: "client-secret", secret: "secret", allowed: true },
    allowedTenants: [TENANT],
    allowedResources: [GRAPH, HR],
    clock,
    random: () => 0.5,
    emit,
    fetch: async (_, init) => {
      const sent = typeof init.body === "string" ? init.body : "";
      asked.push(new URLSearchParams(sent).get("scope")?.split(" ", 1)[0] ?? "");
      const { status = 200, headers = {}, body } = await answer();
      const text = typeof body === "string" ? body : JSON.stringify(body);
      return new Response(text, { status, headers });
    },
  });
  return { clock, identity, asked };
}

describe("a Retry-After of the sign-in service", () => {
  it("holds for every resource of the application", async () => {
    let answer = refusal(90055, 429, { "retry-after": "60" });
    const { identity, asked, clock } = open(() => answer);
    await assert.rejects(identity.get(TENANT, GRAPH), { retryAfterMs: 60_000 });
    await assert.rejects(identity.get(TENANT, HR), {
      code: "TOKEN_UNREACHABLE",
      retryAfterMs: 60_000,
    });
    await assert.rejects(identity.forceRefresh(TENANT, HR), { code: "TOKEN_UNREACHABLE" });
    assert.deepEqual(asked, [`${GRAPH}/.default`]);
    answer = token();
    await clock.jump(60_000);
    await identity.get(TENANT, HR);
    assert.equal(asked.length, 2);
  });

  it("does not keep a held token from its callers", async () => {
    let answer = token();
    const { identity } = open(() => answer);
    const held = await identity.get(TENANT, GRAPH);
    answer = refusal(90055, 429, { "retry-after": "60" });
    await assert.rejects(identity.get(TENANT, HR));
    assert.equal(await identity.get(TENANT, GRAPH), held);
  });
});

const never = (): Promise<Played> => new Promise(() => undefined);

describe("a caller", () => {
  it("waits 45 s at most, although nothing answers", async () => {
    const { identity, clock } = open(never);
    const startMs = clock.monotonic();
    await assert.rejects(clock.run(identity.get(TENANT, GRAPH)), {
      code: "TOKEN_UNREACHABLE",
      disposition: "retry",
    });
    assert.ok(clock.monotonic() - startMs <= 45_000);
  });

  it("can stop waiting, while others get the token", async () => {
    const gate = new AbortController();
    const { identity, asked } = open(async () => {
      while (!gate.signal.aborted) await setImmediate();
      return token();
    });
    const stop = new AbortController();
    const impatient = identity.get(TENANT, GRAPH, { signal: stop.signal });
    const patient = identity.for(GRAPH)();
    stop.abort(new Error("enough"));
    await assert.rejects(impatient, { message: "enough" });
    gate.abort();
    assert.match((await patient).token, /^t\d+$/);
    assert.equal(asked.length, 1);
    await assert.rejects(identity.get(TENANT, GRAPH, { signal: stop.signal }));
  });
});

describe("an answer of the token endpoint", () => {
  it("gives a token that callers cannot change", async () => {
    const { identity } = open(() => token());
    const held = await identity.get(TENANT, GRAPH);
    assert.ok(Object.isFrozen(held) && Object.isFrozen(held.roles));
  });

  for (const [what, life] of [
    ["no lifetime", { expires_in: undefined }],
    ["a lifetime that is no number", { expires_in: "soon" }],
    ["a lifetime of zero", { expires_in: 0 }],
  ] as const) {
    it(`with ${what} is an error that is retried`, async () => {
      const { identity } = open(() => token(life));
      await assert.rejects(identity.get(TENANT, GRAPH), {
        code: "TOKEN_UNREACHABLE",
        disposition: "retry",
      });
    });
  }

  it("gives a token although telemetry throws", async () => {
    const { identity } = open(token, () => {
      throw new Error("no telemetry");
    });
    assert.match((await identity.get(TENANT, GRAPH)).token, /^t\d+$/);
  });

  it("is a refusal with its own code although telemetry throws", async () => {
    const { identity } = open(
      () => refusal(7000215, 401),
      () => {
        throw new Error("no telemetry");
      },
    );
    await assert.rejects(identity.get(TENANT, GRAPH), { code: "TOKEN_REFUSED" });
  });
});
