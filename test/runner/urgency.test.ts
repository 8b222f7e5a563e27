import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { type Clock, systemClock } from "../../shared/core/clock.ts";
import { toObjectId } from "../../shared/core/object-id.ts";
import { createWritePacer } from "../../shared/graph/pacing/pacer.ts";
import type { PlannedRow } from "../../shared/records/shard.ts";
import { type Azurite, startAzurite } from "../storage/azurite.ts";
import { type Rig, createRig, createSimulatedRig, makeContainers, quickSettings } from "./rig.ts";
import { disables, update } from "./rows.ts";
import { TinyDirectory, noFaults } from "./tiny-directory.ts";

/** Two hundred writes a second. */
const paced = (clock: Clock) =>
  createWritePacer({ quota: 3_000, windowMs: 15_000, retryFloorMs: 5, clock });

/** Rows that add as many members to one group, of whose edges few may be in flight at a time. */
function additions(directory: TinyDirectory, count: number): PlannedRow[] {
  const group = toObjectId("10000000-0000-4000-8000-000000000000");
  directory.groups.set(group, new Set());
  return Array.from({ length: count }, (_, index) => {
    const member = toObjectId(`20000000-0000-4000-8000-${String(index).padStart(12, "0")}`);
    return {
      row: index + 1,
      operation: "group.add-member",
      write: {
        target: { kind: "membership", group, member },
        keys: [`edge:${group}/${member}`, `object:${member}`],
        group,
        was: "absent",
      },
    };
  });
}

const verdictOf = (rig: Rig, folder: string, row: number): string | undefined =>
  rig.finished.get(folder)?.get(row)?.verdict;

describe("urgent work", () => {
  it("goes next although a large batch of one group has as many rows open as allowed", async () => {
    const rig = createSimulatedRig();
    const { clock } = rig;
    const directory = new TinyDirectory({ clock, faults: { ...noFaults, latencyMs: () => 10 } });
    await rig.submit({ rows: additions(directory, 12_000) });
    const stop = new AbortController();
    const running = rig.run(directory, { createPacer: () => paced(clock) }, stop.signal);
    while (directory.made.size < 100) await clock.run(clock.sleep(10));
    // Long enough for the runner to open as many shards as it may.
    await clock.run(clock.sleep(1_500));
    const madeFirst = directory.made.size;
    const urgent = await rig.submit({ rows: disables(directory, 5), priority: "urgent" });
    while (!rig.finishes.includes(urgent)) await clock.run(clock.sleep(10));
    const meanwhile = directory.made.size - madeFirst;
    stop.abort();
    await clock.run(running);
    assert.ok(meanwhile < 300, `${meanwhile} rows went before or beside five urgent ones`);
  });
});

