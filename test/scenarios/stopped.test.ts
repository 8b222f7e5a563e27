import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, it } from "node:test";

import type { BatchState } from "../../shared/records/status.ts";
import { until } from "../core/until.ts";
import { killAndTakeOver, untilWritten } from "../stage/people-run.ts";
import { setStage, type Stage } from "../stage/stage.ts";
import { wideGuards } from "../stage/wide-guards.ts";

describe("a batch that somebody stops while it runs", () => {
  let stage: Stage;
  let names: string[];
  before(async () => {
    stage = await setStage({
      cloud: { graph: { seed: { users: 900, groups: 1, disabled: 0, guests: 0 } } },
      // A small quota: the batches last some seconds after the first burst.
      settings: async () => ({
        ...wideGuards,
        GRAPH_WRITE_QUOTA: "600",
        RUNNER_LEASE_SECONDS: "15",
      }),
    });
    const { users } = await stage.cloud.control.graph("snapshot", {
      properties: ["userPrincipalName"],
    });
    names = users.map(({ values }) => String(values["userPrincipalName"]));
  });
  after(() => stage.close());

  const decide = (decision: string, batch: string, expects: string): Promise<void> =>
    stage.send(
      "decisions",
      JSON.stringify({
        version: 1,
        decisionId: randomUUID(),
        decision,
        tenant: stage.cloud.home.tenantId,
        batch,
        expects,
        expires: new Date(Date.now() + 600_000).toISOString(),
        reason: "the wrong list",
      }),
    );
  const reached = (batch: string, state: BatchState) =>
    until(async () => {
      const now = await stage.status(batch);
      return now?.state === state ? now : undefined;
    });
  const writesSoFar = async (): Promise<number> =>
    (await stage.cloud.control.graph("counters", {})).committedWrites;
  const titled = async (title: string): Promise<number> => {
    const { users } = await stage.cloud.control.graph("snapshot", { properties: ["jobTitle"] });
    return users.filter(({ values }) => values["jobTitle"] === title).length;
  };
  const submit = async (batch: string, jobTitle: string): Promise<void> => {
    const rows = names.map((user) => JSON.stringify({ operation: "user.update", user, jobTitle }));
    await stage.upload(`staged/${batch}.jsonl`, `${rows.join("\n")}\n`);
    const message = { version: 1, batch, mode: "apply", file: `staged/${batch}.jsonl` };
    await stage.send("accept", JSON.stringify(message));
  };

  it("is paused although its process is killed, and goes on where it was once it is resumed", async () => {
    await submit("paused", "Nurse");
    await untilWritten(stage, 620);
    await decide("pause", "paused", "running");
    // A message whose function is killed stays invisible for minutes: that is the host's, not ours.
    await until(async () => stage.events.find(({ event }) => event === "decision.applied"));
    await killAndTakeOver(stage);
    const paused = await reached("paused", "paused");
    assert.match(String(paused.reason), /paused by .* Reason: the wrong list\./);
    const soFar = await writesSoFar();
    assert.ok(soFar < names.length, `${soFar} writes`);
    // What the killed process left in doubt is settled while the batch is called paused already.
    await until(async () => (await stage.status("paused"))?.verdicts.done === soFar);
    assert.equal(await titled("Nurse"), soFar);
    await decide("resume", "paused", "paused");
    const finished = await reached("paused", "finished");
    assert.equal(finished.verdicts.done, names.length);
    assert.equal(await titled("Nurse"), names.length);
    assert.equal(await writesSoFar(), names.length, "no row was written twice");
  });

  it("is cancelled: done is what was written, and the rest is skipped by whom and why", async () => {
    const soFar = await writesSoFar();
    await submit("cancelled", "Doctor");
    await untilWritten(stage, soFar + 150);
    await decide("cancel", "cancelled", "unfinished");
    const { verdicts, reason, by } = await reached("cancelled", "cancelled");
    assert.equal(verdicts.done, await titled("Doctor"));
    assert.ok(verdicts.done < names.length, `${verdicts.done} writes`);
    assert.equal(verdicts.done + verdicts.skipped, names.length);
    assert.match(String(reason), /cancelled by .* Reason: the wrong list\./);
    assert.deepEqual(by, { kind: "queue" });
    const report = (await stage.read("cancelled/report.csv")) ?? "";
    assert.equal(
      report.split("\n").filter((line) => line.includes(",skipped,")).length,
      verdicts.skipped,
    );
    await decide("cancel", "cancelled", "unfinished");
    const ignored = await until(async () =>
      stage.events.find(({ event }) => event === "decision.ignored"),
    );
    assert.equal(ignored["reason"], "other-state");
  });
});
