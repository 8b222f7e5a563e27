import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import fc from "fast-check";

import { systemClock } from "../../shared/core/clock.ts";
import type { Priority } from "../../shared/records/manifest.ts";
import type { PlannedRow } from "../../shared/records/shard.ts";
import { runTenant } from "../../shared/runner/slice/run.ts";
import { type Azurite, startAzurite } from "../storage/azurite.ts";
import { mortal } from "./mortal.ts";
import { type Rig, createRig, makeContainers, quickSettings } from "./rig.ts";
import { disables, update, userOf } from "./rows.ts";
import { TinyDirectory } from "./tiny-directory.ts";

type Change = Readonly<Record<string, unknown>>;

/** As many rows as it takes to keep shards behind them from being opened. */
const bulk = (directory: TinyDirectory, count: number): PlannedRow[] => disables(directory, count);

const renumbered = (rows: readonly PlannedRow[]): PlannedRow[] =>
  rows.map((each, at) => ({ ...each, row: at + 1 }));

const verdictOf = (rig: Rig, folder: string, row: number): string | undefined =>
  rig.finished.get(folder)?.get(row)?.verdict;

describe("rows of several batches on one object", () => {
  let azurite: Azurite;
  before(async () => {
    azurite = await startAzurite();
    await makeContainers(azurite);
  });
  after(() => azurite.stop());

  it("leave a leaver disabled whom an earlier batch was to enable", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    const leaver = directory.addUser({ accountEnabled: false });
    const rows = [...bulk(directory, 600), update(0, leaver, { accountEnabled: true })];
    const early = await rig.submit({ rows: renumbered(rows), rowsPerShard: 50 });
    const urgent = await rig.submit({
      rows: [update(1, leaver, { accountEnabled: false }, true)],
      priority: "urgent",
    });
    const sent: string[] = [];
    directory.watch = (requests) => sent.push(...requests.map(({ url }) => url));
    await rig.runOut(directory);
    assert.equal(directory.users.get(leaver)?.["accountEnabled"], false);
    assert.equal(verdictOf(rig, early, 601), "done");
    assert.equal(verdictOf(rig, urgent, 1), "done");
    const places = sent.flatMap((url, at) => (url.includes(leaver) ? at : []));
    assert.equal(places.length, 2);
    assert.ok(places[0]! < 60, `the earlier row was sent as the ${places[0]}th`);
  });

  it("are unchanged if the change is still in place when it is their turn", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    const user = directory.addUser({ jobTitle: "Nurse" });
    await rig.submit({ rows: [update(1, user, { department: "A" })] });
    const next = await rig.submit({ rows: [update(1, user, { jobTitle: "Nurse" }, true)] });
    await rig.runOut(directory);
    const settled = rig.finished.get(next)?.get(1);
    assert.equal(settled?.verdict, "unchanged");
    assert.equal(settled.reason, "The user has these values.");
    assert.equal(settled.objectId, user);
    assert.equal(directory.made.size, 1);
  });

  it("are sent if nobody can say whether the change is still in place", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    directory.faults = { ...directory.faults, isLookLost: () => true };
    const user = directory.addUser({ jobTitle: "Nurse" });
    const folder = await rig.submit({ rows: [update(1, user, { jobTitle: "Nurse" }, true)] });
    await rig.runOut(directory);
    assert.equal(verdictOf(rig, folder, 1), "done");
  });

  for (const { rowsPerShard, where } of [
    { rowsPerShard: 50, where: "in one shard" },
    { rowsPerShard: 1, where: "in shards of their own" },
  ]) {
    it(`are skipped if they need one that failed, ${where}; others after it go on`, async () => {
      const rig = createRig(azurite);
      const directory = new TinyDirectory();
      const [first, ...others] = disables(directory, 5);
      const failing = userOf(first);
      directory.faults = {
        ...directory.faults,
        part: ({ url }) => (url.includes(failing) ? "denied" : "none"),
      };
      const orders = [{ needs: [1] }, {}, { needs: [2] }, { needs: [3] }];
      const parts = others.map((row, at) => {
        const write = { ...row.write!, ...orders[at], after: [row.row - 1] };
        return { row: row.row, operation: row.operation, write };
      });
      const folder = await rig.submit({ rows: [first!, ...parts], rowsPerShard });
      const sent: string[] = [];
      directory.watch = (requests) => sent.push(...requests.map(({ url }) => url));
      await rig.runOut(directory);
      assert.deepEqual(
        [1, 2, 3, 4, 5].map((row) => verdictOf(rig, folder, row)),
        ["failed", "skipped", "done", "skipped", "done"],
      );
      const { reason = "" } = rig.finished.get(folder)?.get(2) ?? {};
      assert.match(reason, /^Row 1, which this one needs, failed/);
      assert.equal(
        sent.some((url) => url.includes(userOf(parts[0]))),
        false,
      );
      assert.equal(
        sent.some((url) => url.includes(userOf(parts[2]))),
        false,
      );
    });
  }

  it("are skipped if they are pulled and need one that failed under an earlier runner", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    const [first, ...others] = bulk(directory, 601);
    const failing = userOf(first);
    directory.faults = {
      ...directory.faults,
      part: ({ url }) => (url.includes(failing) ? "denied" : "none"),
    };
    const user = directory.addUser({ jobTitle: "before" });
    const { write } = update(0, user, { jobTitle: "built on row 1" });
    const ordered = { ...write!, needs: [1], after: [1] };
    const last = { row: 0, operation: "user.update", write: ordered };
    const rows = renumbered([first!, ...others, last]);
    const folder = await rig.submit({ rows, rowsPerShard: 10, priority: "background" });
    const stop = new AbortController();
    const running = rig.run(directory, {}, stop.signal);
    while (directory.made.size < 100) await systemClock.sleep(2);
    stop.abort();
    await running;
    assert.deepEqual(rig.finishes, []);
    const urgent = [update(1, user, { department: "late" })];
    await rig.submit({ rows: urgent, priority: "urgent" });
    await rig.runOut(directory);
    assert.equal(verdictOf(rig, folder, 1), "failed");
    assert.equal(verdictOf(rig, folder, 602), "skipped");
    assert.equal(directory.users.get(user)?.["jobTitle"], "before");
  });

  it("pull an earlier batch's row although that batch is not begun", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    const user = directory.addUser({ accountEnabled: false });
    await rig.submit({ rows: bulk(directory, 600), rowsPerShard: 50 });
    const late = [...bulk(directory, 100), update(0, user, { jobTitle: "early" })];
    await rig.submit({ rows: renumbered(late), rowsPerShard: 10, priority: "background" });
    const urgent = [update(1, user, { jobTitle: "late" })];
    const folder = await rig.submit({ rows: urgent, priority: "urgent" });
    const stop = new AbortController();
    const running = rig.run(directory, {}, stop.signal);
    while (!rig.finishes.includes(folder)) await systemClock.sleep(5);
    stop.abort();
    await running;
    assert.equal(directory.users.get(user)?.["jobTitle"], "late");
    await rig.runOut(directory);
    assert.equal(directory.users.get(user)?.["jobTitle"], "late");
    assert.equal(rig.finishes.length, 3);
  });

  it("have their effects in order of acceptance, whatever their priority, also over kills", async () => {
    const USERS = 4;
    const change = fc.constantFrom<Change>(
      { accountEnabled: true },
      { accountEnabled: false },
      { jobTitle: "Nurse" },
      { jobTitle: "Doctor" },
    );
    const batch = fc.record({
      priority: fc.constantFrom<Priority>("urgent", "normal", "background"),
      rows: fc.array(fc.record({ user: fc.nat(USERS - 1), change }), {
        minLength: 1,
        maxLength: 6,
      }),
      filler: fc.constantFrom(0, 250, 450),
    });
    const kill = fc.record({
      on: fc.constantFrom("call" as const, "post" as const),
      at: fc.integer({ min: 1, max: 40 }),
      when: fc.constantFrom("before" as const, "during" as const, "after" as const),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(batch, { minLength: 2, maxLength: 4 }),
        fc.array(kill, { maxLength: 2 }),
        async (batches, kills) => {
          const rig = createRig(azurite);
          const directory = new TinyDirectory({ timeoutMs: 100 });
          const users = Array.from({ length: USERS }, () =>
            directory.addUser({ accountEnabled: true, jobTitle: "Nurse" }),
          );
          const model = users.map((): Change => ({ accountEnabled: true, jobTitle: "Nurse" }));
          const initial = [...model];
          const expected: { folder: string; row: number; verdict: string }[] = [];
          for (const { priority, rows, filler } of batches) {
            const mine: PlannedRow[] = bulk(directory, filler);
            const touched = new Set<number>();
            const verdicts: { row: number; verdict: string }[] = [];
            for (const { user, change: set } of rows) {
              const has = (state: Change): boolean =>
                Object.entries(set).every(([name, value]) => state[name] === value);
              const isInPlace = !touched.has(user) && has(initial[user]!);
              const row = mine.length + 1;
              const earlier = mine.findLast((each) =>
                each.write?.keys.includes(`object:${users[user]}`),
              );
              const planned = update(row, users[user]!, set, isInPlace);
              assert.ok(planned.write);
              const behind = earlier && { after: [earlier.row] };
              mine.push({ ...planned, write: { ...planned.write, ...behind } });
              verdicts.push({
                row,
                verdict: isInPlace && has(model[user]!) ? "unchanged" : "done",
              });
              model[user] = { ...model[user], ...set };
              touched.add(user);
            }
            const folder = await rig.submit({ rows: mine, priority, rowsPerShard: 25 });
            for (const each of verdicts) expected.push({ folder, ...each });
          }
          for (const each of kills) {
            const life = mortal(rig.ports(directory, { settings: quickSettings }), each);
            const end = await Promise.race([runTenant(life.ports), life.died]);
            if (end === "died") await rig.breakLease().catch(() => undefined);
          }
          await rig.runOut(directory);
          const found = users.map((id) => directory.users.get(id));
          for (const [at, state] of model.entries()) {
            for (const [name, value] of Object.entries(state))
              assert.equal(found[at]?.[name], value);
          }
          for (const { folder, row, verdict } of expected) {
            assert.equal(verdictOf(rig, folder, row), verdict, `${folder} row ${row}`);
          }
          assert.deepEqual(directory.overlaps, []);
        },
      ),
      { numRuns: Number(process.env["ORDER_RUNS"] ?? 5), endOnFailure: true },
    );
  });
});
