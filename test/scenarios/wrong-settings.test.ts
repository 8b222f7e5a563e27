import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { until } from "../core/until.ts";
import { setStage, type Stage } from "../stage/stage.ts";

const SAYS =
  /^\[SETTINGS_INVALID\] 3 settings are wrong: .*ALLOWED_TENANTS.*MAX_DISABLES.*EXCLUDED_GROUP.*Fix: .*docs\/settings\.md/;

describe("with wrong settings", () => {
  let stage: Stage;
  before(async () => {
    stage = await setStage({
      cloud: { latency: false, graph: { seed: { users: 2, groups: 1 } } },
      settings: async () => ({
        ALLOWED_TENANTS: "common",
        MAX_DISABLES_PER_BATCH: "many",
        STALE_ACCOUNTS_MODE: "apply",
      }),
    });
  });
  after(() => stage.close());

  const failuresOf = (name: string): number => stage.host.status().functions[name]?.failed ?? 0;
  const text = JSON.stringify({ version: 1, batch: "b", mode: "plan", rows: [{ user: "x" }] });

  it("every timer names the wrong settings and the fix, at every run", async () => {
    for (const timer of ["sweep", "staleAccounts", "certificateCheck"]) {
      const result = await stage.host.fireTimer(timer);
      assert.ok(!result.succeeded);
      assert.match(result.error, SAYS, timer);
    }
  });

  it("every message does so too, and keeps its attempts", async () => {
    await stage.send("accept", text);
    await stage.send("run", JSON.stringify({ version: 1, tenant: stage.cloud.home.tenantId }));
    await until(() => failuresOf("acceptBatch") > 0 && failuresOf("runTenant") > 0);
  });

  it("a poison message goes back to its queue until the settings are right", async () => {
    const run = JSON.stringify({ version: 1, tenant: stage.cloud.home.tenantId });
    await stage.send("accept-poison", Buffer.from(text).toString("base64"));
    await stage.send("run-poison", run);
    const settled = (name: string): number => stage.host.status().functions[name]?.succeeded ?? 0;
    await until(
      () => (settled("settleAcceptPoison") > 0 && settled("settleRunPoison") > 0) || undefined,
    );
    assert.equal(failuresOf("settleAcceptPoison") + failuresOf("settleRunPoison"), 0);
    const said = stage.logs.filter(({ functionName }) => functionName?.startsWith("settle"));
    assert.ok(said.some(({ message }) => SAYS.test(message)));
    // The one sent above waits for its next attempt, the one that came back for ten minutes.
    assert.equal(await stage.waiting("accept"), 2);
    assert.equal(await stage.waiting("run"), 2);
    assert.equal(await stage.waiting("accept-poison"), 0);
  });
});
