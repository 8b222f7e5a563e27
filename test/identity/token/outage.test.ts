import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { createSimulatedClock } from "../../core/simulated-clock.ts";
import { startHttpServer } from "../http-server.ts";
import { type Answer, GRAPH, identityBy, TENANT, token, troubles } from "../played-entra.ts";

const MINUTE = 60_000;

/** The product's token module, MSAL included, with a server of the test; only time is simulated. */
async function open(answer: () => Answer) {
  let hanging = 0;
  const server = await startHttpServer((response) => {
    const how = answer();
    if (how === troubles["hangs"]) {
      hanging += 1;
      response.once("close", () => (hanging -= 1));
    }
    how(response);
  });
  const clock = createSimulatedClock({ startMs: Date.now() });
  const underWay = new Set<Promise<Response>>();
  const identity = identityBy({
    clock,
    random: () => 0.5,
    fetch: (path, init) => {
      const response = fetch(server.url + path, init).then(
        async (whole) => new Response(await whole.arrayBuffer(), whole),
      );
      underWay.add(response);
      return response.finally(() => underWay.delete(response));
    },
  });
  /** Sockets are real, so simulated time waits until each request is answered that is answered at all. */
  const answered = async (): Promise<void> => {
    do await sleep(1);
    while (underWay.size > hanging);
  };
  return { server, clock, identity, answered };
}

describe("no caller notices ten minutes of trouble at the token endpoint", () => {
  const kinds = [...Object.entries(troubles), ["all of them in turn", undefined] as const];
  for (const [kind, fault] of kinds) {
    it(`with ${kind}`, async (test) => {
      let count = 0;
      const all = Object.values(troubles);
      const trouble = (): Answer => fault ?? all[count++ % all.length] ?? token;
      let down = false;
      const { server, clock, identity, answered } = await open(() => (down ? trouble() : token));
      test.after(() => server.close());
      const first = await identity.get(TENANT, GRAPH);
      down = true;
      await clock.advance(36 * MINUTE);
      for (let second = 0; second < 600; second++) {
        const { token: held } = await identity.get(TENANT, GRAPH);
        assert.equal(held, first.token);
        await clock.advance(1_000);
        await answered();
      }
      const { failed, servedThroughFailure } = identity.counters();
      assert.ok(failed >= 5 && servedThroughFailure === failed, `${failed} failures`);
      assert.ok(server.seen.length < 100, `${server.seen.length} requests`);
      down = false;
      await clock.advance(MINUTE);
      for (let tries = 0; tries < 100 && identity.counters().acquired.refresh === 0; tries++) {
        await identity.get(TENANT, GRAPH);
        await clock.advance(1_000);
        await answered();
      }
      assert.notEqual((await identity.get(TENANT, GRAPH)).token, first.token);
    });
  }
});

it("over a simulated day, MSAL included, each token is used for its hour", async (test) => {
  const { server, clock, identity, answered } = await open(() => token);
  test.after(() => server.close());
  const lives: number[] = [];
  let last: string | undefined;
  for (let minute = 0; minute < 24 * 60; minute++) {
    const held = await identity.get(TENANT, GRAPH);
    assert.ok(held.expiresAtMs > clock.now(), "no dead token is served");
    if (held.token !== last) lives.push((held.expiresAtMs - clock.now()) / MINUTE);
    last = held.token;
    await answered();
    await clock.advance(MINUTE);
  }
  const { acquired, failed } = identity.counters();
  assert.deepEqual([acquired.cold, failed], [1, 0]);
  // Due after 33 minutes, with the jitter that was given.
  assert.ok(acquired.refresh >= 38 && acquired.refresh <= 44, `${acquired.refresh} refreshes`);
  // MSAL counts in whole seconds, and rounds; a new token is seen a minute after it was asked for.
  assert.ok(
    lives.every((minutes) => minutes > 58.9 && minutes < 60.1),
    lives.join(),
  );
});
