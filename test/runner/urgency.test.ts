import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { toObjectId } from "../../shared/core/object-id.ts";
import type { SimulatedClock } from "../core/simulated-clock.ts";
import { type Rig, createSimulatedRig, paced, quickSettings } from "./rig.ts";
import { additions, disables, update } from "./rows.ts";
import { TinyDirectory, noFaults } from "./tiny-directory.ts";

const GROUP = toObjectId("10000000-0000-4000-8000-000000000000");

const verdictOf = (rig: Rig, folder: string, row: number): string | undefined =>
  rig.finished.get(folder)?.get(row)?.verdict;

/** Lets time pass until it is so, a minute at most. */
async function pass(clock: SimulatedClock, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = clock.monotonic() + 60_000;
  while (!(await isSo())) {
    assert.ok(clock.monotonic() < endMs, "it never was so");
    await clock.run(clock.sleep(10));
  }
}

/** A runner beside a batch that was accepted a second ago and is being planned, which its marker says. */
async function besidePlan() {
  const rig = createSimulatedRig();
  const { clock } = rig;
  const acceptedAt = new Date(clock.now() - 1_000).toISOString();
  const planning = `${rig.tenant}/planning/${acceptedAt}-first`;
  await rig.runner.write(planning, "");
  return { rig, clock, directory: new TinyDirectory({ clock }), acceptedAt, planning };
}

describe("urgent work", () => {
  it("goes next although a large batch of one group has as many rows open as allowed", async () => {
    const rig = createSimulatedRig();
    const { clock } = rig;
    const directory = new TinyDirectory({ clock, faults: { ...noFaults, latencyMs: () => 10 } });
    // Of one group's edges few may be in flight at a time.
    await rig.submit({ rows: additions(directory, 12_000, GROUP) });
    const stop = new AbortController();
    const running = rig.run(directory, { createPacer: () => paced(clock) }, stop.signal);
    await pass(clock, () => directory.made.size >= 100);
    // Long enough for the runner to open as many shards as it may.
    await clock.run(clock.sleep(1_500));
    const madeFirst = directory.made.size;
    const urgent = await rig.submit({ rows: disables(directory, 5), priority: "urgent" });
    await pass(clock, () => rig.finishes.includes(urgent));
    const meanwhile = directory.made.size - madeFirst;
    stop.abort();
    await clock.run(running);
    assert.ok(meanwhile < 300, `${meanwhile} rows went before or beside five urgent ones`);
  });
});

