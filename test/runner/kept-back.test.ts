import assert from "node:assert/strict";
import { it } from "node:test";

import { systemClock } from "../../shared/core/clock.ts";
import { type ObjectId, toObjectId } from "../../shared/core/object-id.ts";
import { createWritePacer } from "../../shared/graph/pacing/pacer.ts";
import type { PlannedRow } from "../../shared/records/shard.ts";
import type { RunnerSettings } from "../../shared/runner/ports.ts";
import { home } from "../batches/workshop.ts";
import { createSimulatedRig, paced, quickSettings } from "./rig.ts";
import { additions, disables, update } from "./rows.ts";
import { TinyDirectory, noFaults } from "./tiny-directory.ts";
import { openTown } from "./town.ts";

const GROUP = toObjectId("10000000-0000-4000-8000-000000000000");

const rowsOn = (users: readonly ObjectId[], isInPlace = false): PlannedRow[] =>
  users.map((user, at) => update(at + 1, user, { city: "B" }, isInPlace));

/** A runner of which a batch that was accepted at 1 s waits for work on the group and on some users. */
async function createStory() {
  const rig = createSimulatedRig();
  const { clock } = rig;
  const startMs = clock.now();
  const directory = new TinyDirectory({ clock, faults: { ...noFaults, latencyMs: () => 10 } });
  const awaited = Array.from({ length: 300 }, () => directory.addUser({}));
  const acceptedAt = (seconds: number): string => new Date(startMs + seconds * 1_000).toISOString();
  const planning = `${rig.tenant}/planning/${acceptedAt(1)}-list`;
  const until = acceptedAt(6_000);
  const wait = () =>
    rig.runner.write(planning, JSON.stringify({ ids: [GROUP, ...awaited], until }));
  const settings = { ...quickSettings, quotaPerSecond: 20 };
  const ports = { settings, createPacer: () => paced(clock) };
  return { rig, clock, directory, awaited, acceptedAt, planning, wait, ports };
}

type Story = Awaited<ReturnType<typeof createStory>>;

/** Runs until the batch has ended, 20 s at most; `meanwhile` is called all the time. */
async function hasEnded(
  { rig, clock, directory, ports }: Story,
  folder: string,
  meanwhile: () => Promise<void> = () => Promise.resolve(),
  more: Partial<RunnerSettings> = {},
): Promise<boolean> {
  const stop = new AbortController();
  const settings = { ...ports.settings, ...more };
  const running = rig.run(directory, { ...ports, settings }, stop.signal);
  const endMs = clock.monotonic() + 20_000;
  while (!rig.finishes.includes(folder) && clock.monotonic() < endMs) {
    await clock.run(clock.sleep(50));
    await meanwhile();
  }
  stop.abort();
  await clock.run(running);
  return rig.finishes.includes(folder);
}

it("rows that are kept back leave the room in their group to less urgent ones for which all wait", async () => {
  const story = await createStory();
  const { rig, directory, acceptedAt, wait } = story;
  const rows = additions(directory, 5, GROUP);
  const earlier = await rig.submit({ rows, priority: "background", acceptedAt: acceptedAt(0) });
  await wait();
  await rig.submit({ rows: additions(directory, 30, GROUP), acceptedAt: acceptedAt(2) });
  assert.ok(await hasEnded(story, earlier));
  assert.equal(directory.groups.get(GROUP)?.size, 5);
});

it("rows that are kept back and are to be looked at let other batches be opened", async () => {
  const story = await createStory();
  const { rig, directory, awaited, acceptedAt, wait } = story;
  const rows = disables(directory, 5);
  const earlier = await rig.submit({ rows, priority: "background", acceptedAt: acceptedAt(0) });
  await wait();
  await rig.submit({ rows: rowsOn(awaited, true), acceptedAt: acceptedAt(2) });
  assert.ok(await hasEnded(story, earlier));
});

it("rows that are kept back let rows of later batches be looked at", async () => {
  const story = await createStory();
  const { rig, directory, awaited, acceptedAt, wait } = story;
  await wait();
  await rig.submit({ rows: rowsOn(awaited), acceptedAt: acceptedAt(2) });
  const others = rowsOn([directory.addUser({})], true);
  const next = await rig.submit({ rows: others, acceptedAt: acceptedAt(3) });
  assert.ok(await hasEnded(story, next, undefined, { awaitPlansMs: 1_000 }));
});

