import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { setStage, type Stage } from "../stage/stage.ts";
import { makeWorkbook } from "./convert/make-workbook.ts";
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
    const { out } = await operator.type("template", "user.delete");
    const note = '"An example: write over it, and empty this cell."';
    assert.equal(out, `user,skip\r\nann@contoso.com,${note}\r\n`);
  });

  it("may be of a workbook, which is converted before it is sent", async () => {
    const user = `from-sheet@${stage.cloud.home.domain}`;
    const cell = (text: string): string => `<c t="inlineStr"><is><t>${text}</t></is></c>`;
    const row = (...cells: string[]): string => `<row>${cells.map(cell).join("")}</row>`;
    const header = [
      "Name [displayName] Required",
      "User name [userPrincipalName] Required",
      "Initial password [passwordProfile] Required",
      "Block sign in (Yes/No) [accountEnabled] Required",
    ];
    const rows = row(...header) + row("Sheet", user, "Password1!", "Yes");
    writeFileSync(join(operator.folder, "staff.xlsx"), makeWorkbook([{ name: "Staff", rows }]));
    const sent = await operator.type("submit", "staff.xlsx", "--name", "from-a-sheet");
    assert.equal(sent.code, 0, sent.error);
    assert.match(sent.error, /Dropped here, before anything is sent: Initial password/);
    assert.equal((await stage.settled("from-a-sheet")).state, "finished");
    const report = (await stage.read("from-a-sheet/report.csv")) ?? "";
    assert.match(report, new RegExp(`Sheet,${user},false,done`));
    assert.doesNotMatch(report, /Password1/);
    const again = await operator.type("submit", "staff.xlsx", "--name", "from-a-sheet");
    assert.match(again.error, /Nothing was sent: the same rows were sent/);
  });

  it("are of rows that one message can name", async () => {
    const rows = Array.from({ length: 9_000 }, (_, at) => at + 1).join(",");
    const said = await operator.type("undo", "joiner", "--yes", "--rows", rows);
    assert.equal(said.code, 2, said.error);
    assert.match(said.error, /too many rows/);
  });
});
