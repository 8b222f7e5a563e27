import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import fc from "fast-check";

import { systemClock } from "../../shared/core/clock.ts";
import { OperatorError } from "../../shared/core/errors.ts";
import { runTenant } from "../../shared/runner/slice/run.ts";
import { seededRandom } from "../core/seeded-random.ts";
import { type Azurite, startAzurite } from "../storage/azurite.ts";
import { createRig, makeContainers, quickSettings } from "./rig.ts";
import { sleeper } from "./sleeper.ts";
import { assertCarriedOut, deeds, faultsAtRandom, tell } from "./story.ts";
import { TinyDirectory } from "./tiny-directory.ts";

/** Enough to meet each kind of call here; set CRASH_RUNS to look longer. */
const RUNS = Number(process.env["CRASH_RUNS"] ?? 8);

describe("a runner that freezes at random instants and wakes while its successor works", () => {
  let azurite: Azurite;
  before(async () => {
    azurite = await startAzurite();
    await makeContainers(azurite);
  });
  after(() => azurite.stop());

  it("changes nothing any more, and does not hinder its successor", async () => {
    await fc.assert(
      fc.asyncProperty(
        deeds,
        fc.integer({ min: 1, max: 90 }),
        fc.constantFrom("before" as const, "after" as const),
        fc.constantFrom(7, 25, 1000),
        fc.constantFrom(0, 5, 20, 100),
        fc.integer(),
        async (story, at, when, rowsPerShard, wakeAfterMs, seed) => {
          const rig = createRig(azurite);
          const directory = new TinyDirectory({
            timeoutMs: 250,
            endsInTime: true,
            faults: faultsAtRandom(5, seededRandom(seed)),
          });
          const told = tell(story, directory);
          const folder = await rig.submit({ rows: told.rows, rowsPerShard });
          const settings = { ...quickSettings, renewEveryMs: 100 };
          const old = sleeper(rig.ports(directory, { settings }), { at, when });
          const ended = runTenant(old.ports).then(
            () => "ended",
            (error: unknown) => error,
          );
          const state = await Promise.race([old.froze, ended]);
          const successor = async (): Promise<void> => {
            if (state !== "froze") return;
            await rig.breakLease().catch(() => undefined);
            await rig.runOut(directory);
          };
          const running = successor();
          running.catch(() => undefined);
          await systemClock.sleep(wakeAfterMs);
          // By its own clock, once awake, its lease ran out long ago.
          old.wake(60_000);
          const end = await ended;
          assert.ok(!(end instanceof Error) || end instanceof OperatorError, String(end));
          await running;
          await rig.runOut(directory);
          assertCarriedOut(told, directory, rig.finished.get(folder));
        },
      ),
      { numRuns: RUNS, endOnFailure: true },
    );
  });
});
