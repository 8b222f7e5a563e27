import assert from "node:assert/strict";
import { after, describe, it } from "node:test";

import { systemClock } from "../../shared/core/clock.ts";
import type { GraphRequest } from "../../shared/core/graph-request.ts";
import type { PostResult } from "../../shared/graph/types.ts";
import {
  batchOf,
  graphOf,
  type GraphServer,
  type Reply,
  startGraphServer,
  TENANT,
} from "./graph-server.ts";

const reads: GraphRequest[] = [
  { method: "GET", url: "/users/a" },
  { method: "GET", url: "/users/b" },
];
const servers: GraphServer[] = [];
after(() => servers.forEach((server) => server.close()));

async function postTo(reply: Reply, timeoutMs = 5000) {
  const server = await startGraphServer(() => reply);
  servers.push(server);
  const graph = graphOf(server, { timeoutMs });
  return { graph, server, result: await graph.post(reads) };
}

const getLateToken = () => systemClock.sleep(300).then(() => ({ token: "late" }));

function freezeForToken() {
  const thawed = performance.now() + 150;
  while (performance.now() < thawed);
  return Promise.resolve({ token: "old" });
}

const envelopeError = { error: { code: "TooManyRequests", message: "Please retry again later." } };

const outcomes: { when: string; reply: Reply; is: Partial<PostResult>; says?: RegExp }[] = [
  {
    when: "the envelope is throttled",
    reply: { status: 429, headers: { "retry-after": "0.249" }, json: envelopeError },
    is: { kind: "not-taken", status: 429, retryAfterMs: 249 },
  },
  {
    when: "Graph cannot parse the envelope",
    reply: { status: 400, json: { error: { code: "BadRequest", message: "too many" } } },
    is: { kind: "not-taken", status: 400, error: { code: "BadRequest", message: "too many" } },
  },
  {
    when: "a proxy forbids it in HTML",
    reply: { status: 403, text: "<html><title>Blocked</title></html>" },
    is: { kind: "not-taken", status: 403 },
  },
  {
    when: "Graph is unavailable",
    reply: { status: 503, headers: { "retry-after": "3" }, json: envelopeError },
    is: { kind: "lost", status: 503, retryAfterMs: 3000 },
    says: /status 503.*request-1/,
  },
  {
    when: "a gateway fails",
    reply: { status: 502, text: "<html>" },
    is: { kind: "lost", status: 502 },
  },
  { when: "a gateway times out", reply: { status: 504 }, is: { kind: "lost", status: 504 } },
  { when: "the request was cut off", reply: { status: 408 }, is: { kind: "lost", status: 408 } },
  {
    when: "the body is HTML under a 200",
    reply: { text: "<html><title>Sign in</title></html>" },
    is: { kind: "lost", status: 200 },
  },
  {
    when: "the body is cut off under a 200",
    reply: { text: '{"responses":[{"id":"r1","status":200},{"id":"r2","sta' },
    is: { kind: "lost" },
  },
  {
    when: "it is redirected",
    reply: { status: 302, headers: { location: "/" } },
    is: { kind: "lost" },
  },
  {
    when: "the connection is reset",
    reply: (response) => void response.socket?.resetAndDestroy(),
    is: { kind: "lost" },
    says: /ECONNRESET.*client-request-id [0-9a-f-]{36}/,
  },
  {
    when: "the connection ends inside the body",
    reply: (response) => {
      response.writeHead(200, { "content-length": "1000" }).write('{"responses":[');
      setTimeout(() => response.destroy(), 20);
    },
    is: { kind: "lost" },
    says: /ECONNRESET|aborted/,
  },
];

