import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { describe, it } from "node:test";

import { OperatorError } from "../../shared/core/errors.ts";
import { createTokenSlot } from "../../shared/identity/token-slot.ts";
import type { AcquiredToken, TokenReason } from "../../shared/identity/types.ts";
import { createSimulatedClock } from "./simulated-clock.ts";

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** A slot whose token endpoint the test plays: tokens t1, t2 … of an hour, unless told otherwise. */
function openSlot() {
  const clock = createSimulatedClock();
  const asked: { reason: TokenReason; claims: string | undefined }[] = [];
  const told: { reason: TokenReason; served: boolean }[] = [];
  let answer: () => Promise<Partial<AcquiredToken>> = succeeding;
  const slot = createTokenSlot({
    clock,
    random: () => 0.5,
    acquire: async (request) => {
      asked.push(request);
      const token = `t${asked.length}`;
      const own = await answer();
      return { token, expiresAtMs: clock.now() + HOUR, roles: [], ...own };
    },
    onFailed: (reason, _, served) => told.push({ reason, served }),
  });
  return {
    clock,
    asked,
    told,
    slot,
    answering: (next: typeof answer) => (answer = next),
    get: async (...demand: Parameters<typeof slot.get>) => (await slot.get(...demand)).token,
  };
}

const unreachable = (retryAfterMs?: number): OperatorError =>
  new OperatorError("TOKEN_UNREACHABLE", "down", {
    fix: "wait",
    disposition: "retry",
    retryAfterMs,
  });
const failing =
  (error: unknown = unreachable()) =>
  async (): Promise<never> => {
    throw error;
  };
const succeeding = async (): Promise<object> => ({});
const hanging = (): Promise<never> => new Promise(() => undefined);

/** An answer that comes when the gate is opened. */
function gate() {
  const opened = new EventEmitter();
  const answer = async (): Promise<object> => {
    await once(opened, "open");
    return {};
  };
  return { answer, open: () => opened.emit("open") };
}

describe("a cold start", () => {
  it("asks once for a thousand callers", async () => {
    const { asked, get } = openSlot();
    const tokens = await Promise.all(Array.from({ length: 1000 }, () => get()));
    assert.deepEqual(new Set(tokens), new Set(["t1"]));
    assert.deepEqual(asked, [{ reason: "cold", claims: undefined }]);
  });

  it("gives one failure to all who waited, and asks again after a moment", async () => {
    const { asked, get, answering, clock } = openSlot();
    answering(failing());
    const outcomes = await Promise.allSettled(Array.from({ length: 100 }, () => get()));
    assert.ok(outcomes.every(({ status }) => status === "rejected"));
    assert.equal(asked.length, 1);
    await assert.rejects(get(), { code: "TOKEN_UNREACHABLE" });
    assert.equal(
      asked.length,
      1,
      "who comes within the back-off hears the same, and Entra nothing",
    );
    answering(succeeding);
    await clock.advance(1_000);
    assert.equal(await get(), "t2");
  });

  it("leaves Entra alone for as long as its Retry-After says, and tells how long that still is", async () => {
    const { asked, get, answering, clock } = openSlot();
    answering(failing(unreachable(60_000)));
    await assert.rejects(get());
    await clock.advance(59_000);
    await assert.rejects(get(), { code: "TOKEN_UNREACHABLE", retryAfterMs: 1_000 });
    assert.equal(asked.length, 1);
    answering(succeeding);
    await clock.advance(1_000);
    assert.equal(await get(), "t2");
  });

  it("does not believe a Retry-After of a day", async () => {
    const { get, answering, clock } = openSlot();
    answering(failing(unreachable(24 * HOUR)));
    await assert.rejects(get());
    answering(succeeding);
    await clock.advance(10 * MINUTE);
    assert.equal(await get(), "t2");
  });

  it("hands a programming mistake on as it is", async () => {
    const { get, answering } = openSlot();
    answering(failing(new TypeError("oops")));
    await assert.rejects(get(), TypeError);
    await assert.rejects(get(), TypeError);
  });
});

