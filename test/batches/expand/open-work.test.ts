import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";

import { sweepInbox } from "../../../shared/batches/accept/sweep.ts";
import { decide } from "../../../shared/batches/decisions/decide.ts";
import { systemClock } from "../../../shared/core/clock.ts";
import { recordJson } from "../../../shared/records/journal.ts";
import { readAwaitedBefore } from "../../../shared/records/markers/planning-marker.ts";
import { other } from "../decisions/desk.ts";
import { answer } from "../small-directory.ts";
import { runAndJournal } from "../undo/jobs.ts";
import { home, openWorkshop, shardRows, type Workshop } from "../workshop.ts";

const MINUTE_MS = 60_000;
let passedMs = 0;
let workshop: Workshop;
let nurses: string;
const ids = new Map<string, string>();
const idOf = (name: string): string => ids.get(name) ?? "";

/** Ann and Bo are members of Nurses, and Bo reports to Ann. */
beforeEach(() => {
  passedMs = 0;
  workshop = openWorkshop({
    clock: { ...systemClock, now: () => systemClock.now() + passedMs },
  });
  const { directory } = workshop;
  for (const name of ["ann", "bo", "cy", "dee"]) {
    ids.set(name, directory.addUser(`${name}@contoso.com`));
  }
  nurses = directory.addGroup("Nurses");
  directory.addGroup("Night shift");
  for (const name of ["ann", "bo"]) directory.members.get(nurses)!.add(idOf(name));
});

/** What one delivery of a message comes to: why it waits, or its outcome. */
async function once(batch: string, rows: readonly object[], more: object = {}): Promise<string> {
  const message = { version: 1, batch, mode: "apply", rows, ...more };
  const deadlineMs = Date.now() + passedMs + MINUTE_MS;
  const result = await workshop.batches.accept(message, { messageId: batch, deadlineMs });
  return result.state === "again" ? `waits: ${result.reason}` : result.outcome;
}

/** The same once the work that it waited for has ended: Graph gets a moment to show it. */
async function afterwards(batch: string, rows: readonly object[]): Promise<string> {
  assert.match(await once(batch, rows), /^waits: Graph may not show yet/);
  passedMs += 5_000;
  return once(batch, rows);
}

const add = (name: string, group = "Nurses") => ({
  operation: "group.add-member",
  group,
  member: `${name}@contoso.com`,
});
const list = [{ operation: "group.set-members", group: "Nurses", member: "ann@contoso.com" }];
const offboard = (name: string) => [{ operation: "offboard", user: `${name}@contoso.com` }];

const partsOf = (batch: string): readonly string[] =>
  shardRows(workshop.blobs.batches, batch).map(({ operation, write, objectId }) => {
    const id = write?.target["member"] ?? write?.target["user"] ?? objectId;
    const name = [...ids].find(([, each]) => each === id)?.[0];
    return `${operation} ${String(name)}`;
  });