for (const { of, isWaiting, listsAtMost } of [
  { of: "that are kept back", isWaiting: true, listsAtMost: 11 },
  { of: "found in place while an earlier batch is planned", isWaiting: false, listsAtMost: 8 },
]) {
  it(`see rows ${of} to it together what they wait for, however many batches`, async () => {
    const story = await createStory();
    const { rig, clock, directory, awaited, acceptedAt, planning, wait } = story;
    await (isWaiting ? wait() : rig.runner.write(planning, ""));
    for (let at = 0; at < 20; at++) {
      await rig.submit({ rows: rowsOn([awaited[at]!], true), acceptedAt: acceptedAt(2 + at) });
    }
    const asked = { lists: 0, reads: 0 };
    const list = rig.runner.list.bind(rig.runner);
    const read = rig.runner.read.bind(rig.runner);
    const isCounted = (path: string) => path.includes("/planning/") && clock.monotonic() > 10_000;
    rig.runner.list = (prefix) => {
      if (isCounted(prefix)) asked.lists += 1;
      return list(prefix);
    };
    rig.runner.read = (path) => {
      if (isCounted(path)) asked.reads += 1;
      return read(path);
    };
    await hasEnded(story, "none of them");
    assert.equal(directory.made.size, 0);
    assert.ok(asked.lists > 0 && asked.lists <= listsAtMost, `${asked.lists} lists in 10 s`);
    assert.equal(asked.reads, 0, "a marker was read again that had not changed");
  });
}

it("a row found in place is not unchanged if it was opened early and an earlier batch may undo it", async () => {
  const story = await createStory();
  const { rig, clock, directory, acceptedAt, planning } = story;
  const [user, other] = [directory.addUser({ city: "B" }), directory.addUser({})];
  await rig.runner.write(planning, "");
  // One after another, so that the second shard is not opened in its turn.
  const many = rowsOn(Array.from({ length: 5_500 }, () => other));
  const rows = [...many, update(5_501, user, { city: "B" }, true)];
  const next = await rig.submit({ rows, rowsPerShard: 5_500, acceptedAt: acceptedAt(2) });
  const urgent = await rig.submit({
    rows: [update(1, user, { department: "D" })],
    priority: "urgent",
    acceptedAt: acceptedAt(3),
  });
  let isPlanned = false;
  const planAfterASecond = async () => {
    if (isPlanned || clock.monotonic() < 1_000) return;
    isPlanned = true;
    assert.equal((await rig.status(next)).verdicts.unchanged, 0);
    await rig.submit({ rows: [update(1, user, { city: "A" })], acceptedAt: acceptedAt(1) });
    await rig.runner.delete(planning);
  };
  assert.ok(await hasEnded(story, urgent, planAfterASecond));
  assert.ok(isPlanned, "no plan was awaited");
  assert.equal(directory.users.get(user)?.["city"], "B");
});

it("a row found in place waits for the plan that may undo it also if a shard of its batch is opened just then", async () => {
  const story = await createStory();
  const { rig, clock, directory, acceptedAt, planning } = story;
  const user = directory.addUser({ city: "B" });
  await rig.runner.write(planning, "");
  const others = (count: number) => Array.from({ length: count }, () => directory.addUser({}));
  const rows = [update(1, user, { city: "B" }, true), ...rowsOn([user, ...others(499)]).slice(1)];
  const folder = await rig.submit({ rows, rowsPerShard: 250, acceptedAt: acceptedAt(2) });
  story.ports.createPacer = () =>
    createWritePacer({ quota: 10, windowMs: 100, retryFloorMs: 5, clock });
  let madeAtPlan: number | undefined;
  const planEarly = async () => {
    if (madeAtPlan !== undefined || clock.monotonic() < 200) return;
    madeAtPlan = directory.made.size;
    await rig.submit({ rows: [update(1, user, { city: "A" })], acceptedAt: acceptedAt(1) });
    await rig.runner.delete(planning);
  };
  assert.ok(await hasEnded(story, folder, planEarly, { statusEveryMs: 5_000 }));
  assert.ok(madeAtPlan! < 50, "the second shard was open by then");
  assert.equal(directory.users.get(user)?.["city"], "B");
});