describe("a $batch post", () => {
  for (const { when, reply, is, says } of outcomes) {
    it(`is ${is.kind} when ${when}`, async () => {
      const { result } = await postTo(reply);
      for (const [name, value] of Object.entries(is)) {
        assert.deepEqual(result[name as keyof PostResult], value, name);
      }
      if (says) assert.match(result.kind === "lost" ? result.reason : "", says);
    });
  }

  for (const [when, reply] of [
    ["before the answer", () => undefined],
    [
      "inside the body",
      (response) => void response.writeHead(200, { "content-length": "99" }).write("{"),
    ],
  ] as const satisfies [string, Reply][]) {
    it(`is lost when its time ends ${when}`, async () => {
      const started = performance.now();
      const { result } = await postTo(reply, 800);
      assert.match(result.kind === "lost" ? result.reason : result.kind, /within 0\.[78]\d* s/);
      const tookMs = performance.now() - started;
      assert.ok(tookMs >= 799 && tookMs < 20_000, `${tookMs}`);
    });
  }

  it("is lost when its time ends although the wall clock was set back meanwhile", async () => {
    const server = await startGraphServer(() => () => undefined);
    servers.push(server);
    let backMs = 0;
    const clock = { ...systemClock, now: () => systemClock.now() - backMs };
    const getToken = () => {
      backMs = 3_600_000;
      return Promise.resolve({ token: "held" });
    };
    const post = graphOf(server, { clock, getToken, timeoutMs: 800 }).post(reads);
    const late = new Promise<{ kind: string }>((resolve) => {
      setTimeout(resolve, 20_000, { kind: "still waited for" }).unref();
    });
    assert.equal((await Promise.race([post, late])).kind, "lost");
  });

  it("is lost when the connection is refused", async () => {
    const server = await startGraphServer(() => ({}));
    server.close();
    const result = await graphOf(server).post(reads);
    assert.match(result.kind === "lost" ? result.reason : "", /ECONNREFUSED/);
  });

  it("is answered in the order of its requests, with a left-out part in doubt", async () => {
    const server = await startGraphServer((call) =>
      batchOf(call, ({ url }) => (url === "/users/a" ? undefined : { status: 204 })),
    );
    servers.push(server);
    const result = await graphOf(server).post(reads);
    assert.ok(result.kind === "answered");
    assert.equal(result.parts[0], undefined);
    assert.equal(result.parts[1]?.requestId, "request-1/r2");
    const [call] = server.calls;
    assert.equal(call?.method, "POST");
    assert.equal(call.path, "/v1.0/$batch");
    assert.equal(call.headers["content-type"], "application/json");
    assert.match(String(call.headers["client-request-id"]), /^[0-9a-f-]{36}$/);
  });

  it("trusts the parts whatever the envelope's status", async () => {
    const { result } = await postTo({
      status: 424,
      json: { responses: [{ id: "r1", status: 429, body: envelopeError }] },
    });
    assert.equal(result.kind, "answered");
  });

  it("emits one event for the throttled parts, with the longest wait", async () => {
    const server = await startGraphServer((call) =>
      batchOf(call, ({ id }) => ({
        status: 429,
        headers: {
          "Retry-After": id === "r1" ? "1" : "2.5",
          "x-ms-throttle-scope": "Tenant_Application/Write/app/tenant",
        },
      })),
    );
    servers.push(server);
    const graph = graphOf(server);
    await graph.post(reads);
    assert.deepEqual(graph.events, [
      {
        event: "graph.throttled",
        tenant: TENANT,
        scope: "part",
        parts: 2,
        retryAfterMs: 2500,
        throttleScope: "Tenant_Application/Write/app/tenant",
      },
    ]);
  });

  it("emits an event for a throttled envelope, with at least the floor as wait", async () => {
    const { graph } = await postTo({ status: 429 });
    assert.deepEqual(graph.events, [
      { event: "graph.throttled", tenant: TENANT, scope: "batch", retryAfterMs: 2 },
    ]);
  });

  it("is not sent when its time, counted from the intent, is over", async () => {
    const server = await startGraphServer(() => ({}));
    servers.push(server);
    const intentAtMs = systemClock.now() - 5001;
    await assert.rejects(graphOf(server).post(reads, { intentAtMs }), {
      code: "GRAPH_UNAVAILABLE",
      disposition: "retry",
    });
    assert.equal(server.calls.length, 0);
  });

  it("is not sent when the token comes after its time", async () => {
    const server = await startGraphServer(() => ({}));
    servers.push(server);
    await assert.rejects(graphOf(server, { getToken: getLateToken, timeoutMs: 100 }).post(reads), {
      code: "GRAPH_UNAVAILABLE",
    });
    await systemClock.sleep(300);
    assert.equal(server.calls.length, 0);
  });

  it("is not sent by a process that was frozen until its time was over", async () => {
    const server = await startGraphServer(() => ({}));
    servers.push(server);
    const frozen = { getToken: freezeForToken, timeoutMs: 100 };
    await assert.rejects(graphOf(server, frozen).post(reads), {
      code: "GRAPH_UNAVAILABLE",
    });
    assert.equal(server.calls.length, 0);
  });
});
