import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { rerun } from "../../../shared/batches/undo/rerun.ts";
import { jobOn, takeQueued } from "../undo/jobs.ts";
import { openWorkshop, settings, type Workshop } from "../workshop.ts";

const ROWS = 120;

/** Drops a day's file of so many rows, with the columns of a header. */
async function drop(
  workshop: Workshop,
  day: number,
  { columns = ["user", "city", "department"], folder = "user.update", rows = ROWS } = {},
): Promise<string> {
  const cells = (at: number): string[] =>
    columns.map((name) => (name === "user" ? `u${at}@contoso.com` : `${name} ${day}`));
  const lines = Array.from({ length: rows }, (_, at) => cells(at).join(","));
  return workshop.drop(
    `${folder}/hr-2026-11-${day}.csv`,
    `${columns.join(",")}\n${lines.join("\n")}\n`,
  );
}

const open = (tripwires: Partial<typeof settings.tripwires> = {}): Workshop => {
  const workshop = openWorkshop({
    settings: { ...settings, tripwires: { ...settings.tripwires, ...tripwires } },
  });
  for (let at = 0; at < ROWS; at++) workshop.directory.addUser(`u${at}@contoso.com`);
  return workshop;
};

const stateOf = ({ blobs }: Workshop, folder: string): unknown =>
  blobs.batches.json(`${folder}/status.json`)["state"];

const profiles = ({ blobs }: Workshop): string[] =>
  [...blobs.runner.blobs.keys()].filter((path) => path.includes("/sources/"));

describe("a file that differs from the last of its source", () => {
  it("is held with what differs, once a batch of its source was run", async () => {
    const workshop = open();
    const first = await drop(workshop, 20);
    assert.deepEqual(profiles(workshop), [], "a plan is no example");
    await workshop.runAll(first);
    assert.equal(profiles(workshop).length, 1);

    const lost = await drop(workshop, 21, { columns: ["user", "city"] });
    assert.equal(stateOf(workshop, lost), "held");
    const { reason, fix } = workshop.blobs.batches.json(`${lost}/status.json`);
    assert.match(String(reason), /user\.update\/hr-#-#-#\.csv has no column department any more/);
    assert.match(String(fix), /export/);
    const guards = workshop.events.flatMap((each) =>
      each.event === "batch.held" ? [each.guard, each.setting] : [],
    );
    assert.deepEqual(guards, ["source-columns", "TRIPWIRES"]);
  });

  it("is no example itself while it is held, and the file that follows may be as the first", async () => {
    const workshop = open();
    await workshop.runAll(await drop(workshop, 20));
    const before = workshop.blobs.runner.text(profiles(workshop)[0]!);
    await drop(workshop, 21, { columns: ["user", "city"] });
    assert.equal(workshop.blobs.runner.text(profiles(workshop)[0]!), before);
    assert.equal(stateOf(workshop, await drop(workshop, 22)), "accepted");
  });

  it("is held again if its rows are sent again before somebody approved it", async () => {
    const workshop = open();
    await workshop.runAll(await drop(workshop, 20));
    const lost = await drop(workshop, 21, { columns: ["user", "city"] });
    const made = await rerun(workshop.ports, jobOn(workshop, lost, { rows: "held" }));
    await takeQueued(workshop);
    assert.equal(stateOf(workshop, made.batch), "held");
    const again = await rerun(workshop.ports, jobOn(workshop, made.batch, { rows: "held" }));
    await takeQueued(workshop);
    assert.equal(stateOf(workshop, again.batch), "held");

    const approved = [{ digest: "any", at: "2026-11-21T00:00:00Z", by: [{ kind: "queue" }] }];
    const control = { version: 1, standing: "open", approved, decisions: [] };
    await workshop.blobs.batches.write(`${lost}/control.json`, JSON.stringify(control));
    const more = { rows: "held", decisionId: "decision-2" } as const;
    const after = await rerun(workshop.ports, jobOn(workshop, lost, more));
    await takeQueued(workshop);
    assert.equal(stateOf(workshop, after.batch), "accepted");
  });

  it("is compared with the last one that was run, and running it twice changes nothing", async () => {
    const workshop = open({ isOn: false });
    await workshop.runAll(await drop(workshop, 20));
    const second = await drop(workshop, 21, { columns: ["user", "city"] });
    await workshop.runAll(second);
    const path = profiles(workshop)[0]!;
    const { latest } = workshop.blobs.runner.json(path);
    assert.deepEqual((latest as { columns: string[] }).columns, ["user", "city"]);
    const before = workshop.blobs.runner.text(path);
    await workshop.runAll(second);
    assert.equal(workshop.blobs.runner.text(path), before);
  });

  it("is held if it disables accounts and no file of its source did", async () => {
    const workshop = open();
    await workshop.runAll(await drop(workshop, 20));
    const columns = ["user", "city", "department"];
    const rows = Array.from({ length: ROWS }, (_, at) => `u${at}@contoso.com,Rome,Sales,${at > 0}`);
    const text = `${[...columns, "accountEnabled"].join(",")}\n${rows.join("\n")}\n`;
    const folder = await workshop.drop("user.update/hr-2026-11-23.csv", text);
    assert.equal(stateOf(workshop, folder), "held");
    const { reason } = workshop.blobs.batches.json(`${folder}/status.json`);
    assert.match(String(reason), /the batch has 1 disables, and no batch of .* more than 0/);
  });

  it("is held if it has no line break at its end any more, which may be a cut", async () => {
    const workshop = open();
    await workshop.runAll(await drop(workshop, 20));
    const rows = Array.from({ length: ROWS }, (_, at) => `u${at}@contoso.com,Rome,Sales`);
    const text = `user,city,department\n${rows.join("\n")}`;
    const folder = await workshop.drop("user.update/hr-2026-11-24.csv", text);
    assert.equal(stateOf(workshop, folder), "held");
  });

  it("is another source's in another folder", async () => {
    const workshop = open();
    await workshop.runAll(await drop(workshop, 20));
    const lost = await drop(workshop, 21, { columns: ["user", "city"], folder: "user.update/it" });
    assert.equal(stateOf(workshop, lost), "accepted");
  });
});
