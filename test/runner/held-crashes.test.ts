import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { verdicts } from "../../shared/catalogue/row.ts";
import { systemClock } from "../../shared/core/clock.ts";
import { readBefore } from "../../shared/records/approval/before.ts";
import { runnerStateBlob } from "../../shared/records/paths.ts";
import { runTenant } from "../../shared/runner/slice/run.ts";
import type { RunnerState } from "../../shared/runner/state-file.ts";
import { home } from "../batches/workshop.ts";
import { seededRandom } from "../core/seeded-random.ts";
import { type Death, mortal, never } from "./mortal.ts";
import { faultsAtRandom } from "./story.ts";
import { TinyDirectory, noFaults } from "./tiny-directory.ts";
import { type Town, openTown } from "./town.ts";

/** Enough to meet each kind of crash here; set CRASH_RUNS to look longer. */
const RUNS = Number(process.env["CRASH_RUNS"] ?? 15);
/** Every row is looked at before it is sent. */
const always = { planFreshMs: 0 };

const when = fc.constantFrom("before" as const, "during" as const, "after" as const);
const death: fc.Arbitrary<Death> = fc.oneof(
  fc.record({ on: fc.constant("call" as const), at: fc.integer({ min: 1, max: 60 }), when }),
  fc.record({
    on: fc.constantFrom("append" as const, "post" as const),
    at: fc.integer({ min: 1, max: 6 }),
    when,
  }),
);

/** A user of the story: how many rows change it, and what somebody makes of it meanwhile. */
const user = fc.record({
  rows: fc.integer({ min: 1, max: 2 }),
  meanwhile: fc.constantFrom(
    "nothing" as const,
    "nothing" as const,
    "changed" as const,
    "renamed" as const,
  ),
});

function assertConserved({ blobs }: Town): void {
  const status = blobs.batches.json("b/status.json") as {
    rows: number;
    verdicts: Record<string, number>;
  };
  const counts = verdicts.map((verdict) => status.verdicts[verdict] ?? 0);
  assert.ok(
    counts.every((count) => count >= 0),
    JSON.stringify(status.verdicts),
  );
  assert.equal(
    counts.reduce((all, count) => all + count, 0),
    status.rows,
  );
}

/** A runner that is killed when it has noted why a row is to be held, and has not held it yet. */
const heldAndKilled: [
  { rows: number; meanwhile: "renamed" | "nothing" }[],
  Death[],
  Death[],
  0 | 10,
  number,
] = [
  [
    { rows: 1, meanwhile: "renamed" },
    { rows: 1, meanwhile: "nothing" },
  ],
  [{ on: "append", at: 3, when: "after" }],
  [],
  0,
  0,
];

/** Runs the tenant to its end; the first runners are killed. */
async function runMortal(town: Town, deaths: readonly Death[]): Promise<void> {
  for (const each of deaths) {
    const life = mortal(town.runnerPorts(always), each);
    const end = await Promise.race([runTenant(life.ports), life.died]);
    if (end === "died") town.blobs.runner.expireLeases();
    assertConserved(town);
  }
  town.users.faults = noFaults;
  await town.run(always);
  assertConserved(town);
}

const verdictsOf = (town: Town): string[] =>
  [...town.report("b").values()].map(({ verdict }) => verdict);

