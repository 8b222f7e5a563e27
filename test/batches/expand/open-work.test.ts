import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";

import { sweepInbox } from "../../../shared/batches/accept/sweep.ts";
import { decide } from "../../../shared/batches/decisions/decide.ts";
import { recordJson } from "../../../shared/records/journal.ts";
import {
  awaitedBy,
  readPlanning,
  waitingNow,
} from "../../../shared/records/markers/planning-marker.ts";
import { other } from "../decisions/desk.ts";
import { answer } from "../small-directory.ts";
import { runAndJournal } from "../undo/jobs.ts";
import { home, shardRows, type Workshop } from "../workshop.ts";
import { add, list, MINUTE_MS, offboard, openStory, type Story } from "./story.ts";

let story: Story;
let workshop: Workshop;
let nurses: string;
let once: Story["once"];
let afterwards: Story["afterwards"];
const idOf = (name: string): string => story.ids.get(name) ?? "";

beforeEach(() => {
  story = openStory();
  ({ workshop, nurses, once, afterwards } = story);
});

const partsOf = (batch: string): readonly string[] =>
  shardRows(workshop.blobs.batches, batch).map(({ operation, write, objectId }) => {
    const id = write?.target["member"] ?? write?.target["user"] ?? objectId;
    const name = [...story.ids].find(([, each]) => each === id)?.[0];
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
    story.passedMs += 15_000;
    assert.equal(await once("list", list), "accepted");
  });

  it("say in their marker for which objects, until they are planned", async () => {
    const { runner } = workshop.blobs;
    const marker = () => [...runner.blobs.keys()].find((path) => path.endsWith("-list")) ?? "";
    await once("earlier", [add("dee")]);
    await once("list", list);
    const now = Date.now() + story.passedMs;
    const awaited = async (nowMs: number) => [
      ...awaitedBy(waitingNow(await readPlanning(runner, home), nowMs)),
    ];
    assert.deepEqual(await awaited(now), [[nurses, "list"]]);
    assert.deepEqual(await awaited(now + 20 * MINUTE_MS), [], "while it says so");
    await workshop.runAll("earlier");
    await once("list", list);
    assert.deepEqual(await awaited(now), [[nurses, "list"]], "while it is given time");
    await runner.write(marker(), "{");
    assert.deepEqual(await awaited(now), []);
    assert.equal(await once("list", list), "accepted");
    assert.ok(!marker().includes("/planning/"));
  });

  it("say it also of the objects that they waited for before, or have read meanwhile", async () => {
    const { runner } = workshop.blobs;
    const fillers = Array.from({ length: 49 }, (_, at) => `filler${at}`);
    for (const name of fillers)
      story.ids.set(name, workshop.directory.addUser(`${name}@contoso.com`));
    const names = ["bo", ...fillers, "cy"];
    const rows = names.flatMap(offboard);
    for (const name of ["bo", "cy"]) await once(`earlier-${name}`, [add(name, "Night shift")]);
    assert.match(await once("leavers", rows), /^waits: batch earlier-bo/);
    await runAndJournal(workshop, "earlier-bo");
    assert.match(await once("leavers", rows), /^waits: Graph/);
    story.passedMs += 5_000;
    for (const when of ["once", "again"]) {
      assert.match(await once("leavers", rows), /^waits: batch earlier-cy/, when);
      const nowMs = Date.now() + story.passedMs;
      const awaited = awaitedBy(waitingNow(await readPlanning(runner, home), nowMs));
      const lacking = names.filter((name) => !awaited.has(idOf(name)));
      assert.deepEqual(lacking, [], when);
    }
    await runAndJournal(workshop, "earlier-cy");
    assert.equal(await afterwards("leavers", rows), "accepted");
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

  it("wait five minutes for the plan of a batch that was accepted earlier, and no longer", async () => {
    const earlier = new Date(Date.now() - 1_000).toISOString();
    await workshop.blobs.runner.write(`${home}/planning/${earlier}-first`, "");
    assert.match(await once("list", list), /^waits: batch first, .* is planned$/);
    story.passedMs = 6 * MINUTE_MS;
    assert.equal(await afterwards("list", list), "accepted");
  });

  it("do not wait if they expand into nothing that the directory shows, such as joiners", async () => {
    await once("earlier", [add("dee")]);
    const earlier = new Date(Date.now() - 1_000).toISOString();
    await workshop.blobs.runner.write(`${home}/planning/${earlier}-first`, "");
    const { batches } = workshop.blobs;
    const read = batches.read.bind(batches);
    const seen: string[] = [];
    batches.read = (path) => {
      seen.push(path);
      return read(path);
    };
    const joiner = { userPrincipalName: "eve@contoso.com", displayName: "Eve", groups: "Nurses" };
    assert.equal(await once("joiners", [{ operation: "onboard", ...joiner }]), "accepted");
    assert.deepEqual(
      seen.filter((path) => path.startsWith("earlier/plan")),
      [],
      "and earlier work is not read for them",
    );
  });

  it("wait longer for the plan of an earlier batch that waits itself, so that they go in their order", async () => {
    await once("zero", [add("dee")]);
    for (const name of ["one", "two"]) await once(name, list);
    story.passedMs = 70 * MINUTE_MS;
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
    story.passedMs = 6 * MINUTE_MS;
    const { batches } = workshop.blobs;
    const updatedAt = new Date(Date.now() + story.passedMs).toISOString();
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
      story.passedMs += 1;
      await once(name, list);
    }
    await runAndJournal(workshop, "zero");
    for (let round = 0; round < names.length; round++) {
      story.passedMs += 6 * MINUTE_MS;
      for (const name of names) {
        if (ended.includes(name)) continue;
        const is = await once(name, list);
        if (is.startsWith("waits: Graph")) story.passedMs += 5_000;
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
    story.passedMs = 30 * MINUTE_MS;
    await once("list", list);
    workshop.events.splice(0);
    await sweepInbox(workshop.ports, new Set());
    assert.deepEqual(
      workshop.events.filter(({ event }) => event === "batch.stalled"),
      [],
    );
    story.passedMs = 60 * MINUTE_MS;
    await sweepInbox(workshop.ports, new Set());
    const stalled = workshop.events.filter(({ event }) => event === "batch.stalled");
    assert.deepEqual(
      stalled.map((each) => "batch" in each && each.batch),
      ["list"],
    );
  });
});

const reports = (user: object) => answer(200, { value: [user] });
