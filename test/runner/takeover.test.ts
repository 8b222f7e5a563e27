import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { type Clock, systemClock } from "../../shared/core/clock.ts";
import { OperatorError } from "../../shared/core/errors.ts";
import type { Graph } from "../../shared/graph/types.ts";
import { runTenant } from "../../shared/runner/slice/run.ts";
import { type Azurite, startAzurite } from "../storage/azurite.ts";
import { mortal, never } from "./mortal.ts";
import { type Rig, createRig, makeContainers, quickSettings } from "./rig.ts";
import { disables } from "./rows.ts";
import { TinyDirectory, noFaults } from "./tiny-directory.ts";

/** A promise and what resolves it. */
function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let resolve: (() => void) | undefined;
  const passed = new Promise<void>((done) => (resolve = done));
  return { passed, open: () => resolve?.() };
}

/** The directory, but its posts are held until `resume`, as by a process that freezes there. */
function frozen(directory: TinyDirectory): {
  readonly graph: Graph;
  readonly arrived: Promise<void>;
  readonly resume: () => void;
} {
  const arrival = gate();
  const release = gate();
  const graph: Graph = {
    root: directory.root,
    timeoutMs: directory.timeoutMs,
    pages: () => directory.pages(),
    readAll: directory.readAll.bind(directory),
    post: async (requests) => {
      arrival.open();
      await release.passed;
      return directory.post(requests);
    },
  };
  return { graph, arrived: arrival.passed, resume: release.open };
}

const journalOf = async (rig: Rig, folder: string): Promise<string> =>
  (await rig.batches.read(`${folder}/journal/00001.jsonl`))?.bytes.toString("utf8") ?? "";

describe("when another runner takes over", () => {
  let azurite: Azurite;
  before(async () => {
    azurite = await startAzurite();
    await makeContainers(azurite);
  });
  after(() => azurite.stop());

  it("does not start while another holds the lease", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    await rig.submit({ rows: disables(directory, 3) });
    const { graph, arrived, resume } = frozen(directory);
    const first = rig.run(graph);
    await arrived;
    assert.deepEqual(await rig.run(directory), { state: "busy" });
    assert.equal(directory.posts, 0);
    resume();
    await first;
    assert.equal(directory.made.size, 3);
  });

  it("fences out the one before, which then sends nothing more", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    await rig.submit({ rows: disables(directory, 60) });
    const { graph, arrived, resume } = frozen(directory);
    const old = rig.run(graph, { settings: { ...quickSettings, postsInFlight: 1 } });
    await arrived;
    await rig.breakLease();
    // Until the first append of the next one, the one before may still get in between: it rings again.
    const ringAgain = (error: unknown): Promise<void> => {
      assert.ok(error instanceof OperatorError && error.code === "LEASE_LOST");
      return rig.runOut(directory);
    };
    const next = rig.runOut(directory).catch(ringAgain);
    await systemClock.sleep(30);
    // It wakes up in the middle of its post: this post is sent late, and none after it.
    resume();
    await assert.rejects(old, { code: "LEASE_LOST" });
    await next;
    assert.equal(directory.made.size, 60);
    assert.ok([...directory.made.values()].every((times) => times === 1));
    assert.deepEqual(directory.overlaps, []);
  });

  it("sends nothing if its clock says that the lease ran out, even if intents are journaled", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    const folder = await rig.submit({ rows: disables(directory, 3) });
    let skippedMs = 0;
    const clock: Clock = { ...systemClock, monotonic: () => systemClock.monotonic() + skippedMs };
    const batches = {
      ...rig.batches,
      openAppend: async (path: string) => {
        const blob = await rig.batches.openAppend(path);
        return {
          content: blob.content,
          append: async (bytes: Uint8Array) => {
            await blob.append(bytes);
            // The process freezes with the intent stored and the post not yet sent.
            if (Buffer.from(bytes).includes('"intent"')) skippedMs = 14_000;
          },
        };
      },
    };
    const settings = { ...quickSettings, stallMs: 60_000 };
    const blobs = { batches, runner: rig.runner };
    await assert.rejects(rig.run(directory, { clock, blobs, settings }), { code: "LEASE_LOST" });
    assert.equal(directory.posts, 0);
    assert.match(await journalOf(rig, folder), /could not leave in time/);
    await rig.runOut(directory);
    assert.equal(rig.finished.get(folder)?.get(1)?.attempts, 1);
  });

  it("does not fence out its successor after it froze while it opened a journal", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    const folder = await rig.submit({ rows: disables(directory, 60) });
    const arrival = gate();
    const release = gate();
    let skippedMs = 0;
    const clock: Clock = { ...systemClock, monotonic: () => systemClock.monotonic() + skippedMs };
    const batches = {
      ...rig.batches,
      openAppend: async (path: string) => {
        arrival.open();
        await release.passed;
        return rig.batches.openAppend(path);
      },
    };
    const old = rig.run(directory, { clock, blobs: { batches, runner: rig.runner } });
    await arrival.passed;
    await rig.breakLease();
    const { graph, arrived, resume } = frozen(directory);
    const next = rig.run(graph);
    await arrived;
    skippedMs = 14_000;
    release.open();
    await assert.rejects(old, { code: "LEASE_LOST" });
    resume();
    await next;
    assert.deepEqual(rig.finishes, [folder]);
    assert.equal((await journalOf(rig, folder)).match(/"t":"open"/g)?.length, 1);
  });

  it("looks at rows in doubt only when none of their posts can be under way", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory({ timeoutMs: 600 });
    await rig.submit({ rows: disables(directory, 10) });
    const { graph, arrived } = frozen(directory);
    const killed = mortal(rig.ports(graph), never);
    void runTenant(killed.ports);
    await arrived;
    killed.kill();
    await rig.breakLease();
    const start = performance.now();
    let lookedAfterMs = 0;
    const readAll: Graph["readAll"] = (requests, options) => {
      lookedAfterMs ||= performance.now() - start;
      return directory.readAll(requests, options);
    };
    const { root, timeoutMs } = directory;
    const pages = (): AsyncIterable<never> => directory.pages();
    await rig.runOut({ root, timeoutMs, pages, readAll, post: directory.post.bind(directory) });
    assert.ok(lookedAfterMs >= 590, `looked after ${lookedAfterMs} ms`);
    assert.equal(directory.made.size, 10);
  });

  it("holds the objects of rows in doubt before it sends more urgent work", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory({ timeoutMs: 1_200 });
    directory.faults = { ...noFaults, post: () => "lose-late" };
    const rows = disables(directory, 3);
    await rig.submit({ rows });
    const life = mortal(rig.ports(directory), { on: "post", at: 1, when: "during" });
    await Promise.race([runTenant(life.ports), life.died]);
    directory.faults = noFaults;
    await rig.breakLease();
    const jobTitle = "Nurse";
    const urgent = rows.map(({ row, write }) => ({
      row,
      operation: "user.update",
      write: { target: { kind: "new" as const }, keys: [], ...write, set: { jobTitle } },
    }));
    await rig.submit({ rows: urgent, priority: "urgent" });
    await rig.runOut(directory);
    assert.deepEqual(directory.overlaps, []);
    assert.deepEqual([...directory.made.values()], [1, 1, 1, 1, 1, 1]);
  });

  it("continues from the journals if the state file is lost", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    await rig.submit({ rows: disables(directory, 90), rowsPerShard: 20 });
    const life = mortal(rig.ports(directory), { on: "post", at: 3, when: "during" });
    await Promise.race([runTenant(life.ports), life.died]);
    await rig.breakLease().catch(() => undefined);
    await rig.runner.write(`${rig.tenant}/state.json`, "{");
    await rig.runOut(directory);
    assert.equal(directory.made.size, 90);
    assert.ok([...directory.made.values()].every((times) => times === 1));
  });

  it("finishes a batch whose runner was killed between its report and its marker", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    const folder = await rig.submit({ rows: disables(directory, 5) });
    const runner = { ...rig.runner, delete: () => new Promise<never>(() => undefined) };
    const blobs = { batches: rig.batches, runner };
    const life = mortal(rig.ports(directory, { blobs }), never);
    void runTenant(life.ports);
    while (!rig.finished.has(folder)) await systemClock.sleep(5);
    life.kill();
    await rig.breakLease();
    await rig.runOut(directory);
    assert.deepEqual(rig.finishes, [folder, folder]);
    assert.equal(directory.posts, 1);
    assert.equal((await rig.status(folder)).state, "finished");
  });
});

