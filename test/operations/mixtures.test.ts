import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { isCovered, isToRead } from "../../shared/catalogue/refusals/permission-cover.ts";
import { catalogue, type OperationName } from "../../shared/operations/list.ts";
import type { LocalCloud } from "../cloud/local-cloud.ts";
import { startCloud } from "../cloud/start-cloud.ts";
import { seededRandom } from "../core/seeded-random.ts";
import { enterCloud } from "../stage/enter-cloud.ts";
import type { Cells } from "./live/live-row.ts";
import { Office } from "./live/office.ts";
import { newName, openDirectory, type TestDirectory } from "./live/test-directory.ts";
import { rows } from "./rows.ts";

type Row = Readonly<Record<string, string>> & { readonly operation: OperationName };

/** A row on objects of its own; memberships of a mixture share its groups. */
type Make = (directory: TestDirectory, group: string) => Promise<Row>;

/** Each operation of the catalogue, in every way in which it is run against the local cloud. */
const lives: readonly Make[] = Object.entries(rows).flatMap(([name, { live, otherLives = {} }]) =>
  [live, ...Object.values(otherLives)].flatMap((each) =>
    each === undefined
      ? []
      : async (directory: TestDirectory): Promise<Row> => ({
          ...(await each.seed(directory)),
          operation: name as OperationName,
        }),
  ),
);

/** How many rows of a mixture are of the whole catalogue; the others are of what batches are mostly made of. */
const OF_CATALOGUE = 0.3;

const of = async (directory: TestDirectory, operation: OperationName, more: Cells = {}) => ({
  operation,
  user: (await directory.addUser({ jobTitle: "Student" })).id,
  ...more,
});

const common: readonly Make[] = [
  (directory) => of(directory, "user.disable"),
  (directory) => of(directory, "user.update", { jobTitle: "Engineer", city: "Ulm" }),
  (directory) => of(directory, "user.delete"),
  (directory) => of(directory, "user.set-phones", { mobilePhone: "+49 1" }),
  (directory) => of(directory, "user.revoke-sessions"),
  async (directory) =>
    of(directory, "user.set-manager", { manager: (await directory.addUser()).id }),
  async ({ domain }) => ({
    operation: "user.create",
    userPrincipalName: `${newName("bo")}@${domain}`,
    displayName: "Bo",
  }),
  async (directory) => ({
    operation: "group.update",
    group: await directory.addGroup(),
    description: "Ours",
  }),
  async (directory, group) => ({
    operation: "group.add-member",
    group,
    member: (await directory.addUser()).id,
  }),
  async (directory, group) => {
    const { id } = await directory.addUser();
    await directory.addMember(group, id);
    return { operation: "group.remove-member", group, member: id };
  },
];

const SCENARIOS = 30;
const MOST_PERCENT = 3;

describe(`${SCENARIOS} mixtures of rows`, () => {
  let cloud: LocalCloud;
  let directory: TestDirectory;
  let office: Office;
  before(async () => {
    cloud = await startCloud({ storage: false, latency: false, graph: { seed: { users: 3_000 } } });
    enterCloud(cloud);
    directory = await openDirectory(cloud);
    const all = Object.values(catalogue).flatMap(({ allPermissions }) => allPermissions);
    office = await Office.open(cloud, [...new Set(all)]);
  });
  after(() => cloud.close());

  it(`cost within ${MOST_PERCENT} % of the plan's resource units, as Graph's meter books the run`, async (test) => {
    let worst = 0;
    const seen = new Set<string>();
    for (let seed = 1; seed <= SCENARIOS; seed++) {
      const { plan, meter, operations } = await scenario(seed);
      for (const name of operations) seen.add(name);
      const percent = (100 * Math.abs(plan - meter)) / meter;
      worst = Math.max(worst, percent);
      assert.ok(percent <= MOST_PERCENT, `seed ${seed}: ${plan} planned, ${meter} booked`);
    }
    assert.deepEqual(seen, new Set(Object.keys(catalogue)));
    test.diagnostic(`at most ${worst.toFixed(1)} % apart`);
  });

  it("are planned only if no permission of any row is missing: all that are, are named", async () => {
    for (let seed = 1; seed <= SCENARIOS; seed++) {
      const random = seededRandom(seed);
      const mixed = await mixture(seed);
      const all = mixed.flatMap(({ operation, ...cells }) =>
        catalogue[operation].permissions(Object.keys(cells)),
      );
      const needed = [...new Set(all)];
      const kept = needed.filter(() => random() < 0.5);
      const missing = needed.filter((each) => !isCovered(each, kept));
      if (missing.length === 0) continue;
      const poor = await Office.open(cloud, kept);
      const batch = newName("poor");
      const from = await directory.control("counters", {});
      const { state, reason, fix } = await poor.plan(batch, mixed);
      const words = `${reason} ${fix}`;
      assert.ok(state === "held" || state === "refused", `seed ${seed}: ${state}`);
      // The plan read what the rows name, so a permission to read that nobody names is not missing.
      const unnamed = missing.filter((each) => !words.includes(each) && !isToRead(each));
      assert.deepEqual(unnamed, [], `seed ${seed}: ${words}`);
      assert.equal((await directory.control("counters", {})).acceptedWrites, from.acceptedWrites);
    }
  });

  /** Rows by a seed, each of one of some operations, about objects of its own. */
  async function mixture(seed: number): Promise<readonly Row[]> {
    const random = seededRandom(seed);
    const below = (most: number): number => Math.floor(random() * most);
    const kinds = common.filter(() => random() < 0.6);
    const special = lives.filter((_, at) => at % SCENARIOS === seed - 1 || random() < 0.1);
    const groups = await Promise.all(
      Array.from({ length: 1 + below(4) }, () => directory.addGroup()),
    );
    // Each of the special ones stands in it once at least.
    const makers = [
      ...special,
      ...Array.from({ length: 40 + below(40) - special.length }, () => {
        const from = random() < OF_CATALOGUE ? special : kinds;
        return from[below(from.length)] ?? common[0]!;
      }),
    ].toSorted(() => random() - 0.5);
    const made: Row[] = [];
    for (const make of makers) made.push(await make(directory, groups[below(groups.length)]!));
    return made;
  }

  /** Runs rows, and answers the units of the plan and of the meter. */
  async function scenario(
    seed: number,
  ): Promise<{ readonly plan: number; readonly meter: number; operations: readonly string[] }> {
    const mixed = await mixture(seed);
    const batch = newName("mixed");
    await office.plan(batch, mixed);
    const from = await directory.control("counters", {});
    const { rows: ended } = await office.run(batch);
    const to = await directory.control("counters", {});
    const undone = ended.filter(({ verdict }) => verdict !== "done");
    assert.deepEqual(undone, [], `seed ${seed}`);
    return {
      plan: office.planOf(batch).resourceUnits,
      meter: to.resourceUnits - from.resourceUnits,
      operations: mixed.map(({ operation }) => operation),
    };
  }
});
