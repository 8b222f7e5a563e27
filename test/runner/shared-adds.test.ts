import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";

import type { GraphRequest } from "../../shared/core/graph-request.ts";
import { toObjectId } from "../../shared/core/object-id.ts";
import type { PlannedRow } from "../../shared/records/shard.ts";
import type { Blobs } from "../../shared/storage/types.ts";
import { type Azurite, startAzurite } from "../storage/azurite.ts";
import { createRig, makeContainers, quickSettings, type Rig } from "./rig.ts";
import { additions, disables } from "./rows.ts";
import { TinyDirectory, noFaults } from "./tiny-directory.ts";

const group = toObjectId("10000000-0000-4000-8000-000000000001");

/** Rows that add new users to one group and may share a request. */
const adds = (directory: TinyDirectory, count: number, to = group): PlannedRow[] =>
  additions(directory, count, to, true);

const memberOf = ({ write }: PlannedRow): string =>
  write?.target.kind === "membership" ? write.target.member : "";

/** Counts the requests that change something, and those that one of the members is in. */
function countWrites(directory: TinyDirectory) {
  const count = { writes: 0, with: new Map<string, number>() };
  directory.watch = (requests) => {
    for (const request of requests.filter(({ method }) => method !== "GET")) {
      count.writes += 1;
      for (const id of idsOf(request)) count.with.set(id, (count.with.get(id) ?? 0) + 1);
    }
  };
  return count;
}

