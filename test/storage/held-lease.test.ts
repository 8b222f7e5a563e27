import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { setImmediate } from "node:timers/promises";

import { OperatorError } from "../../shared/core/errors.ts";
import { batchLockBlob, runnerLockBlob } from "../../shared/records/paths.ts";
import { type HeldLease, holdLease, withLock } from "../../shared/storage/held-lease.ts";
import type { Blobs } from "../../shared/storage/types.ts";
import { MemoryBlobs } from "../batches/memory-blobs.ts";
import { type SimulatedClock, createSimulatedClock } from "../core/simulated-clock.ts";
import { type Rig, createRig, makeContainers } from "../runner/rig.ts";
import { type Azurite, startAzurite } from "./azurite.ts";

describe("the lease that makes a process the tenant's runner", () => {
  let azurite: Azurite;
  let rig: Rig;
  let clock: SimulatedClock;
  /** Renewals that Azurite has not answered. */
  const renewing = new Set<Promise<void>>();
  before(async () => {
    azurite = await startAzurite();
    await makeContainers(azurite);
  });
  beforeEach(() => {
    rig = createRig(azurite);
    clock = createSimulatedClock();
  });
  after(() => azurite.stop());

  /** Lets `ms` pass; a renewal is a call to Azurite, which takes its own time, and is waited for. */
  const forward = async (ms: number): Promise<void> => {
    await clock.jump(ms);
    do await setImmediate();
    while (renewing.size > 0);
  };
  const acquireLease: Blobs["acquireLease"] = async (path, seconds) => {
    const lease = await rig.runner.acquireLease(path, seconds);
    if (lease === undefined) return undefined;
    const renew = (): Promise<void> => {
      const renewal = lease.renew().finally(() => renewing.delete(renewal));
      renewing.add(renewal);
      return renewal;
    };
    return { ...lease, renew };
  };
  const hold = (blobs: Blobs = { ...rig.runner, acquireLease }): Promise<HeldLease | undefined> =>
    holdLease({
      blobs,
      path: runnerLockBlob(rig.tenant),
      clock,
      leaseSeconds: 30,
      renewEveryMs: 10_000,
    });

  it("belongs to one process at a time, and to the next after its release", async () => {
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
      await forward(10_000);
      assert.equal(lease?.isSure(), true);
    }
    await lease?.release();
  });

  it("is no longer sure if it could run out before a post has left", async () => {
    const lease = await hold({ ...rig.runner, acquireLease: withoutRenewal(rig.runner) });
    await forward(27_000);
    assert.equal(lease?.isSure(), true);
    await forward(1_500);
    assert.equal(lease?.isSure(), false);
    assert.equal(lease?.lost.aborted, true);
    await lease?.release();
  });

  it("is not trusted if the wall clock shows that the machine slept", async () => {
    const lease = await hold();
    clock.shiftDate(31_000);
    assert.equal(lease?.isSure(), false);
    await lease?.release();
  });

  it("is lost when another process has taken it", async () => {
    const lease = await hold();
    await rig.breakLease();
    const other = await hold();
    assert.notEqual(other, undefined);
    await forward(10_000);
    assert.equal(lease?.lost.aborted, true);
    assert.equal(lease?.isSure(), false);
    await lease?.release();
    assert.equal(await hold(), undefined);
    await other?.release();
  });
});

describe("a lock held while work is done", () => {
  const path = batchLockBlob("leavers");
  let blobs: MemoryBlobs;
  let clock: SimulatedClock;
  beforeEach(() => {
    blobs = new MemoryBlobs();
    clock = createSimulatedClock();
  });

  it("belongs to one process at a time, and its blob is deleted", async () => {
    const inside = await withLock(blobs, path, clock, async () => {
      assert.equal(await withLock(blobs, path, clock, async () => "second"), undefined);
      return "first";
    });
    assert.equal(inside, "first");
    assert.equal(blobs.blobs.size, 0);
    assert.equal(await withLock(blobs, path, clock, async () => "next"), "next");
  });

  it("is given back if the work fails", async () => {
    const failing = withLock(blobs, path, clock, () => Promise.reject(new Error("it failed")));
    await assert.rejects(failing, /it failed/);
    assert.equal(await withLock(blobs, path, clock, async () => "next"), "next");
  });

  it("survives one failed renewal", async () => {
    let renewals = 0;
    const renew = (): Promise<void> =>
      ++renewals === 1 ? Promise.reject(down) : Promise.resolve();
    const acquireLease: Blobs["acquireLease"] = async (of) => {
      const lease = await blobs.acquireLease(of);
      return lease && { ...lease, renew };
    };
    const storage: Blobs = Object.assign(Object.create(blobs), { acquireLease });
    await withLock(storage, path, clock, async (lock) => {
      await clock.advance(20_000);
      assert.equal(renewals, 1);
      lock.check();
      await clock.advance(1_000);
      assert.equal(renewals, 2);
      await clock.advance(45_000);
      assert.ok(renewals >= 4);
      lock.check();
    });
  });

  it("is lost if every renewal fails until its time is over", async () => {
    const storage: Blobs = Object.assign(Object.create(blobs), {
      acquireLease: withoutRenewal(blobs),
    });
    await withLock(storage, path, clock, async (lock) => {
      await clock.advance(57_000);
      lock.check();
      await clock.advance(2_000);
      assert.throws(() => lock.check(), { code: "LEASE_LOST", disposition: "retry" });
    });
  });

  it("is not trusted if the wall clock shows that the machine slept", async () => {
    await withLock(blobs, path, clock, async (lock) => {
      clock.shiftDate(61_000);
      assert.throws(() => lock.check(), { code: "LEASE_LOST" });
    });
  });

  it("stays sure if the wall clock is set back", async () => {
    await withLock(blobs, path, clock, async (lock) => {
      clock.shiftDate(-3_600_000);
      lock.check();
      assert.equal(lock.isSure(), true);
    });
  });
});

const down = new OperatorError("STORAGE_UNAVAILABLE", "down", { fix: "", disposition: "retry" });

/** Storage that gives leases and then does not answer a renewal. */
const withoutRenewal =
  (blobs: Blobs): Blobs["acquireLease"] =>
  async (path, seconds) => {
    const lease = await blobs.acquireLease(path, seconds);
    return lease && { ...lease, renew: () => Promise.reject(down) };
  };
