import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { createSimulatedRig, paced, quickSettings } from "../rig.ts";
import { disables } from "../rows.ts";
import { TinyDirectory, noFaults } from "../tiny-directory.ts";

describe("a slice of a runner's work, in simulated time,", () => {
  it("uses the write budget from the first write to the last", async () => {
    const rig = createSimulatedRig();
    const { clock } = rig;
    const faults = { ...noFaults, latencyMs: () => 100 };
    const directory = new TinyDirectory({ clock, faults });
    await rig.submit({ rows: disables(directory, 300), rowsPerShard: 60 });
    await clock.run(rig.runOut(directory, { createPacer: () => paced(clock) }));
    const [slice] = rig.events;
    assert.ok(slice?.event === "slice.finished");
    // One post at a time would use half of it; how close to the whole it comes is for the benchmarks.
    assert.ok(slice.quotaShare > 0.9, `${slice.quotaShare} of the budget was used`);
  });

  it("hands over after a slice, and the next one continues there", async () => {
    const rig = createSimulatedRig();
    const { clock } = rig;
    const directory = new TinyDirectory({ clock });
    const folder = await rig.submit({ rows: disables(directory, 900), rowsPerShard: 90 });
    const settings = { ...quickSettings, sliceMs: 2_500 };
    const more = { createPacer: () => paced(clock), settings };
    const first = await clock.run(rig.run(directory, more));
    assert.ok(first.state === "ran" && !first.idle);
    const status = await rig.status(folder);
    assert.equal(status.state, "running");
    assert.equal(status.verdicts.done, directory.made.size);
    assert.ok(directory.made.size > 0 && directory.made.size < 900);
    await clock.run(rig.runOut(directory, more));
    assert.equal(rig.finished.get(folder)?.size, 900);
    assert.ok([...directory.made.values()].every((times) => times === 1));
    assert.deepEqual(rig.finishes, [folder]);
  });

  it("stops at a signal with nothing under way", async () => {
    const rig = createSimulatedRig();
    const { clock } = rig;
    const directory = new TinyDirectory({ clock, faults: { ...noFaults, latencyMs: () => 30 } });
    const folder = await rig.submit({ rows: disables(directory, 200) });
    const stop = new AbortController();
    void clock.sleep(300).then(() => stop.abort());
    const createPacer = () => paced(clock);
    const end = await clock.run(rig.run(directory, { createPacer }, stop.signal));
    assert.ok(end.state === "ran" && !end.idle);
    const { verdicts } = await rig.status(folder);
    assert.equal(verdicts.done, directory.made.size);
    assert.equal(verdicts.done + verdicts.pending, 200);
    await clock.run(rig.runOut(directory));
    assert.equal(directory.made.size, 200);
  });

  it("sends urgent work first that comes while it runs", async () => {
    const rig = createSimulatedRig();
    const { clock } = rig;
    const directory = new TinyDirectory({ clock });
    const slow = await rig.submit({ rows: disables(directory, 300), rowsPerShard: 100 });
    const running = rig.runOut(directory, { createPacer: () => paced(clock) });
    await clock.run(clock.sleep(300));
    const urgent = await rig.submit({ rows: disables(directory, 30), priority: "urgent" });
    await clock.run(running);
    assert.deepEqual(rig.finishes, [urgent, slow]);
    assert.equal(directory.made.size, 330);
  });

  it("keeps status.json current, and the sum of its verdicts right", async () => {
    const rig = createSimulatedRig();
    const { clock } = rig;
    const directory = new TinyDirectory({ clock });
    const folder = await rig.submit({ rows: disables(directory, 300) });
    const running = rig.runOut(directory, { createPacer: () => paced(clock) });
    const seen: string[] = [];
    while ((await rig.status(folder)).state === "accepted") await clock.run(clock.sleep(10));
    for (let look = 0; look < 6; look++) {
      await clock.run(clock.sleep(120));
      const { updatedAt, verdicts, rows, state, ...figures } = await rig.status(folder);
      assert.equal(verdicts.done + verdicts.pending, rows);
      assert.equal(state, "running");
      if (look > 2) assert.ok(figures.writesPerSecond > 0 && (figures.etaSeconds ?? 0) > 0);
      seen.push(updatedAt);
    }
    assert.ok(new Set(seen).size >= 3, `it said ${seen.join(", ")}`);
    await clock.run(running);
  });

  it("keeps status.json current while the slice waits for its last answers", async () => {
    const rig = createSimulatedRig();
    const { clock } = rig;
    const directory = new TinyDirectory({ clock, faults: { ...noFaults, latencyMs: () => 2000 } });
    const folder = await rig.submit({ rows: disables(directory, 5) });
    const sliceEndsAt = clock.now() + 500;
    const running = rig.run(directory, { settings: { ...quickSettings, sliceMs: 500 } });
    const seen = new Set<string>();
    while (rig.events.length === 0) {
      await clock.run(clock.sleep(20));
      const { updatedAt } = await rig.status(folder);
      if (Date.parse(updatedAt) > sliceEndsAt) seen.add(updatedAt);
    }
    await clock.run(running);
    assert.ok(seen.size >= 3, `it said ${[...seen].join(", ")}`);
  });
});