const idsOf = (request: GraphRequest): string[] =>
  [
    ...JSON.stringify("body" in request ? request.body : {}).matchAll(/directoryObjects\/([^"]+)/g),
  ].map(([, id]) => id ?? "");

/** Verdicts by how many rows have them. */
function verdictsOf(rig: Rig, folder: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { verdict } of rig.finished.get(folder)?.values() ?? []) {
    counts[verdict] = (counts[verdict] ?? 0) + 1;
  }
  return counts;
}

describe("members that are added to one group", () => {
  let azurite: Azurite;
  before(async () => {
    azurite = await startAzurite();
    await makeContainers(azurite);
  });
  after(() => azurite.stop());

  it("share requests of at most 20, one at a time, and each has a receipt of its own", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    const folder = await rig.submit({ rows: adds(directory, 70) });
    await rig.runOut(directory);
    assert.deepEqual(verdictsOf(rig, folder), { done: 70 });
    assert.deepEqual(directory.overlaps, []);
    assert.ok(directory.shared.length <= 6, `${directory.shared.length} requests`);
    assert.ok(directory.shared.every((size) => size <= 20));
    const receipts = [...(rig.finished.get(folder)?.values() ?? [])];
    assert.ok(receipts.every(({ attempts, status }) => attempts === 1 && status === 204));
    assert.ok([...directory.made.values()].every((times) => times === 1));
  });

  it("do not wait while a shard of another batch is opened", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    const urgent = await rig.submit({ rows: adds(directory, 2), priority: "urgent" });
    const other = await rig.submit({ rows: disables(directory, 2) });
    const order: boolean[] = [];
    const sent = new AbortController();
    directory.watch = (requests) => {
      if (requests.some(({ method }) => method === "PATCH")) sent.abort();
    };
    const batches: Blobs = {
      ...rig.batches,
      read: async (path) => {
        if (path.startsWith(`${other}/shards/`)) {
          await setTimeout(5_000, undefined, { signal: sent.signal }).catch(() => undefined);
          order.push(sent.signal.aborted);
        }
        return rig.batches.read(path);
      },
    };
    await rig.runOut(directory, { blobs: { batches, runner: rig.runner } });
    assert.deepEqual(verdictsOf(rig, urgent), { done: 2 });
    assert.deepEqual(verdictsOf(rig, other), { done: 2 });
    assert.deepEqual(order, [true], "the members were sent before the other shard was read");
  });

  it("share one request at a time also when their group may have more edges in flight", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory({ faults: { ...noFaults, latencyMs: () => 5 } });
    const folder = await rig.submit({ rows: adds(directory, 400) });
    await rig.runOut(directory);
    assert.deepEqual(verdictsOf(rig, folder), { done: 400 });
    assert.deepEqual(directory.overlaps, []);
  });

  it("have a request each if that is no dearer", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    const folder = await rig.submit({ rows: adds(directory, 30) });
    await rig.runOut(directory, { settings: { ...quickSettings, membersPerWrite: 1 } });
    assert.deepEqual(verdictsOf(rig, folder), { done: 30 });
    assert.deepEqual(directory.shared, []);
  });

  it("have a request each if the plan saw them in the group, or did not see them as user or group", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    const rows = adds(directory, 12).map((row, at): PlannedRow => {
      const { memberSeen: _seen, was: _was, ...write } = row.write!;
      if (at < 4)
        return { ...row, write: { ...write, was: "present", memberSeen: true } } as PlannedRow;
      return at < 8 ? ({ ...row, write } as PlannedRow) : row;
    });
    await rig.submit({ rows });
    await rig.runOut(directory);
    assert.deepEqual(directory.shared, [4]);
  });

  const culprits = [
    {
      when: "one is a member since the plan",
      spoil: (directory: TinyDirectory, id: string) => directory.groups.get(group)?.add(id),
      verdicts: { done: 17, unchanged: 1 },
    },
    {
      when: "one does not exist any more, and Graph names it",
      spoil: (directory: TinyDirectory, id: string) => directory.missing.add(id),
      verdicts: { done: 17, failed: 1 },
    },
    {
      when: "one does not exist any more, and Graph names none",
      spoil: (directory: TinyDirectory, id: string) => {
        directory.missing.add(id);
        directory.namesMissing = false;
      },
      verdicts: { done: 17, failed: 1 },
    },
  ];
  for (const { when, spoil, verdicts } of culprits) {
    it(`get in with one more request if ${when}`, async () => {
      const rig = createRig(azurite);
      const directory = new TinyDirectory();
      const rows = adds(directory, 18);
      const culprit = memberOf(rows[7]!);
      spoil(directory, culprit);
      const count = countWrites(directory);
      const folder = await rig.submit({ rows });
      await rig.runOut(directory);
      assert.deepEqual(verdictsOf(rig, folder), verdicts);
      assert.notEqual(rig.finished.get(folder)?.get(8)?.verdict, "done");
      assert.deepEqual(directory.shared, [18, 17]);
      for (const row of rows.filter((each) => memberOf(each) !== culprit)) {
        assert.equal(count.with.get(memberOf(row)), 2);
      }
    });
  }

  it("are looked at before they share a request once one was refused", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    const rows = adds(directory, 90);
    const spoiled = [7, 25, 26, 45, 80].map((at) => memberOf(rows[at]!));
    for (const [at, id] of spoiled.entries()) {
      if (at % 2 === 0) directory.groups.get(group)?.add(id);
      else directory.missing.add(id);
    }
    const folder = await rig.submit({ rows, rowsPerShard: 30 });
    await rig.runOut(directory);
    assert.deepEqual(verdictsOf(rig, folder), { done: 85, unchanged: 3, failed: 2 });
    const all = directory.shared.reduce((sum, size) => sum + size, 0);
    assert.equal(all - directory.shared[0]!, 85, directory.shared.join());
  });

  it("go on while the receipts of the request before are stored", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory({ faults: { ...noFaults, latencyMs: () => 3 } });
    const { batches } = rig;
    const appended: string[] = [];
    const slow: typeof batches = {
      ...batches,
      openAppend: async (path) => {
        const blob = await batches.openAppend(path);
        return {
          ...blob,
          append: (bytes) => {
            appended.push(bytes.toString());
            return blob.append(bytes);
          },
        };
      },
    };
    const folder = await rig.submit({ rows: adds(directory, 100) });
    await rig.runOut(directory, { blobs: { batches: slow, runner: rig.runner } });
    assert.deepEqual(verdictsOf(rig, folder), { done: 100 });
    const joint = appended.filter(
      (each) => each.includes('"receipt"') && each.includes('"intent"'),
    );
    assert.ok(joint.length >= 3, `${joint.length} of ${appended.length}`);
  });

  it("get in with two more requests each if nothing tells who is to blame", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory({ faults: { ...noFaults, isLookLost: () => true } });
    const rows = adds(directory, 18);
    directory.groups.get(group)?.add(memberOf(rows[3]!));
    const count = countWrites(directory);
    const folder = await rig.submit({ rows });
    await rig.runOut(directory);
    assert.deepEqual(verdictsOf(rig, folder), { done: 17, unchanged: 1 });
    assert.deepEqual(directory.shared, [18]);
    assert.ok([...count.with.values()].every((times) => times === 2));
  });

  it("are looked at together after a lost answer of 18", async () => {
    const rig = createRig(azurite);
    let losses = 1;
    const directory = new TinyDirectory({
      faults: { ...noFaults, post: () => (losses-- > 0 ? "lose-after" : "none") },
    });
    const reads: number[] = [];
    const readAll = directory.readAll;
    directory.readAll = (requests, options) => {
      reads.push(requests.length);
      return readAll(requests, options);
    };
    const folder = await rig.submit({ rows: adds(directory, 18) });
    await rig.runOut(directory);
    assert.deepEqual(verdictsOf(rig, folder), { done: 18 });
    assert.deepEqual(reads, [1]);
    assert.ok([...directory.made.values()].every((times) => times === 1));
  });

  it("are fewer in a request after a conflict, and more again", async () => {
    const rig = createRig(azurite);
    let conflicts = 2;
    const directory = new TinyDirectory({
      faults: { ...noFaults, part: () => (conflicts-- > 0 ? "conflict" : "none") },
    });
    const sizes: number[] = [];
    directory.watch = (requests) => sizes.push(...requests.map((each) => idsOf(each).length));
    const folder = await rig.submit({ rows: adds(directory, 60) });
    await rig.runOut(directory);
    assert.deepEqual(verdictsOf(rig, folder), { done: 60 });
    assert.ok(sizes[1]! <= 10 && sizes[2]! <= 6, sizes.join());
    assert.ok(Math.max(...sizes.slice(3)) > sizes[2]!, sizes.join());
  });
});