it("a row that is kept back goes if an urgent one waits for it", async () => {
  const story = await createStory();
  const { rig, directory, awaited, acceptedAt, wait } = story;
  const [user] = awaited;
  await wait();
  const rows = [update(1, user!, { city: "normal" })];
  await rig.submit({ rows, acceptedAt: acceptedAt(2) });
  const urgent = await rig.submit({
    rows: [update(1, user!, { city: "urgent" })],
    priority: "urgent",
    acceptedAt: acceptedAt(3),
  });
  assert.ok(await hasEnded(story, urgent));
  assert.equal(directory.users.get(user!)?.["city"], "urgent");
});

it("rows that were open before they were kept back go once nobody waits for them", async () => {
  const story = await createStory();
  const { rig, clock, directory, awaited, acceptedAt, planning, wait } = story;
  const others = Array.from({ length: 254 }, () => directory.addUser({}));
  const users = [...others.slice(0, 249), awaited[0]!, ...others.slice(249)];
  const rows = rowsOn(users);
  const folder = await rig.submit({ rows, rowsPerShard: 250, acceptedAt: acceptedAt(2) });
  const startMs = clock.monotonic();
  const waitsFor4Seconds = async () => {
    const sinceMs = clock.monotonic() - startMs;
    if (sinceMs < 4_000 && directory.made.size > 10) await wait();
    if (sinceMs >= 4_000) await rig.runner.delete(planning);
  };
  assert.ok(await hasEnded(story, folder, waitsFor4Seconds));
  assert.ok(clock.monotonic() - startMs > 4_000, "it was not kept back");
});

it("a row beside one that is kept back is unchanged if its values were set after the plan", async () => {
  const town = openTown();
  const [ann, bob] = ["ann@contoso.com", "bob@contoso.com"].map((userPrincipalName) =>
    town.users.addUser({ userPrincipalName, city: "Rome" }),
  );
  const { runner, batches } = town.blobs;
  const rows = [ann, bob].map((user) => ({ operation: "user.update", user, city: "Oslo" }));
  await town.deliver({ version: 1, batch: "b", mode: "plan", rows });
  const planning = `${home}/planning/${new Date().toISOString()}-list`;
  const until = new Date(Date.now() + 3_600_000).toISOString();
  await runner.write(planning, JSON.stringify({ ids: [bob], until }));
  town.pass(660_000);
  Object.assign(town.users.users.get(ann!) ?? {}, { city: "Oslo" });
  await town.approve("b");
  const running = town.run();
  const journal = "b/journal/00001.jsonl";
  const isSettled = () => batches.blobs.has(journal) && /"settled"/.test(batches.text(journal));
  while (!isSettled()) await systemClock.sleep(10);
  assert.equal(town.users.users.get(bob!)?.["city"], "Rome", "nothing was kept back");
  await runner.delete(planning);
  await running;
  const verdicts = [...town.report("b").values()].map(({ verdict }) => verdict);
  assert.deepEqual(verdicts, ["unchanged", "done"]);
});

it("rows beside one that is kept back are unchanged if nobody may undo what they found in place", async () => {
  const story = await createStory();
  const { rig, directory, awaited, acceptedAt } = story;
  // So long ago that nobody waits for its plan because of what it may undo.
  const planning = `${rig.tenant}/planning/${acceptedAt(-7_200)}-list`;
  const until = acceptedAt(6_000);
  await rig.runner.write(planning, JSON.stringify({ ids: awaited, until }));
  const inPlace = update(2, directory.addUser({ city: "B" }), { city: "B" }, true);
  const rows = [update(1, awaited[0]!, { city: "B" }), inPlace];
  const folder = await rig.submit({ rows, acceptedAt: acceptedAt(2) });
  assert.equal(await hasEnded(story, folder), false, "no row was kept back");
  assert.equal((await rig.status(folder)).verdicts.unchanged, 1);
});

it("a row that is kept back is not among the first of its batch, on which the others wait", async () => {
  const story = await createStory();
  const { rig, directory, awaited, acceptedAt, wait } = story;
  await wait();
  const free = directory.addUser({});
  const rows = rowsOn([...awaited.slice(0, 5), free]);
  const folder = await rig.submit({ rows, acceptedAt: acceptedAt(2) });
  const isEnded = await hasEnded(story, folder, undefined, { canaryRows: 2 });
  assert.equal(isEnded, false, "no row was kept back");
  assert.equal(directory.users.get(free)?.["city"], "B");
});