describe("a later batch", () => {
  let azurite: Azurite;
  before(async () => {
    azurite = await startAzurite();
    await makeContainers(azurite);
  });
  after(() => azurite.stop());

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
    while (!rig.finishes.includes(next) && clock.monotonic() < endMs)
      await clock.run(clock.sleep(10));
    stop.abort();
    await clock.run(running);
    assert.deepEqual(rig.finishes, [next]);
  });

  it("has rows found in place that are not unchanged while an earlier batch is being planned, which may undo them", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    const leaver = directory.addUser({ accountEnabled: false });
    // Accepted first, and planned only when the urgent batch runs.
    const planning = `${rig.tenant}/planning/${new Date(Date.now() - 1_000).toISOString()}-first`;
    await rig.runner.write(planning, "");
    const urgent = await rig.submit({
      rows: [update(1, leaver, { accountEnabled: false }, true)],
      priority: "urgent",
    });
    const running = rig.runOut(directory);
    await systemClock.sleep(500);
    assert.equal(verdictOf(rig, urgent, 1), undefined);
    const first = update(1, leaver, { accountEnabled: true });
    await rig.submit({ rows: [first], acceptedAt: planning.slice(-30, -6) });
    await rig.runner.delete(planning);
    await running;
    assert.equal(verdictOf(rig, urgent, 1), "done");
    assert.equal(directory.users.get(leaver)?.["accountEnabled"], false);
  });

  it("has rows found in place that are sent if the plan of an earlier batch takes long, so that they do not fill the room of others", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    const leaver = directory.addUser({ accountEnabled: false });
    const planning = `${rig.tenant}/planning/${new Date(Date.now() - 1_000).toISOString()}-first`;
    await rig.runner.write(planning, "");
    const folder = await rig.submit({
      rows: [update(1, leaver, { accountEnabled: false }, true)],
    });
    await rig.runOut(directory, { settings: { ...quickSettings, awaitPlansMs: 200 } });
    assert.equal(verdictOf(rig, folder, 1), "done");
    assert.equal(directory.made.size, 1);
  });

  it("leaves room to an earlier one for which another waits that has to see its objects first", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    const seen = directory.addUser({});
    const earlier = await rig.submit({ rows: disables(directory, 5), priority: "background" });
    const planning = `${rig.tenant}/planning/${new Date().toISOString()}-first`;
    const until = new Date(Date.now() + 600_000).toISOString();
    await rig.runner.write(planning, JSON.stringify({ ids: [seen], until }));
    const rows = Array.from({ length: 5_000 }, (_, at) => update(at + 1, seen, { city: "B" }));
    for (const ms of [1_001, 1_002]) {
      const acceptedAt = new Date(Date.now() + ms).toISOString();
      await rig.submit({ rows, rowsPerShard: 5_000, acceptedAt });
    }
    const stop = new AbortController();
    const running = rig.run(directory, {}, stop.signal);
    const endMs = performance.now() + 60_000;
    while (!rig.finishes.includes(earlier) && performance.now() < endMs)
      await systemClock.sleep(20);
    stop.abort();
    await running;
    assert.deepEqual(rig.finishes, [earlier]);
    assert.equal(directory.users.get(seen)?.["city"], undefined);
  });

  for (const { what, priority, untilMs, waits } of [
    { what: "wait for its plan", untilMs: 600_000, waits: true },
    { what: "go before it if they are urgent", priority: "urgent", untilMs: 600_000 },
    { what: "do not wait if it is not heard of any more", untilMs: -1 },
  ] as const) {
    it(`has rows about an object that an earlier one has to see first: they ${what}`, async () => {
      const rig = createRig(azurite);
      const directory = new TinyDirectory();
      const [seen, other] = [directory.addUser({}), directory.addUser({})];
      const planning = `${rig.tenant}/planning/${new Date(Date.now() - 1_000).toISOString()}-first`;
      const until = new Date(Date.now() + untilMs).toISOString();
      await rig.runner.write(planning, JSON.stringify({ ids: [seen.toUpperCase()], until }));
      const rows = [
        update(1, seen, { department: "later" }),
        update(2, other, { department: "B" }),
      ];
      const next = await rig.submit({ rows, ...(priority && { priority }) });
      const running = rig.runOut(directory);
      const departmentOf = (id: string) => directory.users.get(id)?.["department"];
      const awaited = waits ? [other] : [seen, other];
      while (awaited.some((id) => departmentOf(id) === undefined)) await systemClock.sleep(20);
      assert.equal(departmentOf(seen), waits ? undefined : "later");
      if (waits) {
        const isSaid = async () => (await rig.status(next)).reason !== undefined;
        while (!(await isSaid())) await systemClock.sleep(20);
        const { state, reason = "" } = await rig.status(next);
        assert.equal(state, "running");
        assert.match(reason, /^Its rows about .+ wait for batch first, which was accepted earlier/);
      }
      const first = update(1, seen, { department: "first" });
      await rig.submit({ rows: [first], acceptedAt: planning.slice(-30, -6) });
      await rig.runner.delete(planning);
      await running;
      if (!waits) await rig.runOut(directory);
      assert.equal(departmentOf(seen), waits ? "later" : "first");
    });
  }
});
