import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { until } from "../core/until.ts";
import { setStage, type Stage } from "../stage/stage.ts";
import { wideGuards } from "../stage/wide-guards.ts";

const deletes = (users: readonly string[]) =>
  users.map((user) => ({ operation: "user.delete", user }));

describe("a batch that deletes or disables more than its cap", () => {
  let stage: Stage;
  let names: string[];
  before(async () => {
    stage = await setStage({
      cloud: { latency: false, graph: { seed: { users: 120, groups: 2, disabled: 0, guests: 0 } } },
      settings: async () => ({
        ...wideGuards,
        MAX_DELETES_PER_BATCH: "3",
        MAX_DELETES_PER_DAY: "5",
        MAX_DISABLES_PER_BATCH: "4",
      }),
    });
    const { users } = await stage.cloud.control.graph("snapshot", {
      properties: ["userPrincipalName", "accountEnabled"],
    });
    names = users
      .filter(({ values }) => values["accountEnabled"] === true)
      .map(({ values }) => String(values["userPrincipalName"]));
  });
  after(() => stage.close());

  const run = async (batch: string, mode: string, rows: readonly Record<string, unknown>[]) => {
    await stage.send("accept", JSON.stringify({ version: 1, batch, mode, rows }));
    return stage.settled(batch);
  };
  const writesSoFar = async (): Promise<number> =>
    (await stage.cloud.control.graph("counters", {})).committedWrites;

  it("is held as a whole, with the reason and the setting that would allow it", async () => {
    const rows: Record<string, string>[] = names
      .slice(0, 4)
      .map((user) => ({ operation: "user.delete", user }));
    rows.push({ operation: "user.update", user: names[9]!, jobTitle: "X" });
    const status = await run("too-many-deletes", "apply", rows);
    assert.equal(status.state, "held");
    assert.equal(status.verdicts.held, 5);
    assert.match(
      `${status.reason} ${status.fix}`,
      /4 deletes, and MAX_DELETES_PER_BATCH allows 3.* -- approve too-many-deletes --plan sha256:/,
    );
    assert.equal(await writesSoFar(), 0, "a row of a held batch was written");
    const held = stage.events.find(({ event }) => event === "batch.held");
    assert.equal(held?.["setting"], "MAX_DELETES_PER_BATCH");
  });

  it("is held too if it disables accounts by user.update", async () => {
    const rows = names
      .slice(10, 15)
      .map((user, at) =>
        at % 2 === 0
          ? { operation: "user.disable", user }
          : { operation: "user.update", user, accountEnabled: false },
      );
    const status = await run("disguised", "apply", rows);
    assert.equal(status.state, "held");
    assert.match(`${status.reason} ${status.fix}`, /MAX_DISABLES_PER_BATCH/);
  });

  it("runs at the cap, and accounts that are disabled already do not count", async () => {
    const four = names.slice(20, 24).map((user) => ({ operation: "user.disable", user }));
    assert.equal((await run("at-the-cap", "apply", four)).verdicts.done, 4);
    const again = [...four, { operation: "user.disable", user: names[25]! }];
    const status = await run("mostly-off", "apply", again);
    assert.deepEqual(
      [status.state, status.verdicts.unchanged, status.verdicts.done],
      ["finished", 4, 1],
    );
  });

  it("is held if it is within its own cap but the day's batches together are not, until it is approved", async () => {
    assert.equal((await run("first", "apply", deletes(names.slice(40, 43)))).verdicts.done, 3);
    const soFar = await writesSoFar();
    const held = await run("second", "apply", deletes(names.slice(43, 46)));
    assert.equal(held.state, "held");
    assert.match(
      String(held.reason),
      /3 deletes and those of the last 24 hours \(3 in first\) are 6, and MAX_DELETES_PER_DAY allows 5/,
    );
    assert.equal(await writesSoFar(), soFar);
    const [, plan] = /--plan (sha256:[0-9a-f]{64})$/.exec(String(held.fix)) ?? [];
    const approve = {
      version: 1,
      decisionId: "decision-1",
      decision: "approve",
      tenant: stage.cloud.home.tenantId,
      batch: "second",
      plan,
      expects: "held",
      expires: new Date(Date.now() + 600_000).toISOString(),
    };
    await stage.send("decisions", JSON.stringify(approve));
    const status = await until(async () => {
      const now = await stage.status("second");
      return now?.state === "finished" ? now : undefined;
    });
    assert.equal(status.verdicts.done, 3);
    const third = await run("third", "apply", deletes(names.slice(46, 47)));
    assert.equal(third.state, "held", "an approval raises nothing for others");
    assert.match(String(third.reason), /\(3 in (first|second), 3 in (first|second)\) are 7/);
  });

  it("says in mode plan what it would do, and writes nothing", async () => {
    const soFar = await writesSoFar();
    const rows = names.slice(30, 33).map((user) => ({ operation: "user.delete", user }));
    const status = await run("only-a-plan", "plan", rows);
    assert.deepEqual([status.state, status.verdicts.pending], ["planned", 3]);
    const plan = JSON.parse((await stage.read("only-a-plan/plan.json")) ?? "{}") as {
      writes: number;
      permissions: Record<string, number>;
    };
    assert.equal(plan.writes, 3);
    assert.equal(plan.permissions["User.DeleteRestore.All"], 3);
    assert.match((await stage.read("only-a-plan/report.csv")) ?? "", /pending/);
    assert.equal(await writesSoFar(), soFar);
  });

  it("has no further effect if the same message is sent again", async () => {
    const soFar = await writesSoFar();
    const four = names.slice(20, 24).map((user) => ({ operation: "user.disable", user }));
    await stage.send(
      "accept",
      JSON.stringify({ version: 1, batch: "at-the-cap", mode: "apply", rows: four }),
    );
    await run("marker", "plan", four);
    assert.equal((await stage.status("at-the-cap"))?.verdicts.done, 4);
    assert.equal(await writesSoFar(), soFar);
  });
});