describe("a held token", () => {
  it("is served without a request until half its life", async () => {
    const { asked, get, clock } = openSlot();
    await get();
    await clock.advance(30 * MINUTE);
    assert.equal(await get(), "t1");
    assert.equal(asked.length, 1);
  });

  it("is refreshed behind its callers from then on, by one request", async () => {
    const { asked, get, clock, answering } = openSlot();
    await get();
    await clock.advance(40 * MINUTE);
    const slowly = gate();
    answering(slowly.answer);
    const tokens = await Promise.all(Array.from({ length: 100 }, () => get()));
    assert.deepEqual(new Set(tokens), new Set(["t1"]));
    assert.deepEqual(asked.slice(1), [{ reason: "refresh", claims: undefined }]);
    slowly.open();
    await clock.advance(0);
    assert.equal(await get(), "t2");
  });

  it("is refreshed when Entra says, where it says", async () => {
    const { asked, get, clock, answering } = openSlot();
    answering(async () => ({ refreshAtMs: clock.now() + 10 * MINUTE }));
    await get();
    await clock.advance(9 * MINUTE);
    await get();
    assert.equal(asked.length, 1);
    await clock.advance(7 * MINUTE);
    await get();
    assert.equal(asked.length, 2);
  });

  for (const [name, fault] of [
    ["503s", failing()],
    ["a plain 429", failing(unreachable(60_000))],
    ["a hang", hanging],
    ["anything else", failing(new TypeError("oops"))],
  ] as const) {
    it(`is served through ${name} to seconds before its end`, async () => {
      const { get, clock, answering, asked } = openSlot();
      await get();
      answering(fault);
      for (let second = 0; second < 3594; second += 6) {
        await clock.advance(6_000);
        assert.equal(await get(), "t1");
      }
      assert.ok(asked.length < 60, `${asked.length} requests in half an hour of failure`);
    });
  }

  it("says that a failure was felt by no caller", async () => {
    const { get, clock, answering, told } = openSlot();
    await get();
    answering(failing());
    await clock.advance(40 * MINUTE);
    await get();
    await clock.advance(0);
    assert.deepEqual(told, [{ reason: "refresh", served: true }]);
  });

  it("is not served past its end", async () => {
    const { get, clock, answering } = openSlot();
    await get();
    answering(failing());
    await clock.advance(HOUR - 4_000);
    await assert.rejects(get(), { code: "TOKEN_UNREACHABLE" });
  });

  it("of a few seconds is served for nearly all of them", async () => {
    const { get, clock, answering } = openSlot();
    answering(async () => ({ expiresAtMs: clock.now() + 4_000 }));
    await get();
    answering(failing());
    await clock.advance(3_500);
    assert.equal(await get(), "t1");
  });
});

describe("a token that was refused", () => {
  it("is replaced by one request for all who were refused", async () => {
    const { asked, get } = openSlot();
    await get();
    const tokens = await Promise.all(Array.from({ length: 50 }, () => get({ rejected: "t1" })));
    assert.deepEqual(new Set(tokens), new Set(["t2"]));
    assert.deepEqual(asked.slice(1), [{ reason: "rejected", claims: undefined }]);
  });

  it("is replaced without a request where a newer one is held", async () => {
    const { asked, get } = openSlot();
    await get();
    await get({ rejected: "t1" });
    assert.equal(await get({ rejected: "t1" }), "t2");
    assert.equal(asked.length, 2);
  });

  it("fails its caller where no other can be had, and not those who do not mind", async () => {
    const { get, answering } = openSlot();
    await get();
    answering(failing());
    await assert.rejects(get({ rejected: "t1" }), { code: "TOKEN_UNREACHABLE" });
    assert.equal(await get(), "t1");
  });

  it("is replaced five times a minute and no more, so that a resource that refuses all makes no loop", async () => {
    const { asked, get, clock } = openSlot();
    let token = await get();
    for (let i = 0; i < 20; i++) token = await get({ rejected: token });
    assert.equal(asked.length, 6);
    await clock.advance(MINUTE);
    assert.equal(await get({ rejected: token }), "t7");
  });

  it("shares a request with others of the same claims only", async () => {
    const { asked, get } = openSlot();
    await get();
    const [a, b, c] = await Promise.all([
      get({ rejected: "t1", claims: '{"a":1}' }),
      get({ rejected: "t1", claims: '{"a":1}' }),
      get({ rejected: "t1", claims: '{"b":2}' }),
    ]);
    assert.equal(a, b);
    assert.notEqual(a, c);
    assert.deepEqual(
      asked.slice(1).map(({ claims }) => claims),
      ['{"a":1}', '{"b":2}'],
    );
  });

  it("does not come back by a slower request that was sent before", async () => {
    const { get, answering, clock, slot } = openSlot();
    await get();
    const slowly = gate();
    answering(slowly.answer);
    const slow = slot.forceRefresh();
    answering(succeeding);
    assert.equal(await get({ rejected: "t1", claims: "{}" }), "t3");
    slowly.open();
    assert.equal((await slow).token, "t2");
    await clock.advance(0);
    assert.equal(await get(), "t3");
  });
});

describe("a forced refresh", () => {
  it("gets a new token whatever is held", async () => {
    const { get, slot, asked } = openSlot();
    await get();
    assert.equal((await slot.forceRefresh()).token, "t2");
    assert.equal(await get(), "t2");
    assert.equal(asked[1]?.reason, "forced");
  });

  it("leaves the held token in its place where it fails", async () => {
    const { get, slot, answering, told } = openSlot();
    await get();
    answering(failing());
    await assert.rejects(slot.forceRefresh());
    assert.equal(await get(), "t1");
    assert.deepEqual(told, [{ reason: "forced", served: true }]);
  });
});
