import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import type { Stage } from "../stage/stage.ts";
import { decide, setUndoStage, undoRound } from "../undo/undo-round.ts";

let stage: Stage;
before(async () => {
  stage = await setUndoStage(2);
});
after(() => stage.close());

// `npm run soak:undo` is the long form.
describe("a mixed batch that is undone", () => {
  it("leaves the directory as it was before, and undone again as the batch had left it", async () => {
    const round = await undoRound(stage, { seed: 2, rows: 40, edits: 0 });
    assert.deepEqual(round.wrong, []);
    assert.ok(round.done > 15 && round.verdicts.done > 15, JSON.stringify(round));
  });

  it("overwrites nothing that somebody else has changed since", async () => {
    const round = await undoRound(stage, { seed: 3, rows: 40, edits: 6 });
    assert.deepEqual(round.wrong, []);
    assert.ok(round.verdicts.done > 5, JSON.stringify(round));
  });
});

describe("failed rows that are sent again", () => {
  it("run as a batch of their own, once their cause is gone, with their numbers in the report", async () => {
    const { control, home } = stage.cloud;
    const late = `late@${home.domain}`;
    const { users } = await control.graph("snapshot", {});
    const early = String(users[0]?.values["userPrincipalName"]);
    const file = [
      "user;city",
      `${early};Ulm`,
      `${late};Ulm`,
      `${early};`,
      `${late};Bonn;one too many`,
    ];
    await stage.upload("staged/movers.csv", `${file.join("\n")}\n`);
    const message = { version: 1, batch: "movers", mode: "apply", operation: "user.update" };
    await stage.send("accept", JSON.stringify({ ...message, file: "staged/movers.csv" }));
    assert.equal((await stage.settled("movers")).verdicts.failed, 3);
    const values = { userPrincipalName: late, displayName: "Late", accountEnabled: true };
    const { id } = await control.graph("create", { kind: "user", values });
    await decide(stage, { decision: "rerun", batch: "movers", made: "movers-rerun-1" });
    const { verdicts } = await stage.settled("movers-rerun-1");
    assert.deepEqual([verdicts.done, verdicts.failed], [1, 2]);
    const report = ((await stage.read("movers-rerun-1/report.csv")) ?? "").split("\r\n");
    assert.equal(report[0]?.startsWith("originalRow,user,city,verdict,"), true);
    assert.equal(report[1]?.startsWith(`2,${late},Ulm,done,`), true);
    assert.match(report[3] ?? "", /^4,.*has 4 cells where the header has 3/);
    const then = await control.graph("snapshot", {});
    assert.equal(then.users.find((user) => user.id === id)?.values["city"], "Ulm");
  });
});