describe("a later batch", () => {
  it("uses the budget that a large batch leaves whose rows wait for each other", async () => {
    const rig = createSimulatedRig();
    const { clock } = rig;
    const directory = new TinyDirectory({ clock, faults: { ...noFaults, latencyMs: () => 10 } });
    const [first] = disables(directory, 1);
    const rows = Array.from({ length: 12_000 }, (_, index) => ({ ...first!, row: index + 1 }));
    await rig.submit({ rows });
    const next = await rig.submit({ rows: disables(directory, 5) });
    const stop = new AbortController();
    const running = rig.run(directory, { createPacer: () => paced(clock) }, stop.signal);
    const endMs = clock.monotonic() + 5_000;
    await pass(clock, () => rig.finishes.includes(next) || clock.monotonic() >= endMs);
    stop.abort();
    await clock.run(running);
    assert.deepEqual(rig.finishes, [next]);
  });

  it("has rows found in place that are not unchanged while an earlier batch is being planned, which may undo them", async () => {
    const { rig, clock, directory, acceptedAt, planning } = await besidePlan();
    const leaver = directory.addUser({ accountEnabled: false });
    const urgent = await rig.submit({
      rows: [update(1, leaver, { accountEnabled: false }, true)],
      priority: "urgent",
    });
    const running = rig.runOut(directory);
    await clock.run(clock.sleep(500));
    assert.equal(verdictOf(rig, urgent, 1), undefined);
    // Accepted first, and planned only now.
    await rig.submit({ rows: [update(1, leaver, { accountEnabled: true })], acceptedAt });
    await rig.runner.delete(planning);
    await clock.run(running);
    assert.equal(verdictOf(rig, urgent, 1), "done");
    assert.equal(directory.users.get(leaver)?.["accountEnabled"], false);
  });

  it("has rows found in place that are sent if the plan of an earlier batch takes long, so that they do not fill the room of others", async () => {
    const { rig, clock, directory } = await besidePlan();
    const leaver = directory.addUser({ accountEnabled: false });
    const folder = await rig.submit({
      rows: [update(1, leaver, { accountEnabled: false }, true)],
    });
    await clock.run(rig.runOut(directory, { settings: { ...quickSettings, awaitPlansMs: 200 } }));
    assert.equal(verdictOf(rig, folder, 1), "done");
    assert.equal(directory.made.size, 1);
  });

  it("leaves room to an earlier one for which another waits that has to see its objects first", async () => {
    const rig = createSimulatedRig();
    const { clock } = rig;
    const directory = new TinyDirectory({ clock });
    const seen = directory.addUser({});
    const acceptedAt = (seconds: number) => new Date(clock.now() + seconds * 1_000).toISOString();
    const earlier = await rig.submit({
      rows: disables(directory, 5),
      priority: "background",
      acceptedAt: acceptedAt(0),
    });
    const awaiting = { ids: [seen], until: acceptedAt(600) };
    await rig.runner.write(
      `${rig.tenant}/planning/${acceptedAt(1)}-first`,
      JSON.stringify(awaiting),
    );
    const rows = Array.from({ length: 5_000 }, (_, at) => update(at + 1, seen, { city: "B" }));
    for (const seconds of [2, 3])
      await rig.submit({ rows, rowsPerShard: 5_000, acceptedAt: acceptedAt(seconds) });
    const stop = new AbortController();
    const running = rig.run(directory, {}, stop.signal);
    await pass(clock, () => rig.finishes.includes(earlier));
    stop.abort();
    await clock.run(running);
    assert.deepEqual(rig.finishes, [earlier]);
    assert.equal(directory.users.get(seen)?.["city"], undefined);
  });

  for (const { what, priority, untilMs, waits } of [
    { what: "wait for its plan", untilMs: 600_000, waits: true },
    { what: "go before it if they are urgent", priority: "urgent", untilMs: 600_000 },
    { what: "do not wait if it is not heard of any more", untilMs: -1 },
  ] as const) {
    it(`has rows about an object that an earlier one has to see first: they ${what}`, async () => {
      const { rig, clock, directory, acceptedAt, planning } = await besidePlan();
      const [seen, other] = [directory.addUser({}), directory.addUser({})];
      const until = new Date(clock.now() + untilMs).toISOString();
      await rig.runner.write(planning, JSON.stringify({ ids: [seen.toUpperCase()], until }));
      const rows = [
        update(1, seen, { department: "later" }),
        update(2, other, { department: "B" }),
      ];
      const next = await rig.submit({ rows, ...(priority && { priority }) });
      const running = rig.runOut(directory);
      const departmentOf = (id: string) => directory.users.get(id)?.["department"];
      const awaited = waits ? [other] : [seen, other];
      await pass(clock, () => awaited.every((id) => departmentOf(id) !== undefined));
      assert.equal(departmentOf(seen), waits ? undefined : "later");
      if (waits) {
        await pass(clock, async () => (await rig.status(next)).reason !== undefined);
        const { state, reason = "" } = await rig.status(next);
        assert.equal(state, "running");
        assert.match(reason, /^Its rows about .+ wait for batch first, which was accepted earlier/);
      }
      await rig.submit({ rows: [update(1, seen, { department: "first" })], acceptedAt });
      await rig.runner.delete(planning);
      await clock.run(running);
      if (!waits) await clock.run(rig.runOut(directory));
      assert.equal(departmentOf(seen), waits ? "later" : "first");
    });
  }
});
