import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";

import { type Clock, systemClock } from "../../../shared/core/clock.ts";
import { createWritePacer } from "../../../shared/graph/pacing/pacer.ts";
import type { Admission } from "../../../shared/records/ledger/admission.ts";
import { type Azurite, startAzurite } from "../../storage/azurite.ts";
import { createRig, createSimulatedRig, makeContainers, quickSettings } from "../rig.ts";
import { createAndUpdate, disables } from "../rows.ts";
import { TinyDirectory, noFaults } from "../tiny-directory.ts";

/** Twenty writes each tenth of a second. */
const paced = (clock: Clock = systemClock) =>
  createWritePacer({ quota: 3_000, windowMs: 15_000, retryFloorMs: 5, clock });

describe("a tenant's runner", () => {
  let azurite: Azurite;
  before(async () => {
    azurite = await startAzurite();
    await makeContainers(azurite);
  });
  after(() => azurite.stop());

  it("writes every row once, in full posts, and reports it", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    const folder = await rig.submit({ rows: disables(directory, 130) });
    const end = { state: "ran", idle: true, waitMs: 0, problem: undefined };
    assert.deepEqual(await rig.run(directory), end);
    assert.equal(directory.posts, 7);
    assert.ok([...directory.made.values()].every((times) => times === 1));
    const settled = rig.finished.get(folder)?.get(7);
    assert.equal(settled?.verdict, "done");
    assert.match(settled?.requestId ?? "", /^post-\d\/\d+$/);
    assert.deepEqual([settled?.status, settled?.attempts], [204, 1]);
    assert.match(settled?.finishedAt ?? "", /^20\d\d-.*Z$/);
    assert.deepEqual(await rig.status(folder).then(({ state }) => state), "finished");
    const [slice] = rig.events;
    assert.ok(slice?.event === "slice.finished");
    assert.deepEqual([slice.rows, slice.writes, slice.throttled], [130, 130, 0]);
    // The marker is gone: the next ring finds nothing to do.
    assert.deepEqual(await rig.run(directory), end);
    assert.equal(directory.posts, 7);
  });

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

  it("hands over what it learnt of the quota", async () => {
    const rig = createRig(azurite);
    let refusals = 5;
    const part = () => (refusals-- > 0 ? ("throttle" as const) : ("none" as const));
    const directory = new TinyDirectory({ faults: { ...noFaults, part } });
    await rig.submit({ rows: disables(directory, 5) });
    const shares: (number | undefined)[] = [];
    const { createPacer } = rig.ports(directory);
    const more = {
      createPacer: (memory: Parameters<typeof createPacer>[0]) => {
        shares.push(memory?.share);
        // The first takes the quota to be used up: a refused stock teaches nothing of the rate.
        return createPacer(shares.length === 1 ? undefined : memory);
      },
    };
    await rig.run(directory, more);
    await rig.run(directory, more);
    assert.equal(shares[0], 1, "nothing was ever written in this tenant");
    assert.ok((shares[1] ?? 1) < 1, `a share of ${shares[1]} was handed on`);
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

  it("sends the next batches while the last rows of the first one wait", async () => {
    const rig = createRig(azurite);
    let refusals = 0;
    const directory = new TinyDirectory({
      faults: {
        ...noFaults,
        part: ({ url }) => (url.endsWith("01") && refusals++ < 8 ? "throttle" : "none"),
      },
    });
    const first = await rig.submit({ rows: disables(directory, 3) });
    const second = await rig.submit({ rows: disables(directory, 3) });
    await rig.runOut(directory, { settings: { ...quickSettings, retryFloorMs: 40 } });
    assert.deepEqual(rig.finishes, [second, first]);
    assert.equal((await rig.status(first)).state, "finished");
  });

  it("waits for a batch that is being planned, and writes it as soon as it may", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    const planning = `${rig.tenant}/planning/${new Date().toISOString()}-soon`;
    await rig.runner.write(planning, "");
    const slice = rig.run(directory);
    await delay(400);
    const folder = await rig.submit({ rows: disables(directory, 20) });
    await rig.runner.delete(planning);
    assert.equal((await slice).state, "ran");
    assert.deepEqual(rig.finishes, [folder]);
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

  it("counts throttled rows to the end", async () => {
    const rig = createRig(azurite);
    let refusals = 30;
    const part = () => (refusals-- > 0 ? ("throttle" as const) : ("none" as const));
    const directory = new TinyDirectory({ faults: { ...noFaults, part } });
    const folder = await rig.submit({ rows: disables(directory, 20) });
    await rig.runOut(directory, { settings: { ...quickSettings, statusEveryMs: 60_000 } });
    assert.equal((await rig.status(folder)).throttled, 30);
  });

  it("gives a created user's id to the rows that wait for it, in later shards too", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    const rows = [...createAndUpdate("ann@example.com"), ...createAndUpdate("bob@example.com", 3)];
    const [create, update, ...others] = rows;
    const folder = await rig.submit({ rows: [create!, update!, ...others], rowsPerShard: 1 });
    await rig.runOut(directory);
    const titles = [...directory.users.values()].map((user) => user["jobTitle"]);
    assert.deepEqual(titles, ["Nurse", "Nurse"]);
    const ids = [1, 2, 3, 4].map((row) => rig.finished.get(folder)?.get(row)?.objectId);
    assert.deepEqual([ids[0], ids[2]], [ids[1], ids[3]]);
  });

  it("hands over within seconds of a signal although a post hangs, and no row is written twice", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory({ timeoutMs: 200 });
    const folder = await rig.submit({ rows: disables(directory, 60) });
    const stop = new AbortController();
    const hang = new AbortController();
    const graph = {
      root: directory.root,
      timeoutMs: directory.timeoutMs,
      readAll: directory.readAll,
      pages: () => directory.pages(),
      post: async (requests: Parameters<typeof directory.post>[0]) => {
        stop.abort();
        const result = await directory.post(requests);
        await systemClock.sleep(60_000, hang.signal);
        return result;
      },
    };
    const settings = { ...quickSettings, postsInFlight: 1 };
    const end = await rig.run(graph, { settings }, stop.signal);
    assert.ok(end.state === "ran" && !end.idle);
    // Its lease is free: the next one need not wait for it to expire.
    const next = await rig.run(directory);
    assert.equal(next.state, "ran");
    hang.abort();
    await rig.runOut(directory);
    assert.deepEqual(rig.finishes, [folder]);
    assert.ok([...directory.made.values()].every((times) => times === 1));
    assert.equal(directory.made.size, 60);
  });

  it("does not start a batch that the caps no longer allow, and goes on with the others", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    const held = await rig.submit({ rows: disables(directory, 5) });
    const next = await rig.submit({ rows: disables(directory, 3) });
    const admit = async (folder: string): Promise<Admission> => ({
      kind: folder === held ? "held" : "run",
    });
    const end = await rig.run(directory, { admit });
    assert.ok(end.state === "ran" && end.idle);
    assert.deepEqual(rig.finishes, [next]);
    assert.equal(directory.made.size, 3);
  });

  it("asks whether a batch may start in every slice that opens it", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory({ faults: { ...noFaults, latencyMs: () => 20 } });
    const folder = await rig.submit({ rows: disables(directory, 100) });
    const asked: string[] = [];
    const admit = async (each: string): Promise<Admission> => {
      asked.push(each);
      return { kind: "run" };
    };
    const stop = new AbortController();
    directory.watch = () => stop.abort();
    await rig.run(directory, { admit }, stop.signal);
    await rig.runOut(directory, { admit });
    assert.deepEqual([rig.finishes, asked], [[folder], [folder, folder]]);
  });

  it("leaves a batch whose time has not come to a later slice", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    const folder = await rig.submit({ rows: disables(directory, 5) });
    const later: Admission = { kind: "wait", untilMs: Date.now() + 60_000 };
    const end = await rig.run(directory, { admit: async () => later });
    assert.ok(end.state === "ran" && end.idle && end.waitMs > 30_000 && end.waitMs <= 60_000);
    assert.deepEqual([rig.finishes, directory.made.size], [[], 0]);
    await rig.runOut(directory);
    assert.deepEqual(rig.finishes, [folder]);
  });

  it("journals nothing for shards in which the plan had nothing to write", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    const [row] = disables(directory, 1);
    const skipped = {
      row: 2,
      operation: "user.disable",
      verdict: "skipped",
      reason: "a duplicate",
      fix: "None needed.",
    } as const;
    const folder = await rig.submit({ rows: [row!, skipped], rowsPerShard: 1 });
    await rig.runOut(directory);
    assert.equal(await rig.batches.read(`${folder}/journal/00002.jsonl`), undefined);
    const { verdicts } = await rig.status(folder);
    assert.deepEqual([verdicts.done, verdicts.skipped, verdicts.pending], [1, 1, 0]);
  });
});
