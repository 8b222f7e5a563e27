import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import fc from "fast-check";

import { verdicts } from "../../shared/catalogue/row.ts";
import { runTenant } from "../../shared/runner/slice/run.ts";
import { seededRandom } from "../core/seeded-random.ts";
import { type Azurite, startAzurite } from "../storage/azurite.ts";
import { mortal } from "./mortal.ts";
import { type Rig, createRig, makeContainers } from "./rig.ts";
import { assertCarriedOut, deeds, faultsAtRandom, tell } from "./story.ts";
import { TinyDirectory } from "./tiny-directory.ts";

/** Enough to meet each kind of crash here; set CRASH_RUNS to look longer. */
const RUNS = Number(process.env["CRASH_RUNS"] ?? 10);

async function isConserved(rig: Rig, folder: string): Promise<void> {
  const status = await rig.status(folder);
  const sum = verdicts.reduce((all, verdict) => all + status.verdicts[verdict], 0);
  assert.equal(sum, status.rows);
}

describe("a runner that is killed at random instants while Graph misbehaves", () => {
  let azurite: Azurite;
  before(async () => {
    azurite = await startAzurite();
    await makeContainers(azurite);
  });
  after(() => azurite.stop());

  it("gives every row one effect and one verdict, and never writes one object twice at once", async () => {
    const when = fc.constantFrom("before" as const, "during" as const, "after" as const);
    const death = fc.oneof(
      fc.record({ on: fc.constant("call" as const), at: fc.integer({ min: 1, max: 90 }), when }),
      fc.record({
        on: fc.constantFrom("append" as const, "post" as const),
        at: fc.integer({ min: 1, max: 6 }),
        when,
      }),
    );
    await fc.assert(
      fc.asyncProperty(
        deeds,
        fc.array(death, { maxLength: 4 }),
        fc.constantFrom(0, 5, 25),
        fc.constantFrom(7, 25, 1000),
        fc.integer(),
        async (story, deaths, rate, rowsPerShard, seed) => {
          const rig = createRig(azurite);
          const directory = new TinyDirectory({
            timeoutMs: 250,
            faults: faultsAtRandom(rate, seededRandom(seed)),
          });
          const told = tell(story, directory);
          const folder = await rig.submit({ rows: told.rows, rowsPerShard });
          for (const each of deaths) {
            const life = mortal(rig.ports(directory), each);
            const end = await Promise.race([runTenant(life.ports), life.died]);
            if (end === "died") await rig.breakLease().catch(() => undefined);
            await isConserved(rig, folder);
          }
          await rig.runOut(directory);
          await isConserved(rig, folder);
          assertCarriedOut(told, directory, rig.finished.get(folder));
        },
      ),
      { numRuns: RUNS, endOnFailure: true },
    );
  });
});