describe("a batch that cannot be read", () => {
  let azurite: Azurite;
  before(async () => {
    azurite = await startAzurite();
    await makeContainers(azurite);
  });
  after(() => azurite.stop());

  const damages: Record<string, (rig: Rig, folder: string) => Promise<unknown>> = {
    "its plan is missing": (rig, folder) => rig.batches.delete(`${folder}/plan.json`),
    "its manifest is of another version": (rig, folder) =>
      rig.batches.write(`${folder}/batch.json`, '{"version":2}'),
    "a shard is missing": (rig, folder) => rig.batches.delete(`${folder}/shards/00001.jsonl`),
    "a shard is damaged": (rig, folder) =>
      rig.batches.write(`${folder}/shards/00001.jsonl`, '{"row":1'),
    "its journal is damaged": async (rig, folder) => {
      const journal = await rig.batches.openAppend(`${folder}/journal/00001.jsonl`);
      await journal.append(
        Buffer.from('{"t":"int\n{"t":"intent","post":"p","at":"","rows":[1]}\n'),
      );
    },
    "its marker is damaged": async (rig) => {
      for await (const { path } of rig.runner.list(`${rig.tenant}/queue/`)) {
        await rig.runner.write(path, "{");
        return;
      }
    },
  };
  for (const [damage, make] of Object.entries(damages)) {
    it(`sends nothing, says why, and does not stop the others: ${damage}`, async () => {
      const rig = createRig(azurite);
      const directory = new TinyDirectory();
      const bad = await rig.submit({ rows: disables(directory, 2) });
      const good = await rig.submit({ rows: disables(directory, 2) });
      await make(rig, bad);
      const end = await rig.run(directory);
      assert.ok(end.state === "ran" && !end.idle && end.waitMs > 60_000);
      assert.ok(end.problem instanceof OperatorError);
      assert.match(end.problem.code, /^(BATCH_DAMAGED|VERSION_UNKNOWN)$/);
      assert.deepEqual(rig.finishes, [good]);
      assert.equal(directory.made.size, 2);
    });
  }
});
