import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import type { GraphAnswer } from "../../../shared/core/graph-request.ts";
import { neverWrote } from "../../../shared/graph/pacing/pacer-memory.ts";
import { createWritePacer } from "../../../shared/graph/pacing/pacer.ts";
import { createUnitPacer } from "../../../shared/graph/pacing/unit-pacer.ts";
import type { PostResult } from "../../../shared/graph/types.ts";
import { seededRandom } from "../../core/seeded-random.ts";
import { createSimulatedClock } from "../../core/simulated-clock.ts";
import { createModelBucket } from "./model-bucket.ts";

/** Graph refuses a whole post. */
const throttled = (retryAfterMs: number | undefined): PostResult => ({
  kind: "not-taken",
  status: 429,
  retryAfterMs,
});

/** The parts of a post: one was refused, whose own headers tell more than a whole quota; the others say nothing. */
const withStray = (count: number): readonly GraphAnswer[] =>
  Array.from({ length: count }, (_, at) => ({
    requestId: `r${at}`,
    status: at === 3 || count === 1 ? 429 : 200,
    headers: at === 3 || count === 1 ? { "x-ms-throttle-limit-percentage": "1.20" } : {},
    body: undefined,
  }));

const quota = { quota: 3000, windowMs: 150_000, retryFloorMs: 1000 };

describe("a write pacer", () => {
  it("uses 95 % of the quota and is never throttled, whatever the answers' latency", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const random = seededRandom(seed);
        const clock = createSimulatedClock();
        const pacer = createWritePacer({ ...quota, clock });
        const bucket = createModelBucket({ ...quota, from: 0 });
        let posts = 150;
        const slowest = 200 + 4000 * random();
        const writer = async (): Promise<void> => {
          while (posts > 0) {
            posts -= 1;
            await pacer.take(20);
            await clock.sleep(30 * random());
            assert.equal(bucket.take(20, clock.monotonic()), 20);
            await clock.sleep(slowest * random());
          }
        };
        await clock.run(Promise.all(Array.from({ length: 8 }, writer)));
        assert.ok(pacer.share() >= 0.95, `${pacer.share()}`);
      }),
      { numRuns: 25 },
    );
  });

  it("serves in the order of asking", async () => {
    const clock = createSimulatedClock();
    const pacer = createWritePacer({ ...quota, clock });
    const order: string[] = [];
    await clock.run(
      Promise.all(["a", "b", "c"].map((name) => pacer.take(20).then(() => order.push(name)))),
    );
    assert.deepEqual(order, ["a", "b", "c"]);
  });

  it("holds all posts after a throttled post, those that already wait too", async () => {
    const clock = createSimulatedClock();
    const pacer = createWritePacer({ ...quota, clock });
    const grantedAt = await clock.run(pacer.take(20));
    const waiting = pacer.take(20);
    pacer.report(throttled(30_000), { n: 20, grantedAt });
    assert.ok((await clock.run(waiting)) >= grantedAt + 30_000);
    assert.ok(pacer.rate() < 19.8);
  });

  it("delays nothing else if a whole post is refused for a limit that is not the write limit", async () => {
    const clock = createSimulatedClock();
    const pacer = createWritePacer({ ...quota, clock });
    const grantedAt = await clock.run(pacer.take(20));
    const headers = { "x-ms-throttle-information": "CPULimitExceeded" };
    pacer.report(
      { kind: "not-taken", status: 429, retryAfterMs: 30_000, headers },
      { n: 20, grantedAt },
    );
    assert.ok((await clock.run(pacer.take(20))) <= grantedAt + 1_100);
    assert.ok(pacer.rate() > 19.7);
  });

  it("believes the taken parts how much is used, not a stray refusal's own headers", async () => {
    const clock = createSimulatedClock();
    const pacer = createWritePacer({ ...quota, clock, memory: neverWrote });
    for (let post = 0; post < 60; post += 1) {
      const grantedAt = await clock.run(pacer.take(20));
      const parts = withStray(20).filter(({ status }) => post % 10 === 0 || status === 200);
      pacer.report({ kind: "answered", parts }, { n: 20, grantedAt });
    }
    assert.ok(clock.monotonic() < 5_000, `${clock.monotonic()}: the rest of the quota is there`);
  });

  it("rejects a caller that gives up at once, and grants it nothing", async () => {
    const clock = createSimulatedClock();
    const pacer = createWritePacer({ ...quota, clock });
    const first = await clock.run(pacer.take(20));
    const giveUp = new AbortController();
    const before = pacer.take(20);
    const given = pacer.take(20, giveUp.signal);
    const after = pacer.take(20);
    giveUp.abort(new Error("the slice is over"));
    await assert.rejects(given, /the slice is over/);
    assert.equal(clock.monotonic(), first, "no time passed");
    await clock.run(before);
    assert.ok((await clock.run(after)) < first + 2200, "the third takes the second's place");
  });

  it("refuses to grant more than a post can hold", () => {
    const pacer = createWritePacer({ ...quota, clock: createSimulatedClock() });
    for (const n of [0, -1, 21, 1.5]) assert.throws(() => pacer.take(n), RangeError);
  });

  it("passes what it learnt to the pacer of the next slice, as JSON", async () => {
    const clock = createSimulatedClock();
    const first = createWritePacer({ ...quota, clock });
    assert.equal(first.memory(), undefined);
    const grantedAt = await clock.run(first.take(20));
    first.report(throttled(undefined), { n: 20, grantedAt });
    await clock.run(clock.sleep(20_000));
    const memory = JSON.parse(JSON.stringify(first.memory())) as ReturnType<typeof first.memory>;
    const second = createWritePacer({ ...quota, clock, memory });
    assert.ok(Math.abs(second.rate() - first.rate()) < 0.01);
    assert.ok(second.rate() < 18);
    await clock.run(clock.sleep(60_000));
    assert.ok(second.rate() > 19.79);
  });

  it("passes on the pause that Graph asked for, so that no slice begins within it", async () => {
    const clock = createSimulatedClock();
    const first = createWritePacer({ ...quota, clock });
    const grantedAt = await clock.run(first.take(20));
    first.report(throttled(90_000), { n: 20, grantedAt });
    const memory = JSON.parse(JSON.stringify(first.memory())) as ReturnType<typeof first.memory>;
    const second = createWritePacer({ ...quota, clock, memory });
    assert.ok((await clock.run(second.take(1))) >= grantedAt + 90_000);
  });
});