describe("an approved batch whose runners are killed while somebody else changes its users", () => {
  it("writes only over what was approved, and each row once, whenever it was approved", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(user, { minLength: 1, maxLength: 12 }),
        fc.array(death, { maxLength: 3 }),
        fc.array(death, { maxLength: 2 }),
        fc.constantFrom(0, 10),
        fc.integer(),
        async (users, first, second, rate, seed) => {
          const faults = faultsAtRandom(rate, seededRandom(seed));
          const town = openTown(new TinyDirectory({ timeoutMs: 30, faults: noFaults }));
          const ids = users.map((_, at) =>
            town.users.addUser({ userPrincipalName: `u${at}@contoso.com`, city: "Rome" }),
          );
          const cityOf = (at: number) => town.users.users.get(ids[at] ?? "")?.["city"];
          const rows = users.flatMap((each, at) =>
            Array.from({ length: each.rows }, (_, row) => ({
              operation: "user.update",
              user: `u${at}@contoso.com`,
              city: `Oslo ${row}`,
            })),
          );
          const isHeld = rows.map(({ user: name }) => {
            const at = Number(name.slice(1, name.indexOf("@")));
            return users[at]?.meanwhile !== "nothing";
          });
          await town.deliver({ version: 1, batch: "b", mode: "plan", rows });
          for (const [at, { meanwhile }] of users.entries()) {
            const found = town.users.users.get(ids[at]!)!;
            if (meanwhile === "changed") found["city"] = "Bern";
            if (meanwhile === "renamed") found["userPrincipalName"] = `x${at}@contoso.com`;
          }
          town.users.faults = faults;
          await town.approve("b");
          await runMortal(town, first);
          assert.deepEqual(
            verdictsOf(town),
            isHeld.map((held) => (held ? "held" : "done")),
          );
          for (const [at, each] of users.entries()) {
            const left = each.meanwhile === "changed" ? "Bern" : "Rome";
            assert.equal(cityOf(at), each.meanwhile === "nothing" ? `Oslo ${each.rows - 1}` : left);
          }
          if (isHeld.some(Boolean)) {
            town.users.faults = faults;
            await town.approve("b");
            await runMortal(town, second);
          }
          assert.deepEqual(new Set(verdictsOf(town)), new Set(["done"]));
          for (const times of town.users.made.values()) assert.equal(times, 1);
          assert.deepEqual(town.users.overlaps, []);
          const values = await readBefore(town.blobs.batches, "b", 1);
          let row = 0;
          for (const each of users) {
            for (let turn = 0; turn < each.rows; turn++) {
              row += 1;
              const start = each.meanwhile === "changed" ? "Bern" : "Rome";
              const before = { city: turn === 0 ? start : "Oslo 0" };
              assert.deepEqual(values.get(row), { before, after: { city: `Oslo ${turn}` } });
            }
          }
        },
      ),
      { numRuns: RUNS, examples: [heldAndKilled] },
    );
  });

  it("goes on with what was approved, also if its runner was killed before it removed the batch's marker", async () => {
    const town = openTown(new TinyDirectory({ timeoutMs: 30, faults: noFaults }));
    const ids = ["u0", "u1", "u2"].map((name) =>
      town.users.addUser({ userPrincipalName: `${name}@contoso.com`, city: "Rome" }),
    );
    const [changed, other, slow] = ["u0", "u1", "u2"].map((name) => ({
      operation: "user.update",
      user: `${name}@contoso.com`,
      city: "Oslo",
    }));
    await town.deliver({ version: 1, batch: "b", mode: "plan", rows: [changed, other] });
    await town.deliver({ version: 1, batch: "c", mode: "apply", rows: [slow] });
    Object.assign(town.users.users.get(ids[0]!) ?? {}, { city: "Bern" });
    // Another batch lets the runner's state be saved while this one ends.
    const part = ({ url }: { readonly url: string }) =>
      url.includes(ids[2]!) ? "throttle" : "none";
    town.users.faults = { ...noFaults, part };
    await town.approve("b");
    const life = mortal(town.runnerPorts(always), never);
    const isOpen = (): boolean =>
      (town.blobs.runner.json(runnerStateBlob(home)) as RunnerState).batches.some(
        ({ marker, open }) => marker.endsWith("-b") && open.length > 0,
      );
    const died = new Promise<void>((resolve) => {
      const { runner } = life.ports.blobs;
      const deathBed = async (): Promise<never> => {
        while (isOpen()) await systemClock.sleep(5);
        life.kill();
        resolve();
        return new Promise(() => undefined);
      };
      const blobs = { ...life.ports.blobs, runner: { ...runner, delete: deathBed } };
      void runTenant({ ...life.ports, blobs });
    });
    await died;
    town.blobs.runner.expireLeases();
    assert.deepEqual(verdictsOf(town), ["held", "done"]);
    await town.approve("b");
    town.users.faults = noFaults;
    await town.run(always);
    assert.deepEqual(verdictsOf(town), ["done", "done"]);
  });
});
