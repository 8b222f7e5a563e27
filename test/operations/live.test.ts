import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { type Operation, operationNamed } from "../../shared/catalogue/operation.ts";
import { isCovered } from "../../shared/catalogue/refusals/permission-cover.ts";
import { catalogue } from "../../shared/operations/list.ts";
import type { Counters } from "../cloud/graph/app/counters.ts";
import type { LocalCloud } from "../cloud/local-cloud.ts";
import { startCloud } from "../cloud/start-cloud.ts";
import { enterCloud } from "../stage/enter-cloud.ts";
import { tellGroupStories } from "./live/group-stories.ts";
import { guestStory } from "./live/guest-story.ts";
import { licenseStory } from "./live/license-story.ts";
import { managerStory, managerTooLate } from "./live/manager-story.ts";
import { Office, type Seen } from "./live/office.ts";
import { newName, openDirectory, type TestDirectory } from "./live/test-directory.ts";
import { rows } from "./rows.ts";

let cloud: LocalCloud;
let directory: TestDirectory;
/** An application that may do everything that a row can need. */
let everything: Office;

before(async () => {
  cloud = await startCloud({
    storage: false,
    latency: false,
    graph: { seed: { users: 10, groups: 1 }, meters: { quotas: {} } },
  });
  enterCloud(cloud);
  directory = await openDirectory(cloud);
  everything = await Office.open(cloud, [
    ...new Set(Object.values(catalogue).flatMap(({ allPermissions }) => allPermissions)),
    // Who holds a directory role is shown without it, and not which.
    "RoleManagement.Read.Directory",
  ]);
});
after(() => cloud.close());

const operationOf = (name: string): Operation => {
  const operation = operationNamed(catalogue, name);
  assert.ok(operation, name);
  return operation;
};

const table = Object.entries(rows).flatMap(([name, { live, otherLives = {}, undone }]) => {
  if (live === undefined) return [];
  const operation = operationOf(name);
  const inverse = undone.map((row) => row.inverse).find((each) => "operation" in each)?.operation;
  const others = Object.entries(otherLives).map(([what, other]) => ({
    title: `${name} ${what}`,
    live: other,
    inverse: other.undoneBy ?? inverse,
  }));
  return [{ title: name, live, inverse }, ...others].map((each) => ({ ...each, name, operation }));
});

/** The least permissions that a row with these cells needs: none that another of them covers. */
function neededFor(operation: Operation, cells: object): readonly string[] {
  const all = operation.permissions(Object.keys(cells));
  return all.filter(
    (each) =>
      !isCovered(
        each,
        all.filter((other) => other !== each),
      ),
  );
}

const counted = () => cloud.control.graph("counters", {});

/** What the meter booked between two counts: of writes alone, and with a guard's own read. */
function costBetween(from: Counters, to: Counters) {
  const writes = to.acceptedWrites - from.acceptedWrites;
  const reads = to.operations - from.operations - writes;
  const resourceUnits = to.resourceUnits - from.resourceUnits;
  return { ofWrites: { writes, units: resourceUnits - reads }, planned: { writes, resourceUnits } };
}

const said = ({ state, reason, fix, rows: ended }: Seen): string =>
  JSON.stringify({ state, reason, fix, rows: ended }, undefined, 1);

describe("a row is done with exactly its permissions, costs what the plan says, and is undone", () => {
  for (const { title, name, operation, live, inverse } of table) {
    it(title, async () => {
      const cells = await live.seed(directory);
      const office = await Office.open(cloud, neededFor(operation, cells));
      const was = await live.state(directory, cells);
      const batch = newName("done");
      await office.plan(batch, [{ operation: name, ...cells }]);
      const from = await counted();
      const ended = await office.run(batch);
      const to = await counted();
      assert.equal(ended.rows[0]?.verdict, "done", said(ended));
      assert.deepEqual(await live.state(directory, cells), live.done);
      const cost = live.cost ?? { writes: 1, units: 1 };
      const meter = costBetween(from, to);
      assert.deepEqual(meter.ofWrites, cost, "what the row costs");
      const { writes, resourceUnits } = office.planOf(batch);
      assert.deepEqual({ writes, resourceUnits }, meter.planned, "what the plan says");
      if (inverse !== undefined) await office.grant(operationOf(inverse).allPermissions);
      const undone = await office.undo(batch);
      assert.equal(undone.rows[0]?.verdict, inverse ? "done" : "skipped", said(undone));
      assert.deepEqual(await live.state(directory, cells), inverse ? was : live.done);
    });
  }
});

