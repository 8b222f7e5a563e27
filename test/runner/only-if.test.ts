import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { undo } from "../../shared/batches/undo/undo.ts";
import { jobOn, takeQueued } from "../batches/undo/jobs.ts";
import { type ReportedRow, type Town, openTown } from "./town.ts";

type User = Record<string, unknown> & { readonly id: string };

const people = ["ann", "bob", "cid", "dee"].map((name) => `${name}@contoso.com`);

/** A town of a few people in Rome, and a batch that has moved them to Oslo. */
async function moved(rows?: readonly object[]): Promise<Town> {
  const town = openTown();
  for (const userPrincipalName of people) {
    town.users.addUser({ userPrincipalName, displayName: "x", city: "Rome", department: "IT" });
  }
  await town.deliver({
    version: 1,
    batch: "b",
    mode: "apply",
    rows:
      rows ??
      people.map((user) => ({ operation: "user.update", user, city: "Oslo", department: "HR" })),
  });
  await run(town, "b");
  return town;
}

/** Runs a batch to its end. Guards may hold it, because this directory cannot count its users. */
async function run(town: Town, batch: string): Promise<void> {
  await town.run();
  if (town.blobs.batches.json(`${batch}/status.json`)["state"] !== "held") return;
  await town.approve(batch);
  await town.run();
}

const named = (town: Town, name: string): User =>
  [...town.users.users.values()].find((user) => user["userPrincipalName"] === name)!;

/** Plans the undo. */
async function plannedUndo(town: Town): Promise<void> {
  await undo(town.ports, jobOn(town, "b", { decision: "undo" }));
  await takeQueued(town);
}

const rowOf = (town: Town, original: number): ReportedRow | undefined =>
  [...town.report("b-undo-1").values()].find(({ input }) => input?.["originalRow"] === original);

describe("a row of an undo", () => {
  it("brings back the values that were there before", async () => {
    const town = await moved();
    await plannedUndo(town);
    await town.run();
    for (const name of people) {
      const { city, department } = named(town, name);
      assert.deepEqual([city, department], ["Rome", "IT"]);
    }
    assert.deepEqual(town.report("b-undo-1").get(1)?.before, { city: "Oslo", department: "HR" });
  });

  it("overwrites nothing if its user is changed after the undo was planned, and says what was", async () => {
    const town = await moved();
    await plannedUndo(town);
    Object.assign(named(town, "ann@contoso.com"), { city: "Bern" });
    await town.run();
    const row = rowOf(town, 1);
    assert.equal(row?.verdict, "skipped");
    assert.match(
      row?.reason ?? "",
      /^Changed since by somebody: city\. Nothing was overwritten\.$/,
    );
    const { city, department } = named(town, "ann@contoso.com");
    assert.deepEqual([city, department], ["Bern", "HR"]);
    assert.equal(rowOf(town, 2)?.verdict, "done");
  });

  it("is skipped if its user is deleted after the undo was planned", async () => {
    const town = await moved();
    await plannedUndo(town);
    town.users.users.delete(named(town, "bob@contoso.com").id);
    await town.run();
    assert.equal(rowOf(town, 2)?.verdict, "skipped");
    assert.match(rowOf(town, 2)?.reason ?? "", /the user is deleted/);
  });

  it("writes what is left if somebody has undone a part of it", async () => {
    const town = await moved();
    await plannedUndo(town);
    Object.assign(named(town, "cid@contoso.com"), { city: "Rome" });
    Object.assign(named(town, "dee@contoso.com"), { city: "Rome", department: "IT" });
    await town.run();
    assert.equal(rowOf(town, 3)?.verdict, "done");
    assert.equal(named(town, "cid@contoso.com")["department"], "IT");
    assert.equal(rowOf(town, 4)?.verdict, "unchanged");
  });

  it("is undone itself by the undo of the undo", async () => {
    const town = await moved();
    await plannedUndo(town);
    await town.run();
    await undo(town.ports, jobOn(town, "b-undo-1", { decision: "undo", as: "again" }));
    await takeQueued(town);
    await town.run();
    assert.deepEqual(
      people.map((name) => named(town, name)["city"]),
      people.map(() => "Oslo"),
    );
  });
});

/** An edit by somebody else: of whom, and when. */
const edits = fc.array(
  fc.record({
    who: fc.integer({ min: 0, max: people.length - 1 }),
    what: fc.constantFrom("city", "department", "accountEnabled"),
    when: fc.constantFrom("before the plan", "before the run", "at the look"),
  }),
  { maxLength: 4 },
);

const updates = fc.record({
  operation: fc.constant("user.update"),
  user: fc.constantFrom(...people),
  city: fc.constantFrom("Oslo", "Ulm", "(clear)", ""),
  department: fc.constantFrom("HR", "IT", "(clear)"),
});
const switches = fc.record({
  operation: fc.constantFrom("user.disable", "user.enable"),
  user: fc.constantFrom(...people),
});

describe("whoever edits a user before the look of its undo", () => {
  it("finds every edit in place, whatever the batch did before", async () => {
    const rows = fc.array(fc.oneof({ weight: 3, arbitrary: updates }, switches), {
      minLength: 1,
      maxLength: 8,
    });
    let seen = 0;
    await fc.assert(
      fc.asyncProperty(rows, edits, async (batch, made) => {
        const town = await moved(batch);
        const wanted = new Map<string, [User, string, unknown]>();
        const apply = (when: string, of?: string): void => {
          for (const [at, { who, what, when: then }] of made.entries()) {
            const user = named(town, people[who]!);
            if (then !== when || (of !== undefined && of !== user.id)) continue;
            const value = what === "accountEnabled" ? `edited ${at}` : `Edited ${at}`;
            if (wanted.get(`${user.id} ${what} ${at}`)) continue;
            user[what] = value;
            wanted.set(`${user.id} ${what}`, [user, what, value]);
            wanted.set(`${user.id} ${what} ${at}`, [user, what, undefined]);
          }
        };
        apply("before the plan");
        try {
          await plannedUndo(town);
        } catch (error) {
          assert.match(String(error), /written nothing/);
          return;
        }
        apply("before the run");
        const { readAll } = town.users;
        town.users.readAll = async (requests, options) => {
          for (const { url } of requests) {
            const id = /^\/users\/([0-9a-f-]{36})/.exec(url)?.[1];
            if (id !== undefined) apply("at the look", id);
          }
          return readAll(requests, options);
        };
        await run(town, "b-undo-1");
        for (const [user, what, value] of wanted.values()) {
          if (value === undefined) continue;
          seen += 1;
          assert.equal(user[what], value, JSON.stringify([...town.report("b-undo-1").values()]));
        }
      }),
      { numRuns: 15 },
    );
    assert.ok(seen > 5, `only ${seen} edits were tried`);
  });
});
