import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { HOUR, MINUTE, failing, gate, openSlot, succeeding, unreachable } from "../slot-rig.ts";

describe("a token that was refused", () => {
  it("is replaced by one request for all its callers", async () => {
    const { asked, get } = openSlot();
    await get();
    const tokens = await Promise.all(Array.from({ length: 50 }, () => get({ rejected: "t1" })));
    assert.deepEqual(new Set(tokens), new Set(["t2"]));
    assert.deepEqual(asked.slice(1), [{ reason: "rejected", claims: undefined }]);
  });

  it("is replaced without a request if a newer one is held", async () => {
    const { asked, get } = openSlot();
    await get();
    await get({ rejected: "t1" });
    assert.equal(await get({ rejected: "t1" }), "t2");
    assert.equal(asked.length, 2);
  });

  it("fails its caller if there is no other one, but not callers without a demand", async () => {
    const { get, answering } = openSlot();
    await get();
    answering(failing());
    await assert.rejects(get({ rejected: "t1" }), { code: "TOKEN_UNREACHABLE" });
    assert.equal(await get(), "t1");
  });

  it("is replaced at most five times a minute, so that a resource that refuses every token causes no loop", async () => {
    const { asked, get, clock } = openSlot();
    let token = await get();
    for (let i = 0; i < 20; i++) token = await get({ rejected: token });
    assert.equal(asked.length, 6);
    await clock.advance(MINUTE);
    assert.equal(await get({ rejected: token }), "t7");
  });

  it("shares a request only with callers of the same claims", async () => {
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

  it("is not restored by a slower, earlier request", async () => {
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

describe("a token that was refused during a Retry-After of Entra", () => {
  it("is not replaced before it ends, while others get the held one", async () => {
    const { asked, get, answering, clock } = openSlot();
    const first = await get();
    answering(failing(unreachable(60_000)));
    await assert.rejects(get({ rejected: first }), { code: "TOKEN_UNREACHABLE" });
    for (const passedMs of [0, 30_000, 29_000]) {
      await clock.advance(passedMs);
      await assert.rejects(get({ rejected: first }), { code: "TOKEN_UNREACHABLE" });
    }
    assert.equal(asked.length, 2);
    await assert.rejects(get({ rejected: first }), { retryAfterMs: 1_000 });
    answering(succeeding);
    await clock.advance(1_000);
    assert.equal(await get({ rejected: first }), "t3");
  });

  it("is not replaced before it ends if nothing is held", async () => {
    const { asked, get, answering, clock } = openSlot();
    const first = await get();
    await clock.advance(HOUR);
    answering(failing(unreachable(60_000)));
    await assert.rejects(get());
    for (let caller = 0; caller < 20; caller++) {
      await assert.rejects(get({ rejected: first }), { code: "TOKEN_UNREACHABLE" });
      await assert.rejects(get({ claims: "{}" }), { code: "TOKEN_UNREACHABLE" });
    }
    assert.equal(asked.length, 2);
  });

  it("is replaced at once if Entra failed without a Retry-After", async () => {
    const { get, answering, clock } = openSlot();
    const first = await get();
    answering(failing());
    await clock.advance(40 * MINUTE);
    await get();
    await clock.advance(0);
    answering(succeeding);
    assert.equal(await get({ rejected: first }), "t3");
  });
});

describe("a forced refresh", () => {
  it("gets a new token although one is held", async () => {
    const { get, slot, asked } = openSlot();
    await get();
    assert.equal((await slot.forceRefresh()).token, "t2");
    assert.equal(await get(), "t2");
    assert.equal(asked[1]?.reason, "forced");
  });

  it("is not sent during a Retry-After of Entra", async () => {
    const { get, slot, asked, answering, clock } = openSlot();
    await get();
    answering(failing(unreachable(60_000)));
    await assert.rejects(slot.forceRefresh(), { code: "TOKEN_UNREACHABLE" });
    answering(succeeding);
    for (let call = 0; call < 10; call++) {
      await assert.rejects(slot.forceRefresh(), { retryAfterMs: 60_000 });
    }
    assert.equal(asked.length, 2);
    await clock.advance(60_000);
    assert.equal((await slot.forceRefresh()).token, "t3");
  });

  it("is sent during a back-off, but five times a minute at most", async () => {
    const { slot, asked, answering } = openSlot();
    answering(failing());
    for (let call = 0; call < 20; call++) await assert.rejects(slot.forceRefresh());
    assert.equal(asked.length, 5);
    answering(succeeding);
    await assert.rejects(slot.forceRefresh(), { code: "TOKEN_UNREACHABLE" });
  });

  it("gets the held token after five a minute, so that senders cannot cause a loop", async () => {
    const { get, slot, asked, clock } = openSlot();
    await get();
    for (let call = 0; call < 20; call++) await slot.forceRefresh();
    assert.equal(asked.length, 6);
    assert.equal((await slot.forceRefresh()).token, "t6");
    await clock.advance(MINUTE);
    assert.equal((await slot.forceRefresh()).token, "t7");
  });

  it("leaves the replacements of a rejected token alone", async () => {
    const { get, slot, asked } = openSlot();
    await get();
    for (let call = 0; call < 20; call++) await slot.forceRefresh();
    assert.equal(await get({ rejected: "t6" }), "t7");
    assert.equal(asked.length, 7);
  });

  it("keeps the held token if it fails", async () => {
    const { get, slot, answering, told } = openSlot();
    await get();
    answering(failing());
    await assert.rejects(slot.forceRefresh());
    assert.equal(await get(), "t1");
    assert.deepEqual(told, [{ reason: "forced", served: true }]);
  });
});
