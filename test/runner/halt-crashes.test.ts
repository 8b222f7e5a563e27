import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import fc from "fast-check";

import { verdicts } from "../../shared/catalogue/row.ts";
import { type RecordedDecision } from "../../shared/records/decisions/control.ts";
import { runTenant } from "../../shared/runner/slice/run.ts";
import { seededRandom } from "../core/seeded-random.ts";
import { type Azurite, startAzurite } from "../storage/azurite.ts";
import { decideAs, reporting } from "./decided.ts";
import { mortal } from "./mortal.ts";
import { createRig, makeContainers, type Rig } from "./rig.ts";
import { disables } from "./rows.ts";
import { faultsAtRandom } from "./story.ts";
import { TinyDirectory } from "./tiny-directory.ts";

/** Enough to meet each kind of crash here; set CRASH_RUNS to look longer. */
const RUNS = Number(process.env["CRASH_RUNS"] ?? 8);

async function isConserved(rig: Rig, folder: string): Promise<void> {
  const status = await rig.status(folder);
  const sum = verdicts.reduce((all, verdict) => all + status.verdicts[verdict], 0);
  assert.equal(sum, status.rows);
}

describe("a runner that is killed while people cancel, pause and resume", () => {
  let azurite: Azurite;
  before(async () => {
    azurite = await startAzurite();
    await makeContainers(azurite);
  });
  after(() => azurite.stop());

  it("calls done exactly what was changed, and ends every batch", async () => {
    const when = fc.constantFrom("before" as const, "during" as const, "after" as const);
    const death = fc.record({
      on: fc.constant("call" as const),
      at: fc.integer({ min: 1, max: 120 }),
      when,
    });
    const said = fc.record({
      decision: fc.constantFrom("cancel" as const, "pause" as const, "resume" as const),
      post: fc.integer({ min: 1, max: 12 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(said, { minLength: 1, maxLength: 4 }),
        fc.array(death, { maxLength: 3 }),
        fc.constantFrom(0, 10),
        fc.constantFrom(7, 40, 1000),
        fc.integer(),
        async (decisions, deaths, rate, rowsPerShard, seed) => {
          const rig = createRig(azurite);
          const faults = faultsAtRandom(rate, seededRandom(seed));
          const directory = new TinyDirectory({ timeoutMs: 250, endsInTime: true, faults });
          const rows = disables(directory, 180);
          const folder = await rig.submit({ rows, rowsPerShard });
          const telling: Promise<void>[] = [];
          let told = 0;
          const tell = (decision: RecordedDecision["decision"]): void => {
            const decisionId = `decision-${(told += 1)}`;
            telling.push(decideAs(rig, folder, { decision, decisionId }));
          };
          directory.watch = () => {
            for (const { decision, post } of decisions)
              if (directory.posts === post) tell(decision);
          };
          for (const each of deaths) {
            const life = mortal(rig.ports(directory, reporting(rig)), each);
            const end = await Promise.race([runTenant(life.ports), life.died]);
            if (end === "died") await rig.breakLease().catch(() => undefined);
            await isConserved(rig, folder);
          }
          await rig.runOut(directory, reporting(rig));
          await Promise.all(telling);
          await rig.runOut(directory, reporting(rig));
          // Resumed, it may meet the next pause.
          while ((await rig.status(folder)).state === "paused") {
            tell("resume");
            await Promise.all(telling);
            await rig.runOut(directory, reporting(rig));
          }
          const { state, verdicts: counts } = await rig.status(folder);
          assert.ok(state === "finished" || state === "cancelled", state);
          const isCancelled = decisions.some(({ decision }) => decision === "cancel");
          assert.ok(state === "finished" || isCancelled);
          const disabled = [...directory.users.values()].filter(
            ({ accountEnabled }) => accountEnabled === false,
          );
          assert.equal(counts.done, disabled.length);
          assert.equal(counts.done + counts.skipped, rows.length);
          assert.equal(state === "finished" && counts.skipped > 0, false);
          assert.deepEqual(directory.overlaps, []);
        },
      ),
      { numRuns: RUNS, endOnFailure: true },
    );
  });
});
