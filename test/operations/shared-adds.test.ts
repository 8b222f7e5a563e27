import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import fc from "fast-check";

import { catalogue } from "../../shared/operations/list.ts";
import type { LocalCloud } from "../cloud/local-cloud.ts";
import { startCloud } from "../cloud/start-cloud.ts";
import { enterCloud } from "../stage/enter-cloud.ts";
import { Office } from "./live/office.ts";
import { newName, openDirectory, type TestDirectory } from "./live/test-directory.ts";

/** What somebody else does between the plan and the run, by the place of the member among the rows. */
type Dirt = ReadonlyMap<number, "joined" | "gone">;

const story = fc.record({
  groups: fc.integer({ min: 1, max: 3 }),
  rows: fc.integer({ min: 2, max: 70 }),
  dirt: fc.array(fc.tuple(fc.nat(69), fc.constantFrom("joined" as const, "gone" as const)), {
    minLength: 1,
    maxLength: 6,
  }),
  missingMember: fc.constantFrom("400" as const, "404" as const),
});

/** A member who is gone is asked for so often more, because it may only not have replicated. */
const MORE_FOR_GONE = 2;

/** What a row must become. */
const becomes = (dirt: "joined" | "gone" | undefined) =>
  dirt === undefined ? "done" : dirt === "joined" ? "unchanged" : "failed";

describe("members who join or vanish between the plan and the run", () => {
  let cloud: LocalCloud;
  let directory: TestDirectory;
  let office: Office;
  before(async () => {
    cloud = await startCloud({ storage: false, latency: false });
    enterCloud(cloud);
    directory = await openDirectory(cloud);
    office = await Office.open(cloud, catalogue["group.add-member"].allPermissions);
    // Every request to write is one write by the meter.
    await directory.control("conditions", { membersPerWrite: 20, objectConflicts: 0 });
  });
  after(() => cloud.close());

  it("cost at most two more requests each, and everybody else gets in", async () => {
    await fc.assert(
      fc.asyncProperty(story, async ({ groups, rows, dirt: named, missingMember }) => {
        const dirt: Dirt = new Map(named.filter(([at]) => at < rows));
        await directory.control("conditions", { missingMember });
        const clean = await run(groups, rows, new Map());
        const dirty = await run(groups, rows, dirt);
        assert.deepEqual(
          dirty.verdicts,
          Array.from({ length: rows }, (_, at) => becomes(dirt.get(at))),
        );
        const gone = [...dirt.values()].filter((each) => each === "gone").length;
        const most = clean.writes + 2 * dirt.size + MORE_FOR_GONE * gone;
        assert.ok(dirty.writes <= most, `${dirty.writes} writes, ${most} allowed`);
      }),
      { numRuns: 12, endOnFailure: true },
    );
  });

  /** Plans and runs rows of new users and groups, of which some are spoiled in between. */
  async function run(groups: number, rows: number, dirt: Dirt) {
    const ids: string[] = [];
    for (let at = 0; at < groups; at++) ids.push(await directory.addGroup());
    const edges: { readonly group: string; readonly member: string }[] = [];
    for (let at = 0; at < rows; at++) {
      edges.push({ group: ids[at % groups]!, member: (await directory.addUser()).id });
    }
    const batch = newName("adds");
    await office.plan(
      batch,
      edges.map((edge) => ({ operation: "group.add-member", ...edge })),
    );
    for (const [at, what] of dirt) {
      const { group, member } = edges[at]!;
      if (what === "joined") await directory.addMember(group, member);
      else await directory.ask("DELETE", `/users/${member}`);
    }
    const from = await directory.control("counters", {});
    const { rows: ended } = await office.run(batch);
    const to = await directory.control("counters", {});
    return {
      verdicts: ended.map(({ verdict }) => verdict),
      writes: to.acceptedWrites - from.acceptedWrites,
    };
  }
});
