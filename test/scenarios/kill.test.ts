import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";

import { disagreements, type ReportedRow } from "../demo/check-oracle.ts";
import { foretell } from "../demo/oracle.ts";
import { peopleFile, toCsv } from "../demo/people-file.ts";
import { setStage, type Stage } from "../stage/stage.ts";

describe("the worker's process is killed in the middle of a batch, more than once", () => {
  let stage: Stage;
  before(async () => {
    stage = await setStage({
      cloud: {
        graph: { seed: { users: 2000, groups: 60, membersPerGroup: 12, specialGroups: true } },
      },
      settings: async () => ({ MAX_DELETES_PER_BATCH: "50", MAX_DISABLES_PER_BATCH: "500" }),
    });
  });
  after(() => stage.close());

  /** Waits until so many writes have reached the directory. */
  const writes = async (count: number): Promise<void> => {
    for (;;) {
      const { committedWrites } = await stage.cloud.control.graph("counters", {});
      if (committedWrites >= count) return;
      await delay(20);
    }
  };

  it("ends with the directory and the verdicts of a run that nobody disturbed", async () => {
    const { control } = stage.cloud;
    const directory = await control.graph("snapshot", {});
    const rows = peopleFile(directory, stage.cloud.home.domain, 600, 11);
    const oracle = foretell(directory, rows);
    await control.graph("resetCounters", {});
    await stage.upload("people.csv", toCsv(rows));
    await stage.host.fireTimer("sweep");

    for (const count of [120, 330]) {
      await writes(count);
      await stage.host.kill();
      // The dead runner's lease has to run out (30 s); the ring it had comes back a minute later, so
      // the sweep, which an operator or its schedule starts, is what wakes the tenant.
      await delay(31_000);
      await stage.host.fireTimer("sweep");
    }
    const [batch = ""] = (await stage.batches()).filter((name) => name.startsWith("people"));
    const status = await stage.settled(batch, { timeoutMs: 120_000 });
    assert.equal(status.state, "finished");

    const report = JSON.parse((await stage.read(`${batch}/report.json`)) ?? "{}") as {
      rows: ReportedRow[];
    };
    assert.deepEqual(disagreements(oracle, report.rows, await control.graph("snapshot", {})), []);
    const { overlaps } = await control.graph("counters", {});
    assert.equal(overlaps.objects, 0, "two writes to one object were in flight together");
    assert.ok(stage.host.status().workerRestarts >= 2);
  });
});