describe("a permission that is missing is foretold before the first write, and Graph needs it", () => {
  for (const { title, name, operation, live } of table) {
    it(title, async () => {
      const cells = await live.seed(directory);
      const needed = neededFor(operation, cells);
      const was = await live.state(directory, cells);
      for (const missing of needed) {
        const rest = needed.filter((each) => each !== missing);
        const office = await Office.open(cloud, rest);
        const batch = newName("missing");
        const from = await counted();
        const planned = await office.plan(batch, [{ operation: name, ...cells }]);
        const ended = planned.state === "refused" ? planned : await office.run(batch);
        assert.ok(["held", "refused"].includes(ended.state), `without ${missing}: ${said(ended)}`);
        assert.ok(`${ended.reason} ${ended.fix}`.includes(missing), `${missing}: ${said(ended)}`);
        assert.equal((await counted()).acceptedWrites, from.acceptedWrites);
        if (ended.state === "held") {
          const bold = await Office.open(cloud, rest, "warn");
          await bold.plan(batch, [{ operation: name, ...cells }]);
          const [row] = (await bold.run(batch)).rows;
          assert.equal(row?.verdict, "failed", `Graph does not need ${missing}`);
          assert.ok(row.reason?.includes(missing), `${missing}: ${row.reason}`);
        }
      }
      assert.deepEqual(await live.state(directory, cells), was);
    });
  }
});

describe("a row whose answer is lost is done once", () => {
  const faults = [
    { when: "after the change was made", committed: true },
    { when: "before the change was made", committed: false },
  ] as const;
  for (const { title, name, live } of table) {
    for (const { when, committed } of faults) {
      it(`${title}: ${when}`, async () => {
        const cells = await live.seed(directory);
        const was = await live.state(directory, cells);
        const batch = newName("lost");
        await everything.plan(batch, [{ operation: name, ...cells }]);
        const from = await counted();
        await cloud.control.graph("addFault", {
          at: "part",
          times: 1,
          fault: { kind: "status", status: 503, committed },
        });
        const ended = await everything.run(batch);
        await cloud.control.graph("clearFaults", {});
        const isUnknown = live.mayBeMadeTwice === true && !committed;
        assert.equal(ended.rows[0]?.verdict, isUnknown ? "failed" : "done", said(ended));
        assert.deepEqual(await live.state(directory, cells), isUnknown ? was : live.done);
        const { writes } = isUnknown ? { writes: 0 } : (live.cost ?? { writes: 1 });
        const made = (await counted()).committedWrites - from.committedWrites;
        assert.ok(made === writes || (live.mayRepeat && made === writes + 1), String(made));
      });
    }
  }
});

describe("a row is refused", () => {
  for (const { name, live } of table) {
    for (const { when, seed, meanwhile, afterwards, says, verdict = "failed" } of live.refusals) {
      it(`${name}: if ${when}`, async () => {
        const cells = await seed(directory);
        const batch = newName("refused");
        await everything.plan(batch, [{ operation: name, ...cells }]);
        await meanwhile?.(directory, cells);
        const ended = await everything.run(batch);
        await afterwards?.(directory);
        const [row] = ended.rows;
        assert.equal(row?.verdict, verdict, said(ended));
        assert.match(row?.reason ?? "", says);
        assert.ok(verdict !== "failed" || (row?.fix ?? "").length > 10, "it says what to do");
      });
    }
  }
});

tellGroupStories(() => ({ office: everything, directory }));

describe("a batch about licenses", () => {
  it("takes the seats that there are and those that its rows free, and is undone", () =>
    licenseStory(everything, directory));
});

describe("a row that invites a guest by a recipe", () => {
  it("makes the guest with sponsors and groups, and is undone", () =>
    guestStory(everything, directory));
});

describe("a manager whom the batch creates", () => {
  it("is set by its later rows, and the undo gives the one before back", () =>
    managerStory(everything, directory));

  it("is created before the rows that name the manager", () =>
    managerTooLate(everything, directory));
});
