import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import type { Clock } from "../../shared/core/clock.ts";
import { OperatorError } from "../../shared/core/errors.ts";
import { type HeldLease, holdLease } from "../../shared/storage/held-lease.ts";
import type { Blobs } from "../../shared/storage/types.ts";
import { type Rig, createRig, makeContainers } from "../runner/rig.ts";
import { type Azurite, startAzurite } from "./azurite.ts";

/** A clock that goes only as far as it is told; sleepers wake when their time has come. */
function handClock(): Clock & { forward(ms: number): Promise<void>; wallMs: number } {
  let nowMs = 0;
  let sleepers: { readonly atMs: number; readonly wake: () => void }[] = [];
  const clock = {
    wallMs: Date.UTC(2026, 0, 1),
    now: () => clock.wallMs + nowMs,
    monotonic: () => nowMs,
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve) => {
        if (signal?.aborted) return resolve();
        sleepers.push({ atMs: nowMs + ms, wake: resolve });
        signal?.addEventListener("abort", () => resolve(), { once: true });
      }),
    forward: async (ms: number) => {
      nowMs += ms;
      const due = sleepers.filter(({ atMs }) => atMs <= nowMs);
      sleepers = sleepers.filter(({ atMs }) => atMs > nowMs);
      for (const { wake } of due) wake();
      // A renewal is a call to Azurite: give it the time it takes.
      await new Promise((resolve) => setTimeout(resolve, 60));
    },
  };
  return clock;
}

describe("the lease that makes a process the tenant's runner", () => {
  let azurite: Azurite;
  let rig: Rig;
  let clock: ReturnType<typeof handClock>;
  before(async () => {
    azurite = await startAzurite();
    await makeContainers(azurite);
  });
  beforeEach(() => {
    rig = createRig(azurite);
    clock = handClock();
  });
  after(() => azurite.stop());

  const hold = (blobs: Blobs = rig.runner): Promise<HeldLease | undefined> =>
    holdLease({ blobs, tenant: rig.tenant, clock, leaseSeconds: 30, renewEveryMs: 10_000 });

  it("is one process's at a time, and the next one's once it is released", async () => {
    const first = await hold();
    assert.equal(await hold(), undefined);
    await first?.release();
    assert.equal(first?.isSure(), false);
    const second = await hold();
    assert.equal(second?.isSure(), true);
    await second?.release();
  });

  it("stays sure while it is renewed", async () => {
    const lease = await hold();
    for (let tens = 0; tens < 5; tens++) {
      await clock.forward(10_000);
      assert.equal(lease?.isSure(), true);
    }
    await lease?.release();
  });

  it("is no longer sure when it could run out before a send has left", async () => {
    const lease = await hold({ ...rig.runner, acquireLease: withoutRenewal(rig.runner) });
    await clock.forward(27_000);
    assert.equal(lease?.isSure(), true);
    await clock.forward(1_500);
    assert.equal(lease?.isSure(), false);
    assert.equal(lease?.lost.aborted, true);
    await lease?.release();
  });

  it("is not trusted when the wall clock shows that the machine slept", async () => {
    const lease = await hold();
    clock.wallMs += 31_000;
    assert.equal(lease?.isSure(), false);
    await lease?.release();
  });

  it("says so when somebody else took it", async () => {
    const lease = await hold();
    await rig.breakLease();
    const other = await hold();
    assert.notEqual(other, undefined);
    await clock.forward(10_000);
    for (let looks = 0; looks < 100 && !lease?.lost.aborted; looks++) await clock.forward(0);
    assert.equal(lease?.lost.aborted, true);
    assert.equal(lease?.isSure(), false);
    await lease?.release();
    assert.equal(await hold(), undefined);
    await other?.release();
  });
});

/** Storage that gives leases and then cannot be reached to renew them. */
const withoutRenewal =
  (blobs: Blobs): Blobs["acquireLease"] =>
  async (path, seconds) => {
    const lease = await blobs.acquireLease(path, seconds);
    const down = new OperatorError("STORAGE_UNAVAILABLE", "down", {
      fix: "",
      disposition: "retry",
    });
    return lease && { ...lease, renew: () => Promise.reject(down) };
  };