describe("rows that are expanded beside unfinished work of an earlier batch", () => {
  it("see what that work adds to their group, because they wait for it", async () => {
    await once("earlier", [add("dee")]);
    assert.match(await once("list", list), /^waits: batch earlier has not finished a row about/);
    const { state, reason, fix } = workshop.blobs.batches.json("list/status.json");
    assert.equal(state, "accepted");
    assert.match(String(reason), /^Waits: batch earlier has not finished/);
    assert.match(String(fix), /urgent/);
    workshop.directory.members.get(nurses)!.add(idOf("dee"));
    await workshop.runAll("earlier");
    assert.equal(await afterwards("list", list), "accepted");
    assert.deepEqual(partsOf("list"), [
      "group.add-member ann",
      "group.remove-member bo",
      "group.remove-member dee",
    ]);
    assert.equal(workshop.blobs.batches.json("list/status.json")["reason"], undefined);
  });

  it("give Graph as long to show it as it took lately", async () => {
    const { runner } = workshop.blobs;
    await runner.write(`${home}/state.json`, JSON.stringify({ version: 1, lagMs: 20_000 }));
    await once("earlier", [add("dee")]);
    await once("list", list);
    await workshop.runAll("earlier");
    assert.match(await afterwards("list", list), /^waits: Graph may not show yet/);
    const { reason, fix } = workshop.blobs.batches.json("list/status.json");
    assert.match(String(reason), /^Waits: Graph/);
    // There is no batch that a person could pause.
    assert.equal(fix, "No action needed: it goes on within a minute.");
    passedMs += 15_000;
    assert.equal(await once("list", list), "accepted");
  });

  it("take a state that cannot be read for none, as the runner does", async () => {
    for (const damaged of ["{", "", "null", '{"lagMs":"long"}', '{"lagMs":1e999}']) {
      await workshop.blobs.runner.write(`${home}/state.json`, damaged);
      const name = `${damaged.length}`;
      await once(`earlier-${name}`, [add("dee")]);
      await once(`list-${name}`, list);
      await runAndJournal(workshop, `earlier-${name}`);
      assert.equal(await afterwards(`list-${name}`, list), "accepted");
      await runAndJournal(workshop, `list-${name}`);
      passedMs += 1;
    }
  });

  it("say in their marker for which objects, until they are planned", async () => {
    const { runner } = workshop.blobs;
    const marker = () => [...runner.blobs.keys()].find((path) => path.endsWith("-list")) ?? "";
    await once("earlier", [add("dee")]);
    await once("list", list);
    const now = Date.now() + passedMs;
    const before = async (accepted: string, nowMs: number) => [
      ...(await readAwaitedBefore(runner, home, accepted, nowMs)),
    ];
    assert.deepEqual(await before("~", now), [[nurses, "list"]]);
    assert.deepEqual(await before("2026", now), [], "of earlier ones only");
    assert.deepEqual(await before("~", now + 20 * MINUTE_MS), [], "while it says so");
    await workshop.runAll("earlier");
    await once("list", list);
    assert.deepEqual(await before("~", now), [[nurses, "list"]], "while it is given time");
    await runner.write(marker(), "{");
    assert.deepEqual(await before("~", now), []);
    assert.equal(await once("list", list), "accepted");
    assert.ok(!marker().includes("/planning/"));
  });

  it("see what it gives to their user", async () => {
    await once("earlier", [add("bo", "Night shift")]);
    assert.match(await once("leavers", offboard("bo")), /^waits: batch earlier/);
  });

  it("see which manager it gives to somebody who reports to their user", async () => {
    const { directory } = workshop;
    Object.assign(directory.users.get(idOf("bo")) ?? {}, { manager: { id: idOf("ann") } });
    await once("earlier", [
      { operation: "user.set-manager", user: "bo@contoso.com", manager: "cy@contoso.com" },
    ]);
    directory.intercept = (url) =>
      url.startsWith(`/users/${idOf("ann")}/directReports`)
        ? reports({ id: idOf("bo"), "@odata.type": "#microsoft.graph.user" })
        : undefined;
    assert.match(await once("leavers", offboard("ann")), /^waits: batch earlier/);
    directory.intercept = () => undefined;
  });

  it("do not wait for work on others, nor for rows that have their verdict", async () => {
    await once("earlier", [add("dee"), add("cy", "Night shift")]);
    assert.equal(await once("leavers", offboard("bo")), "accepted");
    await workshop.runAll("leavers");
    const receipt = { verdict: "done", objectId: idOf("dee"), finishedAt: "x" } as const;
    const rows = [{ kind: "final", row: 1, receipt }] as const;
    const record = recordJson({ t: "receipt", post: "1", at: new Date().toISOString(), rows });
    await workshop.blobs.batches.write("earlier/journal/00001.jsonl", `${record}\n`);
    assert.equal(await once("list", list), "accepted");
  });

  it("see what it does to a group that it has created itself", async () => {
    await once("earlier", [
      { operation: "group.create", displayName: "Day shift", mailNickname: "day-shift" },
      add("dee", "Day shift"),
    ]);
    const group = workshop.directory.addGroup("Day shift");
    const receipt = { verdict: "done", objectId: group, finishedAt: "x" } as const;
    const rows = [{ kind: "final", row: 1, receipt }] as const;
    const record = recordJson({ t: "receipt", post: "1", at: new Date().toISOString(), rows });
    await workshop.blobs.batches.write("earlier/journal/00001.jsonl", `${record}\n`);
    const day = list.map((row) => ({ ...row, group: "Day shift" }));
    assert.match(await once("list", day), /^waits: batch earlier/);
  });

  it("do not wait any more once their batch is cancelled", async () => {
    await once("earlier", [add("dee")]);
    assert.match(await once("list", list), /^waits/);
    await decide(
      workshop.ports,
      other({ decision: "cancel", batch: "list", expects: "unfinished" }),
    );
    assert.equal(await once("list", list), "accepted");
    const called = [...workshop.blobs.runner.blobs.keys()].filter((path) => path.endsWith("-list"));
    assert.deepEqual(called.length, 1, "the runner is called, and no plan is awaited");
  });

  for (const { what, blob, damage, by } of [
    { what: "plan", blob: "plan.json", damage: /sha256:[0-9a-f]{8}/, by: "sha256:00000000" },
    { what: "last shard", blob: "shards/00002.jsonl", damage: '"row":1001', by: '"row":"?"' },
  ]) {
    it(`do not wait for a batch of which the ${what} is damaged`, async () => {
      const fillers = Array.from({ length: 1_000 }, (_, at) => {
        workshop.directory.addUser(`filler${at}@contoso.com`);
        return `user.update,,,filler${at}@contoso.com,Oslo`;
      });
      const lines = ["group.add-member,Nurses,dee@contoso.com,,", ...fillers];
      const content = ["operation,group,member,user,city", ...lines, ""].join("\n");
      const path = `${await workshop.drop("earlier.csv", content)}/${blob}`;
      const { batches } = workshop.blobs;
      await batches.write(path, batches.text(path).replace(damage, by));
      assert.equal(await once("list", list), "accepted");
    });
  }

  for (const { when, more } of [
    { when: "they are urgent", more: { priority: "urgent" } },
    { when: "they are only planned", more: { mode: "plan" } },
  ]) {
    it(`do not wait if ${when}`, async () => {
      await once("earlier", [add("dee")]);
      assert.equal(await once("list", list, more), "accepted");
    });
  }

  it("do not wait for a batch that waits for a person", async () => {
    await once("earlier", [add("dee")]);
    for (const path of workshop.blobs.runner.blobs.keys()) {
      if (path.includes("/queue/")) await workshop.blobs.runner.delete(path);
    }
    assert.equal(await once("list", list), "accepted");
  });

  it("do not wait for a batch that is damaged", async () => {
    await once("earlier", [add("dee")]);
    await workshop.blobs.batches.write("earlier/shards/00001.jsonl", "{");
    assert.equal(await once("list", list), "accepted");
  });

  it("wait five minutes for the plan of a batch that was accepted earlier, and no longer", async () => {
    const earlier = new Date(Date.now() - 1_000).toISOString();
    await workshop.blobs.runner.write(`${home}/planning/${earlier}-first`, "");
    assert.match(await once("list", list), /^waits: batch first, .* is planned$/);
    passedMs = 6 * MINUTE_MS;
    assert.equal(await afterwards("list", list), "accepted");
  });

  it("wait longer for the plan of an earlier batch that waits itself, so that they go in their order", async () => {
    await once("zero", [add("dee")]);
    for (const name of ["one", "two"]) await once(name, list);
    passedMs = 70 * MINUTE_MS;
    await once("one", list);
    await runAndJournal(workshop, "zero");
    for (const name of ["two", "three"]) {
      assert.match(await once(name, list), /^waits: batch one, .* is planned$/);
    }
    assert.equal(await afterwards("one", list), "accepted");
    assert.match(await once("two", list), /^waits: batch one has not finished/);
    await runAndJournal(workshop, "one");
    assert.equal(await afterwards("two", list), "accepted");
  });

  it("wait no longer for the plan of an earlier batch that waits for something else", async () => {
    await once("zero", [add("dee")]);
    for (const name of ["one", "two"]) await once(name, list);
    passedMs = 6 * MINUTE_MS;
    const { batches } = workshop.blobs;
    const updatedAt = new Date(Date.now() + passedMs).toISOString();
    const status = { ...batches.json("one/status.json"), reason: "Waiting: Graph.", updatedAt };
    await batches.write("one/status.json", JSON.stringify(status));
    await runAndJournal(workshop, "zero");
    assert.equal(await afterwards("two", list), "accepted");
  });

  it("wait for earlier batches only, so that no two wait for each other", async () => {
    const names = ["one", "two", "three"];
    const ended: string[] = [];
    await once("zero", [add("dee")]);
    for (const name of names) {
      // Those accepted in one millisecond are in the order of their names.
      passedMs += 1;
      await once(name, list);
    }
    await runAndJournal(workshop, "zero");
    for (let round = 0; round < names.length; round++) {
      passedMs += 6 * MINUTE_MS;
      for (const name of names) {
        if (ended.includes(name)) continue;
        const is = await once(name, list);
        if (is.startsWith("waits: Graph")) passedMs += 5_000;
        if (is.startsWith("waits") && (await once(name, list)).startsWith("waits")) continue;
        await runAndJournal(workshop, name);
        ended.push(name);
      }
    }
    assert.deepEqual(ended, names);
  });

  it("are not called stalled while they wait", async () => {
    await once("earlier", [add("dee")]);
    await once("list", list);
    passedMs = 30 * MINUTE_MS;
    await once("list", list);
    workshop.events.splice(0);
    await sweepInbox(workshop.ports, new Set());
    assert.deepEqual(
      workshop.events.filter(({ event }) => event === "batch.stalled"),
      [],
    );
    passedMs = 60 * MINUTE_MS;
    await sweepInbox(workshop.ports, new Set());
    const stalled = workshop.events.filter(({ event }) => event === "batch.stalled");
    assert.deepEqual(
      stalled.map((each) => "batch" in each && each.batch),
      ["list"],
    );
  });
});

const reports = (user: object) => answer(200, { value: [user] });
