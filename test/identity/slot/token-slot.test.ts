import assert from "node:assert/strict";
import { describe, it } from "node:test";

import {
  HOUR,
  MINUTE,
  failing,
  gate,
  hanging,
  openSlot,
  succeeding,
  unreachable,
} from "../slot-rig.ts";

/** Checks when an instance with that random number refreshes a token of an hour. */
async function isDueAt(random: number, wantedMs: number): Promise<void> {
  const { asked, get, clock } = openSlot(random);
  await get();
  await clock.advance(wantedMs - 1_000);
  await get();
  assert.equal(asked.length, 1, `before ${wantedMs}`);
  await clock.advance(2_000);
  await get();
  assert.equal(asked.length, 2, `after ${wantedMs}`);
}

describe("a cold start", () => {
  it("sends one request for a thousand callers", async () => {
    const { asked, get } = openSlot();
    const tokens = await Promise.all(Array.from({ length: 1000 }, () => get()));
    assert.deepEqual(new Set(tokens), new Set(["t1"]));
    assert.deepEqual(asked, [{ reason: "cold", claims: undefined }]);
  });

  it("gives one failure to all callers, and retries after a back-off", async () => {
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

  it("obeys Entra's Retry-After, and tells callers what is left of it", async () => {
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

  it("obeys a Retry-After of a day for ten minutes only", async () => {
    const { get, answering, clock } = openSlot();
    answering(failing(unreachable(24 * HOUR)));
    await assert.rejects(get());
    answering(succeeding);
    await clock.advance(10 * MINUTE);
    assert.equal(await get(), "t2");
  });

  it("passes a programming error on unchanged", async () => {
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

  it("is then refreshed in the background by one request", async () => {
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

  it("is refreshed when Entra says so", async () => {
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

  it("is refreshed by each instance at a different time", async () => {
    // Between half its life and six tenths of it.
    for (const random of [0, 0.25, 0.5, 0.99]) await isDueAt(random, (30 + 6 * random) * MINUTE);
  });

  for (const [name, fault] of [
    ["503s", failing()],
    ["a plain 429", failing(unreachable(60_000))],
    ["a hang", hanging],
    ["anything else", failing(new TypeError("oops"))],
  ] as const) {
    it(`is served through ${name} until seconds before it expires`, async () => {
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

  it("reports a failure that no caller noticed as such", async () => {
    const { get, clock, answering, told } = openSlot();
    await get();
    answering(failing());
    await clock.advance(40 * MINUTE);
    await get();
    await clock.advance(0);
    assert.deepEqual(told, [{ reason: "refresh", served: true }]);
  });

  it("is not served after it expired", async () => {
    const { get, clock, answering } = openSlot();
    await get();
    answering(failing());
    await clock.advance(HOUR - 4_000);
    await assert.rejects(get(), { code: "TOKEN_UNREACHABLE" });
  });

  it("that lives a few seconds is served for most of them", async () => {
    const { get, clock, answering } = openSlot();
    answering(async () => ({ expiresAtMs: clock.now() + 4_000 }));
    await get();
    answering(failing());
    await clock.advance(3_500);
    assert.equal(await get(), "t1");
  });
});
