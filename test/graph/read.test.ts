import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";

import fc from "fast-check";

import { type Clock, systemClock } from "../../shared/core/clock.ts";
import { OperatorError } from "../../shared/core/errors.ts";
import type { GraphRead } from "../../shared/core/graph-request.ts";
import { seededRandom } from "../core/seeded-random.ts";
import { type Call, batchOf, graphOf, type GraphServer, startGraphServer } from "./graph-server.ts";

const readsOf = (count: number): GraphRead[] =>
  Array.from({ length: count }, (_, index) => ({
    method: "GET",
    url: `/users/${index}?$select=id`,
  }));

const numberOf = (url: string): number => Number(/\d+/.exec(url)?.[0]);
const found = (url: string) => ({ status: 200, body: { id: numberOf(url) } });

let server: GraphServer | undefined;
afterEach(() => server?.close());

/** Serves with `answer`; `visits` are the calls that held a url. */
async function serve(answer: Parameters<typeof startGraphServer>[0]) {
  server = await startGraphServer(answer);
  const visits = (url: string) =>
    server?.calls.filter(({ parts }) => parts.some((part) => part.url === url)) ?? [];
  return { server, visits };
}

describe("reading many things", () => {
  it("answers every read in order, although some are throttled, lost, late or left out", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 0, max: 130 }), async (seed, count) => {
        const random = seededRandom(seed);
        const trouble = (call: Call) => {
          const dice = random();
          if (dice < 0.05) return { status: 429, headers: { "retry-after": "0.01" } };
          if (dice < 0.1) return { status: 503 };
          if (dice < 0.13) return { text: '{"responses":[{"id"' };
          if (dice < 0.15) return (response: { destroy(): unknown }) => void response.destroy();
          return batchOf(call, ({ url }) => {
            const part = random();
            if (part < 0.05) return { status: 429, headers: { "Retry-After": "0.008" } };
            if (part < 0.1) return { status: 500 };
            if (part < 0.13) return undefined;
            return found(url);
          });
        };
        const own = await startGraphServer(async (call) => {
          await new Promise((resolve) => setTimeout(resolve, 3 * random()));
          return trouble(call);
        });
        try {
          const answers = await graphOf(own).readAll(readsOf(count));
          assert.deepEqual(
            answers.map(({ body }) => body),
            readsOf(count).map(({ url }) => ({ id: numberOf(url) })),
          );
          assert.ok(own.calls.every(({ parts }) => parts.length >= 1 && parts.length <= 20));
        } finally {
          own.close();
        }
      }),
      { numRuns: 15, endOnFailure: true },
    );
  });

  it("sends several posts at a time, and never more than eight", async () => {
    let [underWay, most] = [0, 0];
    await serve(async (call) => {
      most = Math.max(most, (underWay += 1));
      await new Promise((resolve) => setTimeout(resolve, 20));
      underWay -= 1;
      return batchOf(call, ({ url }) => found(url));
    });
    assert.ok(server);
    await graphOf(server).readAll(readsOf(600));
    assert.equal(most, 8);
    assert.equal(server.calls.length, 30);
  });

  it("repeats each part after its own Retry-After, and delays no other part", async () => {
    const { server: own, visits } = await serve((call, number) =>
      batchOf(call, ({ url }) => {
        if (number > 1) return found(url);
        if (url.startsWith("/users/0?")) return { status: 429, headers: { "Retry-After": "0.3" } };
        if (url.startsWith("/users/1?")) return { status: 429, headers: { "Retry-After": "0.05" } };
        return found(url);
      }),
    );
    await graphOf(own).readAll(readsOf(3));
    const [longer, shorter, fine] = readsOf(3).map(({ url }) => {
      const [first, second] = visits(url);
      return (second?.atMs ?? 0) - (first?.atMs ?? 0);
    });
    assert.ok(longer !== undefined && longer >= 299, `${longer}`);
    assert.ok(shorter !== undefined && shorter >= 49 && shorter < 250, `${shorter}`);
    assert.ok(fine !== undefined && fine < 0, "what was answered is not asked again");
  });

  it("returns 4xx answers as answers", async () => {
    const statuses = [404, 403, 400, 409, 410, 501];
    const { server: own } = await serve((call) =>
      batchOf(call, ({ url }) => ({
        status: statuses[numberOf(url)] ?? 0,
        body: { error: { code: "Request_ResourceNotFound", message: "m" } },
      })),
    );
    const answers = await graphOf(own).readAll(readsOf(statuses.length));
    assert.deepEqual(
      answers.map(({ status }) => status),
      statuses,
    );
    assert.equal(answers[0]?.error?.code, "Request_ResourceNotFound");
    assert.equal(own.calls.length, 1);
  });

  it("retries a part's 401 once, then returns it as the answer", async () => {
    const { server: own } = await serve((call) => batchOf(call, () => ({ status: 401 })));
    const [answer] = await graphOf(own).readAll(readsOf(1));
    assert.equal(answer?.status, 401);
    assert.equal(own.calls.length, 2);
  });

  it("fails with READ_INCOMPLETE when a read stays unanswered", async () => {
    const { server: own, visits } = await serve((call) =>
      batchOf(call, ({ url }) => (url.startsWith("/users/7?") ? { status: 503 } : found(url))),
    );
    await assert.rejects(graphOf(own).readAll(readsOf(40)), {
      code: "READ_INCOMPLETE",
      disposition: "retry",
      message: /8 attempts \(last: 503/,
    });
    assert.equal(visits("/users/7?$select=id").length, 8);
  });

  it("reads the others if the caller handles one that stays unanswered", async () => {
    const { server: own } = await serve((call) =>
      batchOf(call, ({ url }) => (url.startsWith("/users/7?") ? { status: 503 } : found(url))),
    );
    const left: [number, string][] = [];
    const answers = await graphOf(own).readAll(readsOf(40), {
      unanswered: (index, { code }) => void left.push([index, code]),
    });
    assert.deepEqual(left, [[7, "READ_INCOMPLETE"]]);
    const ids = readsOf(40).map((_, index) => (index === 7 ? undefined : { id: index }));
    assert.deepEqual(
      ids.map((_, index) => answers[index]?.body),
      ids,
    );
  });

  it("gives up at once when Graph asks for a wait of more than two minutes", async () => {
    const { server: own } = await serve((call) =>
      batchOf(call, () => ({ status: 429, headers: { "Retry-After": "300" } })),
    );
    await assert.rejects(graphOf(own).readAll(readsOf(1)), {
      code: "READ_INCOMPLETE",
      retryAfterMs: 300_000,
    });
    assert.equal(own.calls.length, 1);
  });

  it("gives up at once while a wait of more than two minutes is running", async () => {
    const { server: own } = await serve((call) =>
      batchOf(call, () => ({ status: 429, headers: { "Retry-After": "300" } })),
    );
    const graph = graphOf(own);
    await assert.rejects(graph.readAll(readsOf(1)), { code: "READ_INCOMPLETE" });
    const next = graph.readAll(readsOf(1)).catch((error: unknown) => error);
    const late = new Promise((resolve) => setTimeout(resolve, 20_000, "it waits").unref());
    const failure = await Promise.race([next, late]);
    assert.ok(failure instanceof OperatorError, String(failure));
    assert.equal(failure.code, "READ_INCOMPLETE");
    assert.ok((failure.retryAfterMs ?? 0) > 290_000, `${failure.retryAfterMs}`);
    await assert.rejects(
      async () => {
        for await (const _ of graph.pages({ method: "GET", url: "/users" })) assert.fail();
      },
      { code: "READ_INCOMPLETE" },
    );
    assert.equal(own.calls.length, 1);
  });

  it("stops when Graph refuses a whole post", async () => {
    const { server: own } = await serve(() => ({
      status: 403,
      json: { error: { code: "Authorization_IdentityDisabled", message: "m" } },
    }));
    await assert.rejects(graphOf(own).readAll(readsOf(200)), {
      code: "GRAPH_REFUSED",
      disposition: "stop",
      message: /403 Authorization_IdentityDisabled/,
    });
    assert.ok(own.calls.length <= 8);
  });

  it("uses at most three fifths of the resource units, by the cost in the answers", async () => {
    const { server: own } = await serve((call) =>
      batchOf(call, ({ url }) => ({ ...found(url), headers: { "x-ms-resource-unit": "3" } })),
    );
    // What it chose to wait, whatever the machine adds to that.
    let waitedMs = 0;
    const clock: Clock = {
      ...systemClock,
      sleep: async (ms, signal) => {
        const startMs = performance.now();
        await systemClock.sleep(ms, signal);
        waitedMs += Math.min(ms, performance.now() - startMs);
      },
    };
    const started = performance.now();
    await graphOf(own, { clock, resourceUnitQuota: 4000 }).readAll(readsOf(400));
    const unitsPerSecond = (400 * 3 * 1000) / (performance.now() - started);
    // The next caller pays for the true cost of the last eight posts.
    assert.ok(unitsPerSecond < 2400 * 1.7, `${unitsPerSecond}`);
    assert.ok(waitedMs < 1200, `${waitedMs}`);
  });

  it("sends nothing for an empty list of reads", async () => {
    const { server: own } = await serve(() => ({}));
    assert.deepEqual(await graphOf(own).readAll([]), []);
    assert.equal(own.calls.length, 0);
  });
});
