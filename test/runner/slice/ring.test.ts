import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import type { QueueClient } from "@azure/storage-queue";

import { type Clock, systemClock } from "../../../shared/core/clock.ts";
import { OperatorError } from "../../../shared/core/errors.ts";
import { ringFor, tenantOfRing } from "../../../shared/runner/slice/ring-message.ts";
import { answerRing, tenantsWithWorkAndNoRunner } from "../../../shared/runner/slice/ring.ts";
import { runTenant } from "../../../shared/runner/slice/run.ts";
import type { RunOptions, SliceTimes, TenantRun } from "../../../shared/runner/slice/slice-end.ts";
import { createQueue } from "../../../shared/storage/storage.ts";
import type { Queue } from "../../../shared/storage/types.ts";
import { type Azurite, startAzurite } from "../../storage/azurite.ts";
import { type Rig, createRig, makeContainers } from "../rig.ts";
import { disables } from "../rows.ts";
import { TinyDirectory } from "../tiny-directory.ts";

const busy = async (): Promise<TenantRun> => ({ state: "busy" });

const half = (): number => 0.5;

/** A slice that gets the lease, and finds nothing to do. */
const quick = async ({ started }: RunOptions): Promise<TenantRun> => {
  started();
  return { state: "ran", idle: false, waitMs: 0 };
};

const mustNotRun = (): Promise<TenantRun> => assert.fail("it ran although no work is left");

/** The name of the marker of a batch. */
async function markerOf({ runner, tenant }: Rig, folder: string): Promise<string | undefined> {
  for await (const { path } of runner.list(`${tenant}/queue/`)) {
    if (path.endsWith(folder.slice(folder.lastIndexOf("/") + 1))) return path.split("/").at(-1);
  }
  return undefined;
}

/** The clock of an instance to which a ring comes so many seconds later. */
const later = (seconds: number): Clock => ({
  ...systemClock,
  now: () => Date.now() + seconds * 1000,
});

const error = (disposition: "retry" | "stop", retryAfterMs?: number): OperatorError =>
  new OperatorError("STORAGE_UNAVAILABLE", "down", { fix: "", disposition, retryAfterMs });

