import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { systemClock } from "../../shared/core/clock.ts";
import { toObjectId } from "../../shared/core/object-id.ts";
import { createWritePacer } from "../../shared/graph/pacing/pacer.ts";
import type { PlannedRow } from "../../shared/records/shard.ts";
import { type Azurite, startAzurite } from "../storage/azurite.ts";
import { createRig, makeContainers } from "./rig.ts";
import { disables } from "./rows.ts";
import { TinyDirectory, noFaults } from "./tiny-directory.ts";

/** Two hundred writes a second. */
const paced = () =>
  createWritePacer({ quota: 3_000, windowMs: 15_000, retryFloorMs: 5, clock: systemClock });

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

describe("urgent work", () => {
  let azurite: Azurite;
  before(async () => {
    azurite = await startAzurite();
    await makeContainers(azurite);
  });
  after(() => azurite.stop());

  it("goes next although a large batch of one group has as many rows open as allowed", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory({ faults: { ...noFaults, latencyMs: () => 10 } });
    await rig.submit({ rows: additions(directory, 12_000) });
    const stop = new AbortController();
    const running = rig.run(directory, { createPacer: paced }, stop.signal);
    while (directory.made.size < 100) await systemClock.sleep(10);
    // Long enough for the runner to open as many shards as it may.
    await systemClock.sleep(1_500);
    const madeFirst = directory.made.size;
    const urgent = await rig.submit({ rows: disables(directory, 5), priority: "urgent" });
    while (!rig.finishes.includes(urgent)) await systemClock.sleep(10);
    const meanwhile = directory.made.size - madeFirst;
    stop.abort();
    await running;
    assert.ok(meanwhile < 300, `${meanwhile} rows went before or beside five urgent ones`);
  });
});

describe("the next batch", () => {
  let azurite: Azurite;
  before(async () => {
    azurite = await startAzurite();
    await makeContainers(azurite);
  });
  after(() => azurite.stop());

  it("uses the budget that a large batch leaves whose rows wait for each other", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory({ faults: { ...noFaults, latencyMs: () => 10 } });
    const [first] = disables(directory, 1);
    const rows = Array.from({ length: 12_000 }, (_, index) => ({ ...first!, row: index + 1 }));
    await rig.submit({ rows });
    const next = await rig.submit({ rows: disables(directory, 5) });
    const stop = new AbortController();
    const running = rig.run(directory, { createPacer: paced }, stop.signal);
    const endMs = performance.now() + 5_000;
    while (!rig.finishes.includes(next) && performance.now() < endMs) await systemClock.sleep(10);
    stop.abort();
    await running;
    assert.deepEqual(rig.finishes, [next]);
  });
});