describe("a pacer of resource units", () => {
  const units = { quota: 8000, windowMs: 10_000, retryFloorMs: 1000 };

  it("leaves two fifths of the quota to others", async () => {
    const clock = createSimulatedClock();
    const pacer = createUnitPacer({ ...units, clock });
    for (let post = 0; post < 500; post += 1) await clock.run(pacer.take(20));
    const used = (500 * 20) / clock.monotonic() / 0.8;
    assert.ok(used <= 0.6 && used > 0.59, `${used}`);
  });

  it("holds all reads once two in a row stayed unanswered, and none after one", async () => {
    const clock = createSimulatedClock();
    const pacer = createUnitPacer({ ...units, clock });
    const first = await clock.run(pacer.take(20));
    pacer.lost({ grantedAt: first, retryAfterMs: 9_000 });
    const second = await clock.run(pacer.take(20));
    assert.ok(second < first + 100);
    pacer.lost({ grantedAt: second });
    assert.ok((await clock.run(pacer.take(20))) >= first + 9_000);
  });

  for (const count of [1, 20]) {
    it(`reads on at the same rate after a stray refusal in a post of ${count}`, async () => {
      const clock = createSimulatedClock();
      const pacer = createUnitPacer({ ...units, clock });
      const taken = withStray(20).filter(({ status }) => status === 200);
      for (let post = 0; post < 500; post += 1) {
        const grantedAt = await clock.run(pacer.take(20));
        const parts = post % 7 === 0 ? withStray(count) : taken;
        pacer.answered(parts, { grantedAt, units: 20, cost: 20 });
      }
      const used = (500 * 20) / clock.monotonic() / 0.8;
      assert.ok(used > 0.59, `${used}`);
    });
  }

  it("waits longer after reads that cost more than expected", async () => {
    const clock = createSimulatedClock();
    const pacer = createUnitPacer({ ...units, clock });
    for (let post = 0; post < 500; post += 1) {
      const grantedAt = await clock.run(pacer.take(20));
      pacer.answered([], { grantedAt, units: 20, cost: 60 });
    }
    const used = (500 * 60) / clock.monotonic() / 0.8;
    assert.ok(used <= 0.61 && used > 0.58, `${used}`);
  });
});