describe("a ring", () => {
  let azurite: Azurite;
  let queue: QueueClient;
  let rig: Rig;
  /** The delays, in seconds, of what was put into the queue. */
  let delays: number[];
  let ring: Queue;
  before(async () => {
    azurite = await startAzurite();
    await makeContainers(azurite);
    queue = await azurite.makeQueue("run");
    const real = createQueue({ url: azurite.queueUrl, queue: "run", credential: azurite.queueKey });
    ring = {
      send: async (text, options) => {
        assert.equal(tenantOfRing(JSON.parse(text)), rig.tenant);
        delays.push(options?.delaySeconds ?? 0);
        await real.send(text, options);
      },
    };
  });
  beforeEach(async () => {
    rig = createRig(azurite);
    delays = [];
    await queue.clearMessages();
  });
  after(() => azurite.stop());

  const answer = (
    run: (how: RunOptions) => Promise<TenantRun>,
    clock: Clock = systemClock,
    isLastAttempt = false,
    slice?: SliceTimes,
  ) => {
    const { tenant, runner } = rig;
    return answerRing({ tenant, run, runner, ring, clock, random: half, isLastAttempt, slice });
  };
  const messages = async (): Promise<number> =>
    (await queue.getProperties()).approximateMessagesCount ?? 0;
  const work = () => rig.submit({ rows: disables(new TinyDirectory(), 1) });

  it("works until the tenant is idle, and then ends", async () => {
    const directory = new TinyDirectory();
    await rig.submit({ rows: disables(directory, 3) });
    assert.deepEqual(await answer(() => rig.run(directory)), { outcome: "idle" });
    assert.equal(directory.made.size, 3);
    assert.equal(await messages(), 0);
  });

  it("rings again at once after a slice with work left, or when work is due again", async () => {
    const left = { state: "ran", idle: false, waitMs: 0 } as const;
    assert.equal((await answer(async () => left)).outcome, "rung-again");
    await answer(async () => ({ ...left, waitMs: 86_400_000 }));
    await answer(async () => ({ ...left, waitMs: 61_500 }));
    assert.deepEqual(delays, [0, 600, 62]);
    assert.equal(await messages(), 3);
  });

  it("rings again at once if work came between the slice's last look and its end", async () => {
    await work();
    const idle = { state: "ran", idle: true, waitMs: 0 } as const;
    assert.equal((await answer(async () => idle)).outcome, "rung-again");
    assert.deepEqual(delays, [0]);
  });

  it("comes back if another runner is at work, but only one of many does", async () => {
    await work();
    for (let times = 0; times < 5; times++) {
      assert.equal((await answer(busy)).outcome, "rung-again");
    }
    assert.deepEqual(delays, [38]);
    await answer(busy, later(40));
    assert.deepEqual(delays, [38, 38]);
  });

  it("does not take itself for another ring on an instance whose clock is behind", async () => {
    await work();
    await answer(busy);
    await answer(busy, later(33));
    assert.deepEqual(delays, [38, 38]);
  });

  it("comes back once, however many were sent, while a batch waits for a person", async () => {
    const directory = new TinyDirectory();
    const folder = await work();
    await rig.batches.delete(`${folder}/plan.json`);
    for (let times = 0; times < 4; times++) {
      const answered = await answer(() => rig.run(directory));
      assert.match(answered.problem?.message ?? "", /^\[BATCH_DAMAGED\]/);
    }
    assert.deepEqual(delays, [300]);
    await answer(() => rig.run(directory), later(300));
    assert.deepEqual(delays, [300, 300]);
  });

  it("fails once, however many were sent, while the app is refused", async () => {
    await work();
    const refused = error("stop");
    const run = () => Promise.reject(refused);
    await assert.rejects(answer(run), refused);
    for (let times = 0; times < 3; times++) {
      assert.deepEqual(await answer(run), { outcome: "rung-again", problem: refused });
    }
    // The host brings the one that failed again after a minute.
    await assert.rejects(answer(run, later(60)), refused);
    assert.deepEqual(delays, []);
  });

  it("comes back even if the host gives another one up", async () => {
    await work();
    const refused = error("stop");
    const run = () => Promise.reject(refused);
    await assert.rejects(answer(run, systemClock, true), refused);
    // What settles the poison queue rings at once.
    await assert.rejects(answer(run), refused);
  });

  it("ends if another runner is at work and no work is left", async () => {
    assert.deepEqual(await answer(async () => ({ state: "busy" })), { outcome: "idle" });
    assert.deepEqual(delays, []);
  });

  it("is put back for an error that passes, and fails for one that does not", async () => {
    const passing = error("retry", 90_000);
    const answered = await answer(() => Promise.reject(passing));
    assert.deepEqual(answered, { outcome: "rung-again", problem: passing });
    assert.deepEqual(delays, [90]);
    await assert.rejects(
      answer(() => Promise.reject(error("stop"))),
      { disposition: "stop" },
    );
    await assert.rejects(
      answer(() => Promise.reject(new TypeError("a fault")), later(200)),
      TypeError,
    );
    assert.deepEqual(delays, [90]);
  });

  it("says of an unexpected error only its name, because its text may quote a row", async () => {
    await work();
    const quoting = new TypeError('The value "ann@contoso.com" is invalid');
    await assert.rejects(
      answer(() => Promise.reject(quoting)),
      TypeError,
    );
    const { problem } = await answer(() => Promise.reject(quoting));
    assert.equal(problem?.message.startsWith("[UNEXPECTED] "), true);
    assert.match(problem?.message ?? "", /\(TypeError\)/);
    assert.doesNotMatch(problem?.message ?? "", /ann/);
  });

  it("is sent while a slice works, for the case that it is killed: one comes after its lease", async () => {
    const folder = await work();
    const times = { sliceMs: 60_000, leaseSeconds: 30 };
    const slice = async ({ started }: RunOptions): Promise<TenantRun> => {
      started();
      while (delays.length === 0) await systemClock.sleep(10);
      return { state: "ran", idle: false, waitMs: 31_000 };
    };
    assert.equal((await answer(slice, systemClock, false, times)).outcome, "rung-again");
    assert.deepEqual(delays, [32]);
    // The ring finds the slice at work and ends, because the slice's next ring comes.
    await answer(busy);
    assert.deepEqual(delays, [32]);
    // It is the last one: it goes on.
    await answer(busy, later(31));
    assert.deepEqual(delays, [32, 38]);
    await rig.runner.delete(`${rig.tenant}/queue/${(await markerOf(rig, folder)) ?? ""}`);
    assert.deepEqual(await answer(mustNotRun, systemClock, false, times), { outcome: "idle" });
  });

  it("is not sent by a slice that did not get the lease, nor by one that ends at once", async () => {
    await work();
    const times = { sliceMs: 60_000, leaseSeconds: 30 };
    await answer(
      async () => {
        await systemClock.sleep(1_500);
        return { state: "busy" };
      },
      systemClock,
      false,
      times,
    );
    await answer(quick, systemClock, false, times);
    // What every ring does whose tenant has work left.
    assert.deepEqual(delays, [38, 0]);
  });

  it("calls the next instance before the slice is over, and that one waits for the lease", async () => {
    const directory = new TinyDirectory();
    await rig.submit({ rows: disables(directory, 3) });
    const lease = await rig.runner.acquireLease(`${rig.tenant}/lock`, 15);
    const times = { sliceMs: 8_500, leaseSeconds: 30 };
    let successor: ReturnType<typeof answer> | undefined;
    const slice = async ({ started }: RunOptions): Promise<TenantRun> => {
      started();
      while (delays.length === 0) await systemClock.sleep(10);
      successor = answer((how) => runTenant(rig.ports(directory), undefined, how));
      await systemClock.sleep(700);
      assert.equal(directory.made.size, 0);
      await lease?.release();
      return { state: "ran", idle: false, waitMs: 0 };
    };
    assert.equal((await answer(slice, systemClock, false, times)).outcome, "rung-again");
    assert.deepEqual(delays, [0]);
    assert.deepEqual(await successor, { outcome: "idle" });
    assert.equal(directory.made.size, 3);
  });

  it("is refused with its fault named if it is malformed", () => {
    assert.equal(tenantOfRing(JSON.parse(ringFor(rig.tenant.toUpperCase()))), rig.tenant);
    for (const message of [
      undefined,
      "x",
      {},
      { version: 2, tenant: rig.tenant },
      { version: 1, tenant: "x" },
    ]) {
      assert.throws(() => tenantOfRing(message), {
        code: "MESSAGE_INVALID",
        disposition: "refuse",
      });
    }
    const extra = { version: 1, tenant: rig.tenant, more: 1 };
    assert.throws(
      () => tenantOfRing(extra),
      /ring breaks its schema at more \(not a known property\)/,
    );
  });

  it("is sent by the sweep for tenants with work and no runner, and for no others", async () => {
    const idle = createRig(azurite);
    const waiting = createRig(azurite);
    await work();
    await waiting.submit({ rows: disables(new TinyDirectory(), 1) });
    const tenants = [idle.tenant, rig.tenant, waiting.tenant];
    const lease = await rig.runner.acquireLease(`${rig.tenant}/lock`, 15);
    const find = () => tenantsWithWorkAndNoRunner({ runner: rig.runner, tenants });
    assert.deepEqual(await find(), [waiting.tenant]);
    await lease?.release();
    assert.deepEqual(await find(), [rig.tenant, waiting.tenant]);
    assert.deepEqual(await find(), [rig.tenant, waiting.tenant]);
  });
});
