import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { HOUR, MINUTE, failing, gate, openSlot, succeeding, unreachable } from "../slot-rig.ts";

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

describe("a token that was refused while Entra wants to be left alone", () => {
  it("is not asked for again before, be the held one good for others or not", async () => {
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

  it("is not asked for again once nothing is held, whoever comes with it", async () => {
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

  it("is asked for at once where Entra only failed and named no wait", async () => {
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
