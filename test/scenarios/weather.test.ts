import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import type { FaultRule } from "../cloud/graph/graph.ts";
import { disagreements, type ReportedRow } from "../demo/check-oracle.ts";
import { foretell } from "../demo/oracle.ts";
import { peopleFile, toCsv } from "../demo/people-file.ts";
import { setStage, type Stage } from "../stage/stage.ts";

/** Everything that can go wrong between us and Graph, lost answers above all. */
const weather: readonly FaultRule[] = [
  {
    at: "request",
    path: "^/\\$batch",
    probability: 0.04,
    fault: { kind: "reset", committed: true },
  },
  {
    at: "request",
    path: "^/\\$batch",
    probability: 0.02,
    fault: { kind: "reset", committed: false },
  },
  { at: "request", path: "^/\\$batch", probability: 0.02, fault: { kind: "truncate" } },
  {
    at: "request",
    path: "^/\\$batch",
    probability: 0.02,
    fault: { kind: "html", status: 502, committed: true },
  },
  {
    at: "request",
    path: "^/\\$batch",
    probability: 0.02,
    fault: { kind: "status", status: 503, retryAfterSeconds: 2 },
  },
  {
    at: "request",
    path: "^/\\$batch",
    probability: 0.02,
    fault: { kind: "status", status: 429, retryAfterSeconds: 3 },
  },
  { at: "request", path: "^/\\$batch", probability: 0.05, fault: { kind: "drop-parts", count: 2 } },
  { at: "request", path: "^/\\$batch", probability: 0.5, fault: { kind: "shuffle-parts" } },
  { at: "part", probability: 0.01, fault: { kind: "status", status: 500, committed: true } },
  { at: "part", probability: 0.01, fault: { kind: "status", status: 504, committed: false } },
  { at: "part", probability: 0.01, fault: { kind: "status", status: 429, retryAfterSeconds: 1 } },
  {
    at: "part",
    method: "POST",
    probability: 0.01,
    fault: { kind: "status", status: 409, code: "Directory_ConcurrencyViolation" },
  },
];

describe("in foul weather", () => {
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

  it("every row has the verdict and the effect it has on a fine day, and none twice", async () => {
    const { control } = stage.cloud;
    const directory = await control.graph("snapshot", {});
    const rows = peopleFile(directory, stage.cloud.home.domain, 500, 23);
    const oracle = foretell(directory, rows);
    for (const rule of weather) await control.graph("addFault", rule);
    await stage.upload("people.csv", toCsv(rows));
    await stage.host.fireTimer("sweep");
    let batch: string | undefined;
    while (batch === undefined)
      batch = (await stage.batches()).find((name) => name.startsWith("people"));
    const status = await stage.settled(batch, { timeoutMs: 150_000 });
    assert.equal(status.state, "finished");

    const struck = await control.graph("struck", {});
    assert.ok(Object.values(struck).reduce((sum, times) => sum + times, 0) > 20, "no weather came");
    const report = JSON.parse((await stage.read(`${batch}/report.json`)) ?? "{}") as {
      rows: ReportedRow[];
    };
    const final = await control.graph("snapshot", {});
    assert.deepEqual(disagreements(oracle, report.rows, final), []);
    const names = final.users.map(({ values }) =>
      String(values["userPrincipalName"]).toLowerCase(),
    );
    assert.equal(new Set(names).size, names.length, "somebody was created twice");
    const { overlaps } = await control.graph("counters", {});
    assert.equal(overlaps.objects, 0, "two writes to one object were in flight together");
  });
});
