import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { until } from "../core/until.ts";
import { setStage, type Stage } from "../stage/stage.ts";

const EMERGENCY = "e0e0e0e0-0000-4000-8000-000000000003";
const ROWS = 110;

describe("a batch that a guard holds", () => {
  let stage: Stage;
  let users: { readonly id: string; readonly name: string }[];
  before(async () => {
    stage = await setStage({
      cloud: { latency: false, graph: { seed: { users: 130, groups: 2, guests: 0, synced: 0 } } },
      settings: async () => ({ PROTECTED_GROUPS: EMERGENCY }),
    });
    const { control } = stage.cloud;
    const properties = ["userPrincipalName", "accountEnabled"];
    const found = await control.graph("snapshot", { properties });
    users = found.users.flatMap(({ id, values }) =>
      values["accountEnabled"] === true ? { id, name: String(values["userPrincipalName"]) } : [],
    );
    const values = { displayName: "Emergency", securityEnabled: true, mailEnabled: false };
    await control.graph("create", { kind: "group", id: EMERGENCY, values });
    await control.graph("link", { relation: "members", from: EMERGENCY, to: users[0]!.id });
  });
  after(() => stage.close());

  const approve = async (batch: string, plan: string | undefined, decisionId: string) => {
    const { tenantId } = stage.cloud.home;
    const expires = new Date(Date.now() + 30 * 60_000).toISOString();
    const named = { tenant: tenantId, batch, plan, expects: "held", expires };
    const decision = { version: 1, decisionId, decision: "approve", ...named };
    await stage.send("decisions", JSON.stringify(decision));
    return until(async () => {
      const status = await stage.status(batch);
      return status?.state === "finished" ? status : undefined;
    });
  };
  const dropped = async (day: number, columns: readonly string[]): Promise<string> => {
    const cells = (name: string): string =>
      columns.map((column) => (column === "user" ? name : `${column} ${day}`)).join(",");
    const lines = users.slice(5, 5 + ROWS).map(({ name }) => `${cells(name)}\r\n`);
    const known = new Set(await stage.batches());
    await stage.upload(`user.update/hr-${day}.csv`, `${columns.join(",")}\r\n${lines.join("")}`);
    await stage.host.fireTimer("sweep");
    return until(async () => (await stage.batches()).find((each) => !known.has(each)));
  };

  it("because it changes an emergency account, runs once somebody has approved its plan", async () => {
    const rows = [{ operation: "user.disable", user: users[0]!.id }];
    await stage.send("accept", JSON.stringify({ version: 1, batch: "vip", mode: "apply", rows }));
    const held = await stage.settled("vip");
    assert.equal(held.state, "held");
    assert.ok(held.fix?.includes(`npm run batch -- approve vip --plan ${held.digest}`));
    const { verdicts } = await approve("vip", held.digest, "approve-vip-1");
    assert.equal(verdicts.done, 1);
  });

  it("because a column is gone, is the example for the next once it was approved and run", async () => {
    const whole = await dropped(1, ["user", "city", "department"]);
    assert.equal((await stage.settled(whole)).verdicts.done, ROWS);
    const lost = await dropped(2, ["user", "city"]);
    const held = await stage.settled(lost);
    assert.equal(held.state, "held");
    assert.match(held.reason ?? "", /user\.update\/hr-#\.csv has no column department any more/);
    const event = stage.events.filter((each) => each["event"] === "batch.held").at(-1);
    assert.equal(event?.["guard"], "source-columns");
    assert.equal((await approve(lost, held.digest, "approve-hr-2")).verdicts.done, ROWS);
    const next = await stage.settled(await dropped(3, ["user", "city"]));
    assert.deepEqual([next.state, next.verdicts.done], ["finished", ROWS]);
  });
});
