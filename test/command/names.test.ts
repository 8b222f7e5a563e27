import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { setStage, type Stage } from "../stage/stage.ts";
import { inline, makeWorkbook, row } from "./convert/make-workbook.ts";
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

  it("may be those of a recipe of one's own, once it lies in inbox", async () => {
    const recipe = {
      version: 1,
      name: "goodbye",
      summary: "Disables a user and ends their sessions.",
      columns: { who: { about: "Who leaves.", like: "user.disable/user", required: true } },
      example: { who: "ann@contoso.com" },
      steps: [
        { name: "disable", operation: "user.disable", cells: { user: "{who}" } },
        { name: "sessions", operation: "user.revoke-sessions", cells: { user: "{whom}" } },
      ],
    };
    const file = join(operator.folder, "goodbye.json");
    writeFileSync(file, JSON.stringify(recipe));
    const wrong = await operator.type("recipes", "put", file);
    assert.equal(wrong.code, 1, wrong.error);
    assert.match(wrong.error, /recipes\/goodbye\.json, steps\.1: sessions uses whom/);
    writeFileSync(file, JSON.stringify(recipe).replace("whom", "who"));
    await operator.type("recipes", "put", file);
    const [listed] = await operator.json<{ name: string; sha256: string }[]>("recipes", "list");
    assert.equal(listed?.name, "goodbye");
    const who = `who=new@${stage.cloud.home.domain}`;
    const send = ["plan", "--operation", "goodbye", "--row", who, "--name", "bye"];
    const planned = await operator.type(...send);
    assert.equal(planned.code, 0, planned.error);
    assert.match(
      planned.out,
      /goodbye as in inbox\/recipes\/goodbye\.json \(sha256 [0-9a-f]{12}…\)/,
    );
    assert.ok(planned.out.includes(listed?.sha256.slice(0, 12) ?? "?"));
    const [digest = ""] = /sha256:[0-9a-f]{64}/.exec(planned.out) ?? [];
    const approved = await operator.type("approve", "bye", "--yes", "--plan", digest);
    assert.equal(approved.code, 0, approved.error);
    const { verdicts } = await stage.settled("bye");
    assert.equal(verdicts["done"], 2);
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
    const header = [
      "Name [displayName] Required",
      "User name [userPrincipalName] Required",
      "Initial password [passwordProfile] Required",
      "Block sign in (Yes/No) [accountEnabled] Required",
    ];
    const rows = [header, ["Sheet", user, "Password1!", "Yes"]]
      .map((cells) => row(...cells.map(inline)))
      .join("");
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

  it("may be chosen for people of an export, once for each of them", async () => {
    const { domain } = stage.cloud.home;
    const mapping = {
      version: 1,
      operation: "user.create",
      columns: { Vorname: "givenName", Nr: "employeeId" },
      templates: {
        displayName: "{givenName}",
        userPrincipalName: { text: `{givenName}@${domain}`, free: true, person: "employeeId" },
      },
    };
    await stage.upload("hr/mapping.json", JSON.stringify(mapping));
    const verdictsOf = async (path: string): Promise<readonly (readonly string[])[]> => {
      const rows = Array.from({ length: 17 }, (_, at) => `O'New;p-${at}`);
      await stage.upload(path, `Vorname;Nr\n${rows.join("\n")}\n`);
      await stage.host.fireTimer("sweep");
      const name = path.replace(/\W/g, "-").replace(/-csv$/, "");
      const find = async () => (await stage.batches()).find((each) => each.startsWith(name));
      let batch = await find();
      while (batch === undefined) batch = await find();
      assert.equal((await stage.settled(batch)).state, "finished");
      const report = JSON.parse((await stage.read(`${batch}/report.json`)) ?? "") as {
        rows: { verdict: string; after?: { userPrincipalName: string } }[];
      };
      return report.rows.map(({ verdict, after: set }) => [verdict, set?.userPrincipalName ?? ""]);
    };
    assert.deepEqual(
      await verdictsOf("hr/monday.csv"),
      Array.from({ length: 17 }, (_, at) => ["done", `onew${at === 0 ? "" : at + 1}@${domain}`]),
    );
    operator.file("mapping.json", JSON.stringify(mapping));
    operator.file("people.csv", "Vorname;Nr\nO'New;q-1\nO'New;p-1\n");
    const words = ["plan", "people.csv", "--mapping", "mapping.json", "--name", "mapped"];
    const said = await operator.type(...words);
    assert.equal(said.code, 0, said.error);
    const planned = (await stage.read("mapped/report.csv")) ?? "";
    assert.match(planned, /O'New,q-1,pending/);
    assert.match(planned, /O'New,p-1,skipped,The person has an account/);
    operator.file("mapping.json", JSON.stringify({ ...mapping, colums: {} }));
    const wrong = await operator.type(...words);
    assert.deepEqual([wrong.code, /colums: is not known/.test(wrong.error)], [2, true]);
    assert.deepEqual(
      await verdictsOf("hr/tuesday.csv"),
      Array.from({ length: 17 }, () => ["skipped", ""]),
    );
  });

  it("are of rows that one message can name", async () => {
    const rows = Array.from({ length: 9_000 }, (_, at) => at + 1).join(",");
    const said = await operator.type("undo", "joiner", "--yes", "--rows", rows);
    assert.equal(said.code, 2, said.error);
    assert.match(said.error, /too many rows/);
  });
});
