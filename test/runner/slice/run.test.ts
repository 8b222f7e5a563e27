import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";

import { systemClock } from "../../../shared/core/clock.ts";
import type { Admission } from "../../../shared/records/ledger/admission.ts";
import { type Azurite, startAzurite } from "../../storage/azurite.ts";
import { createRig, makeContainers, quickSettings } from "../rig.ts";
import { createAndUpdate, disables } from "../rows.ts";
import { TinyDirectory, noFaults } from "../tiny-directory.ts";

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

  it("hands over what it learned of the quota", async () => {
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
