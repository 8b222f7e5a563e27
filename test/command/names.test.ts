import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { setStage, type Stage } from "../stage/stage.ts";
import { createOperator, type Operator } from "./operator.ts";

describe("names that an operator types", () => {
  let stage: Stage;
  let operator: Operator;
  before(async () => {
    stage = await setStage({ cloud: { latency: false, graph: { seed: { users: 3, groups: 1 } } } });
    operator = createOperator(stage);
    const user = `new@${stage.cloud.home.domain}`;
    const rows = [{ operation: "user.create", userPrincipalName: user, displayName: "New" }];
    const message = { version: 1, batch: "joiner", mode: "apply", rows };
    await stage.send("accept", JSON.stringify(message));
    assert.equal((await stage.settled("joiner")).state, "finished");
  });
  after(async () => {
    operator[Symbol.dispose]();
    await stage.close();
  });

  it("find the batches of the home tenant also if that is named", async () => {
    await stage.host.fireTimer("sweep");
    const own = await operator.json<{ batch: string }[]>("list");
    assert.deepEqual(
      own.map(({ batch }) => batch),
      ["joiner"],
    );
    const home = stage.cloud.home.tenantId.toUpperCase();
    assert.deepEqual(await operator.json("list", "--tenant", home), own);
  });

  it("are no paths", async () => {
    const shown = await operator.type("show", "..");
    assert.equal(shown.code, 2, shown.error);
    assert.match(shown.error, /That is no batch's name/);
    const sent = await operator.type("submit", "--inbox", "../batches/joiner/input");
    assert.equal(sent.code, 2, sent.error);
    const undone = await operator.type("undo", "joiner", "--yes", "--as", "../x");
    assert.equal(undone.code, 2, undone.error);
    assert.match(undone.error, /as must consist of A-Z a-z 0-9/);
  });

  it("of an operation gives its columns, as JSON if that is asked for", async () => {
    assert.deepEqual(await operator.json("template", "user.delete"), {
      operation: "user.delete",
      columns: ["user"],
    });
    assert.equal((await operator.type("template", "user.delete")).out, "user\n");
  });

  it("are of rows that one message can name", async () => {
    const rows = Array.from({ length: 9_000 }, (_, at) => at + 1).join(",");
    const said = await operator.type("undo", "joiner", "--yes", "--rows", rows);
    assert.equal(said.code, 2, said.error);
    assert.match(said.error, /too many rows/);
  });
});
