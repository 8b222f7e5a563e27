import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import type { BatchStatus } from "../../shared/records/status.ts";
import { setStage, type Stage } from "../stage/stage.ts";
import { endWithCtrlC } from "./ctrl-c.ts";
import { createOperator, type Operator, runCommand } from "./operator.ts";

/** One story through the command: each part stands on what the parts before it did. */
describe("an operator's command, on the deployed bundle", () => {
  let stage: Stage;
  let operator: Operator;
  let people: { readonly id: string; readonly upn: string }[];
  before(async () => {
    stage = await setStage({
      cloud: { latency: false, graph: { seed: { users: 60, groups: 2, disabled: 0, guests: 0 } } },
    });
    operator = createOperator(stage);
    const { users } = await stage.cloud.control.graph("snapshot", {
      properties: ["userPrincipalName"],
    });
    people = users.map(({ id, values }) => ({ id, upn: String(values["userPrincipalName"]) }));
  });
  after(async () => {
    operator[Symbol.dispose]();
    await stage.close();
  });
  const csv = (from: number, to: number): string =>
    `user,jobTitle\n${people
      .slice(from, to)
      .map(({ upn }) => `${upn},Nurse`)
      .join("\n")}\n`;

  it("sends a file, follows it to its end, and sends it once however often it is typed", async () => {
    operator.file("movers.csv", `${csv(0, 3)}nobody@nowhere.example,Nurse\n`);
    const words = ["submit", "movers.csv", "--operation", "user.update", "--name", "movers-1"];
    const said = await operator.type(...words, "--wait");
    assert.match(said.out, /movers-1 is finished: done 3, failed 1/);
    assert.equal(said.code, 1, "a failed row is not silent");
    assert.match(said.error, /1 row failed\.\nSee why: batch show movers-1 --rows failed/);

    // The number of rows was sent too, so that a file which is cut off on its way is refused.
    assert.match((await stage.read("movers-1/batch.json")) ?? "", /"isWhole": true/);
    const again = await operator.type(...words);
    assert.equal(again.code, 0);
    assert.match(again.error, /Nothing was sent: the same rows were sent as movers-1/);
    operator.file("movers.csv", csv(0, 2));
    const other = await operator.type(...words);
    assert.deepEqual([other.code, other.out], [1, ""]);
    assert.match(other.error, /The name movers-1 belongs to a batch .*\nChoose another --name/);
  });

  it("speaks to a local cloud by its file", async () => {
    const said = await runCommand(["list", "--local", operator.ready], { cwd: operator.folder });
    assert.match(said.out, /^movers-1 +finished +apply +4 +done 3, failed 1 /m, said.error);
    const none = await runCommand(["--local", "none.json", "list"], { cwd: operator.folder });
    assert.equal(none.code, 2);
    assert.match(none.error, /npm start -- --keep/);
  });

  it("says of one row why it failed and what to do", async () => {
    const said = await operator.type("show", "movers-1", "--rows", "4");
    assert.match(said.out, /nobody@nowhere\.example +failed +\S/);
    assert.equal((await operator.type("show", "movers-1", "--rows", "9")).code, 3);
    const [row] = await operator.json<{ row: number; fix: string }[]>(
      "show",
      "movers-1",
      "--rows",
      "failed",
    );
    assert.equal(row?.row, 4);
    assert.ok((row?.fix ?? "").length > 10);
  });

  it("sends typed rows, lists batches, and shows one as a table, as JSON and as lines", async () => {
    const row = `user=${people[5]!.upn},jobTitle=Porter`;
    const sent = await operator.json<{ batch: string }>(
      "submit",
      "--operation",
      "user.update",
      "--row",
      row,
      "--wait",
    );
    assert.match(sent.batch, /^rows-\d{4}-\d\d-\d\d-[0-9a-f]{6}$/);
    const all = await operator.type("list", "--output", "tsv");
    assert.deepEqual(
      all.out
        .trim()
        .split("\n")
        .map((line) => line.split("\t").slice(0, 2)),
      [
        [sent.batch, "finished"],
        ["movers-1", "finished"],
      ],
    );
    assert.match((await operator.type("show", "movers-1")).out, /verdicts +done 3, failed 1\n/);
    const shown = await operator.json<BatchStatus>("show", "movers-1");
    assert.deepEqual([shown.state, shown.verdicts.done], ["finished", 3]);
    assert.equal((await operator.type("show", "movers-2")).code, 3);
  });

  it("plans a file without changing anything", async () => {
    operator.file("leavers.csv", `user\n${people[10]!.upn}\n${people[11]!.upn}\n`);
    const words = ["--operation", "user.delete", "--name", "leavers-1"];
    const said = await operator.type("plan", "leavers.csv", ...words);
    assert.equal(said.code, 0, said.error);
    assert.match(said.out, /would write +2 changes/);
    assert.match(said.out, /run it: batch approve leavers-1 --plan sha256:[0-9a-f]{64}\n/);
    const watched = await operator.typeAtTerminal("", "watch", "leavers-1");
    assert.match(watched.out, /leavers-1  planned  \[\.{24}\] 0 of 2/);
    assert.equal(watched.code, 0);
  });

  it("asks a person before it decides, and decides nothing if nobody can be asked", async () => {
    const unasked = await operator.type("approve", "leavers-1");
    assert.deepEqual([unasked.code, unasked.out], [2, ""]);
    assert.match(unasked.error, /would write +2 changes.*not a terminal\.\nAdd --yes/s);
    for (const answer of ["n", ""]) {
      const said = await operator.typeAtTerminal(answer, "approve", "leavers-1");
      assert.match(
        said.out,
        /Run leavers-1 as planned \(2 changes\)\? \[y\/N\] .*Nothing was done\./s,
      );
      assert.equal(said.code, 2);
    }
    assert.equal(await stage.read("leavers-1/control.json"), undefined);
  });

  it("says of a decision that can have no effect why, before it is sent", async () => {
    for (const [words, says] of [
      [
        ["approve", "movers-1"],
        /movers-1 is finished; approve has an effect on .* planned or held/,
      ],
      [["resume", "movers-1"], /movers-1 is finished; resume has an effect on .* paused/],
      [["pause"], /No batch is named\.\nName one \(batch list\), or add --whole-tenant/],
      [
        ["approve", "leavers-1"],
        /Nobody has looked at the plan\.\nWith --yes, name the plan .*sha256:/,
      ],
      [["approve", "leavers-1", "--plan", "sha256:1"], /is not the plan of leavers-1/],
    ] as const) {
      const said = await operator.type(...words, "--yes");
      assert.match(said.error, says);
      assert.notEqual(said.code, 0);
    }
  });

  it("plans a file that lies in the inbox", async () => {
    await stage.upload("staged/dropped.csv", `user\n${people[12]!.upn}\n`);
    const words = ["--inbox", "staged/dropped.csv", "--operation", "user.disable"];
    const said = await operator.type("plan", ...words, "--name", "dropped-1");
    assert.equal(said.code, 0, said.error);
    assert.match(said.out, /would write +1 change\n/);
    assert.equal((await operator.type("plan", "--inbox", "staged/none.csv")).code, 3);
  });

  it("says why an input was refused", async () => {
    operator.file("wrong.csv", "user,jobTitel\nann@contoso.com,Nurse\n");
    const words = ["--operation", "user.update", "--name", "wrong-1", "--wait"];
    const said = await operator.type("submit", "wrong.csv", ...words);
    assert.equal(said.code, 1);
    assert.match(said.error, /wrong-1 is refused: .*jobTitel.*jobTitle/s);
    assert.match((await operator.type("show", "wrong-1")).out, /what to do +\S/);
    assert.match((await operator.type("list", "--state", "refused")).out, /^wrong-1 /m);
  });

  it("downloads the reports", async () => {
    const said = await operator.type("report", "movers-1", "--no-open");
    assert.equal(said.code, 0, said.error);
    for (const name of ["report.html", "report.csv", "report.json"]) {
      assert.ok(existsSync(join(operator.folder, "movers-1", name)), name);
    }
    const page = readFileSync(join(operator.folder, "movers-1/report.html"), "utf8");
    assert.match(page, /movers-1/);
    assert.equal((await operator.type("report", "wrong-1")).code, 3);
  });

  it("proves a batch in storage and offline, and finds what was altered", async () => {
    const online = await operator.type("verify", "movers-1");
    assert.equal(online.code, 0, online.error);
    assert.match(online.out, /blobs +\d+ blobs, each as it was then/);
    await operator.type("report", "movers-1", "--all", "--to", "proof");
    const offline = await operator.typeWith({ AZURE_CLIENT_ID: "" }, "verify", "proof");
    assert.equal(offline.code, 0, offline.error);
    assert.equal(offline.out, online.out);
    const file = join(operator.folder, "proof/report.csv");
    writeFileSync(file, readFileSync(file, "utf8").replace("failed", "done"));
    const altered = await operator.type("verify", "proof");
    assert.equal(altered.code, 1);
    assert.match(altered.out, /^report\.csv +altered /m);
    const other = await operator.type("verify", "movers-1", "--root", "sha256:0");
    assert.equal(other.code, 1);
    assert.equal((await operator.type("verify", "leavers-1")).code, 3);
  });

  it("finds a person by name and by id, in finished, planned and running batches", async () => {
    const { upn, id } = people[10]!;
    const rows = people.map(({ upn: user }) => ({ operation: "user.update", user, city: "Bern" }));
    await stage.send("accept", JSON.stringify({ version: 1, batch: "all-1", mode: "apply", rows }));
    const wanted = ["all-1 11", "leavers-1 1"];
    for (const name of [upn, upn.toUpperCase(), id]) {
      const found = await operator.json<{ batch: string; row: { row: number } }[]>("find", name);
      const seen = found.map(({ batch, row }) => `${batch} ${row.row}`);
      assert.deepEqual(
        seen,
        wanted.filter((each) => seen.includes(each) || each !== "all-1 11"),
      );
    }
    await stage.settled("all-1");
    const found = await operator.json<object[]>("find", id);
    assert.equal(found.length, 2, "by id also the rows that name the user by name");
    assert.equal((await operator.type("find", "nobody@contoso.com")).code, 3);
  });

  it("finds the rest if a batch is damaged, and says which one", async () => {
    const blob = stage.container("batches").getBlockBlobClient("all-1/shards/00001.jsonl");
    const kept = await blob.downloadToBuffer();
    await blob.uploadData(Buffer.from("{}\n"));
    const said = await operator.type("find", people[10]!.upn);
    assert.equal(said.code, 1);
    assert.match(said.out, /^leavers-1 /m);
    assert.match(said.error, /^all-1 could not be read: all-1\/shards\/00001\.jsonl is damaged/m);
    await blob.uploadData(kept);
  });

  it("checks from the operator's chair that everything is there, allowed and alive", async () => {
    const first = await operator.type("doctor");
    assert.match(first.out, /^heartbeat +problem +no sweep has run yet +Publish the app/m);
    assert.equal(first.code, 1);

    await stage.host.fireTimer("sweep");
    const well = await operator.type("doctor");
    assert.equal(well.code, 0, well.out);
    for (const line of [
      /^sign-in +ok +\S+ \(environment\), account /m,
      /^read container batches +ok /m,
      /^write to container inbox +ok /m,
      /^send to queue accept +ok +you may send work$/m,
      /^send to queue decisions +ok +you may decide$/m,
      /^poison queues +ok +empty$/m,
      /^heartbeat +ok +last sweep \d+ s ago$/m,
      /^version +ok +deployed bundle [0-9a-f]{12} on Node v24\S*: the same as this checkout's$/m,
      /^runner of [0-9a-f-]{36} +ok +idle/m,
      /^consent +ok /m,
    ]) {
      assert.match(well.out, line);
    }
    const left = await stage.container("inbox").listBlobsFlat({ prefix: "staged/doctor" }).next();
    assert.equal(left.done, true, "the trial of writing was deleted");
    assert.equal(stage.events.filter(({ event }) => event === "poison.settled").length, 0);
  });

  it("says how to go on after Ctrl-C", () => endWithCtrlC(operator, stage, people[20]!.upn));

  it("signs in as whom az login signed in", async () => {
    const { home, tools } = stage.cloud;
    const { token } = await stage.cloud.control.issueToken({
      tenantId: home.tenantId,
      appId: tools.clientId,
      resource: "https://storage.azure.com",
    });
    const answer = { accessToken: token, expiresOn: "2099-01-01 00:00:00.000000", expires_on: 4e9 };
    const az = join(operator.folder, "az");
    writeFileSync(az, `#!/bin/sh\necho '${JSON.stringify(answer)}'\n`, { mode: 0o700 });
    const path = { PATH: `${operator.folder}:/usr/bin:/bin` };
    const said = await operator.typeWith(path, "list", "--auth", "cli", "--state", "refused");
    assert.match(said.out, /^wrong-1 /m, said.error);
  });

  it("says what is wrong, and what to do about it", async () => {
    assert.equal((await operator.type("pause", "--whole-tenant", "--yes")).code, 0);
    const { tenantId } = stage.cloud.home;
    const check = stage
      .container("runner")
      .getBlockBlobClient(`${tenantId}/certificate-check.json`);
    await check.uploadData(Buffer.from('{"version": 1, "told": {"ab": 7}}'));
    await stage.container("inbox").delete();
    await stage.send("run-poison", "given up");
    const said = await operator.type("doctor", "--output", "tsv");
    assert.equal(said.code, 1);
    assert.match(
      said.out,
      /^runner of \S+\tnote\tthe whole tenant is paused\tLet it continue: batch/m,
    );
    assert.match(said.out, /^certificate\tproblem\tthe daily check warned that 7 days are left/m);
    assert.match(said.out, /^read container inbox\tproblem\tThere is no container inbox/m);
    const elsewhere = await operator.type("list", "--cloud", "china");
    assert.deepEqual([elsewhere.code, elsewhere.out], [1, ""]);
    const foreign = await operator.typeWith({ AZURE_CLIENT_ID: people[0]!.id }, "list");
    assert.equal(foreign.code, 1);
    assert.match(foreign.error, /^Not signed in: .*AADSTS700016.*\nCheck AZURE_TENANT_ID/s);
    const nobody = await operator.typeWith({ PATH: "" }, "list", "--auth", "cli");
    assert.equal(nobody.code, 1);
    assert.match(nobody.error, /^Not signed in: .*\nRun az login/s);
  });
});
