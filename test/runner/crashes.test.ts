import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import fc from "fast-check";

import { verdicts } from "../../shared/catalogue/row.ts";
import type { PlannedRow } from "../../shared/records/shard.ts";
import { runTenant } from "../../shared/runner/slice/run.ts";
import { seededRandom } from "../core/seeded-random.ts";
import { type Azurite, startAzurite } from "../storage/azurite.ts";
import { type Death, mortal } from "./mortal.ts";
import { type Rig, createRig, makeContainers } from "./rig.ts";
import {
  assertCarriedOut,
  assertPasswordsKept,
  deeds,
  faultsAtRandom,
  openPasswords,
  tell,
} from "./story.ts";
import { type Faults, noFaults, type PostFault, TinyDirectory } from "./tiny-directory.ts";

/** Enough to meet each kind of crash here; set CRASH_RUNS to look longer. */
const RUNS = Number(process.env["CRASH_RUNS"] ?? 10);

async function isConserved(rig: Rig, folder: string): Promise<void> {
  const status = await rig.status(folder);
  const sum = verdicts.reduce((all, verdict) => all + status.verdicts[verdict], 0);
  assert.equal(sum, status.rows);
}

const lost = (fault: PostFault) => (): Faults => {
  let times = 0;
  return { ...noFaults, post: () => ((times += 1) === 1 ? fault : "none") };
};
const killed = (when: Death["when"], at = 1): Death => ({ on: "post", at, when });

describe("a runner that is killed at random instants while Graph misbehaves", () => {
  let azurite: Azurite;
  before(async () => {
    azurite = await startAzurite();
    await makeContainers(azurite);
  });
  after(() => azurite.stop());

  it("gives every row one effect and one verdict, in its stage, and never writes one object twice at once", async () => {
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
            endsInTime: true,
            faults: faultsAtRandom(rate, seededRandom(seed)),
          });
          const told = tell(story, directory);
          const secrets = openPasswords();
          const folder = await rig.submit({ rows: told.rows, rowsPerShard });
          for (const each of deaths) {
            const life = mortal(rig.ports(directory, secrets), each);
            const end = await Promise.race([runTenant(life.ports), life.died]);
            if (end === "died") await rig.breakLease().catch(() => undefined);
            await isConserved(rig, folder);
          }
          await rig.runOut(directory, secrets);
          await isConserved(rig, folder);
          assertCarriedOut(told, directory, rig.finished.get(folder));
          assertPasswordsKept(told, directory, rig.finished.get(folder));
        },
      ),
      { numRuns: RUNS, endOnFailure: true },
    );
  });

  const table: { when: string; faults?: () => Faults; death?: Death }[] = [
    { when: "its answer came" },
    { when: "its answer was lost and Graph had done it", faults: lost("lose-after") },
    { when: "its answer was lost and Graph did it later", faults: lost("lose-late") },
    { when: "its post was lost", faults: lost("lose-before") },
    { when: "Graph was throttling", faults: lost("throttle") },
    { when: "the runner was killed after its intent", death: killed("before") },
    { when: "the runner was killed once Graph had done it", death: killed("after") },
    {
      when: "it was killed at the second try",
      faults: lost("lose-before"),
      death: killed("after", 2),
    },
  ];
  for (const operation of ["user.create", "user.reset-password"] as const) {
    for (const { when, faults, death } of table) {
      it(`reports exactly the password that ${operation} gave, if ${when}`, async () => {
        const rig = createRig(azurite);
        const directory = new TinyDirectory({ timeoutMs: 100, faults: faults?.() ?? noFaults });
        const told = { rows: [givesPassword(operation, directory)], faultsIn: () => [] };
        const secrets = openPasswords();
        const folder = await rig.submit({ rows: told.rows });
        if (death) {
          const life = mortal(rig.ports(directory, secrets), death);
          assert.equal(await Promise.race([runTenant(life.ports), life.died]), "died");
          await rig.breakLease();
        }
        await rig.runOut(directory, secrets);
        assert.equal(rig.finished.get(folder)?.get(1)?.verdict, "done");
        assertPasswordsKept(told, directory, rig.finished.get(folder));
      });
    }
  }
});

describe("a reset of a password that fails after a send whose answer was lost", () => {
  let azurite: Azurite;
  before(async () => {
    azurite = await startAzurite();
    await makeContainers(azurite);
  });
  after(() => azurite.stop());

  const table: { when: string; death?: Death; kept: string | undefined; posts: PostFault[] }[] = [
    { when: "the runner was the same", kept: "1|password 1", posts: ["lose-after"] },
    {
      when: "another runner sent it again",
      death: killed("after"),
      kept: "1|password 1",
      posts: ["none"],
    },
    { when: "no answer was lost", kept: undefined, posts: [] },
  ];
  for (const { when, death, kept, posts } of table) {
    it(`keeps the password that the user may have, if ${when}`, async () => {
      const rig = createRig(azurite);
      let sent = 0;
      const directory = new TinyDirectory({
        timeoutMs: 100,
        faults: {
          ...noFaults,
          post: () => posts[(sent += 1) - 1] ?? "none",
          part: () => (sent > posts.length ? "denied" : "none"),
        },
      });
      const secrets = openPasswords();
      const folder = await rig.submit({ rows: [givesPassword("user.reset-password", directory)] });
      if (death) {
        const life = mortal(rig.ports(directory, secrets), death);
        assert.equal(await Promise.race([runTenant(life.ports), life.died]), "died");
        await rig.breakLease();
      }
      await rig.runOut(directory, secrets);
      const row = rig.finished.get(folder)?.get(1);
      assert.equal(row?.verdict, "failed");
      assert.equal(row?.sealedPassword, kept);
      assert.equal(
        /An earlier send.* may have taken effect/.test(row?.reason ?? ""),
        kept !== undefined,
      );
      const [password] = directory.passwords.values();
      assert.equal(password && `1|${password}`, kept);
    });
  }
});

function givesPassword(
  operation: "user.create" | "user.reset-password",
  directory: TinyDirectory,
): PlannedRow {
  const name = { userPrincipalName: "new@example.com", displayName: "New" };
  if (operation === "user.create") {
    const keys = ["upn:new@example.com"];
    return { row: 1, operation, write: { target: { kind: "new" }, set: name, keys } };
  }
  const user = directory.addUser(name);
  return { row: 1, operation, write: { target: { kind: "user", user }, keys: [`object:${user}`] } };
}
