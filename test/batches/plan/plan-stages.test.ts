import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { rerun } from "../../../shared/batches/undo/rerun.ts";
import { undo } from "../../../shared/batches/undo/undo.ts";
import type { BatchManifest } from "../../../shared/records/manifest.ts";
import { jobOn, runAndJournal, stagedRows } from "../undo/jobs.ts";
import { openWorkshop, planRows } from "../workshop.ts";

const update = (user: string, stage?: unknown) => ({
  operation: "user.update",
  user,
  city: "Oslo",
  ...(stage !== undefined && { stage }),
});

const people = (count: number) => {
  const workshop = openWorkshop();
  const names = Array.from({ length: count }, (_, at) => `p${at}@contoso.com`);
  for (const name of names) workshop.directory.addUser(name);
  return { workshop, names };
};

describe("rows with a stage", () => {
  it("come after every row of the stages before; an empty cell continues the stage", async () => {
    const { workshop, names } = people(6);
    const stages = [undefined, 1, "2", "", " 7 ", undefined];
    const rows = await planRows(
      workshop,
      stages.map((stage, at) => update(names[at]!, stage)),
    );
    assert.deepEqual(
      rows.map(({ write }) => [write?.stage, write?.behind]),
      [
        [undefined, undefined],
        [undefined, undefined],
        [2, 2],
        [2, 2],
        [7, 4],
        [7, 4],
      ],
    );
  });

  it("come after nothing if theirs is the first", async () => {
    const { workshop, names } = people(2);
    const rows = await planRows(workshop, [update(names[0]!, 3), update(names[1]!)]);
    assert.deepEqual(
      rows.map(({ write }) => [write?.stage, write?.behind]),
      [
        [3, undefined],
        [3, undefined],
      ],
    );
  });

  it("fail if a row before them is in a later stage, or if theirs is no whole number up to 100", async () => {
    const { workshop, names } = people(6);
    const rows = await planRows(
      workshop,
      [2, 1, "0", "101", "1.5", "soon"].map((stage, at) => update(names[at]!, stage)),
    );
    assert.equal(rows[0]?.verdict, undefined);
    assert.equal(rows[1]?.reason, "Its stage is 1, and a row before it is in stage 2.");
    assert.match(rows[1]?.fix ?? "", /Sort the rows by stage/);
    for (const { verdict, reason } of rows.slice(2)) {
      assert.equal(verdict, "failed");
      assert.equal(reason, "stage must be a whole number from 1 to 100.");
    }
  });

  it("continue the stage of a row before them that fails or is left out", async () => {
    const { workshop, names } = people(4);
    const rows = await planRows(workshop, [
      update(names[0]!),
      { ...update(names[1]!, 2), usageLocation: "Norway" },
      update(names[2]!),
      { ...update(names[1]!, 3), skip: "later" },
      update(names[3]!),
    ]);
    assert.deepEqual(
      rows.map(({ verdict, write }) => [verdict, write?.stage, write?.behind]),
      [
        [undefined, undefined, undefined],
        ["failed", undefined, undefined],
        [undefined, 2, 1],
        ["skipped", undefined, undefined],
        [undefined, 3, 3],
      ],
    );
  });

  it("fail without a stage of their own behind one whose stage cannot be read", async () => {
    const { workshop, names } = people(4);
    const rows = await planRows(workshop, [
      update(names[0]!),
      update(names[1]!, "2nd"),
      update(names[2]!),
      update(names[3]!, 3),
    ]);
    assert.deepEqual(
      rows.map(({ verdict, write }) => [verdict, write?.stage, write?.behind]),
      [
        [undefined, undefined, undefined],
        ["failed", undefined, undefined],
        ["failed", undefined, undefined],
        [undefined, 3, 3],
      ],
    );
  });

  it("keep their stage when the plan was interrupted", async () => {
    const { workshop, names } = people(1_002);
    const rows = names.map((name, at) => update(name, at < 500 ? 1 : at === 500 ? 2 : undefined));
    const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
    await workshop.blobs.inbox.write("staged/x.jsonl", lines);
    const message = { version: 1, batch: "b", mode: "apply", file: "staged/x.jsonl" };
    for (;;) {
      const result = await workshop.batches.accept(message, { messageId: "1", deadlineMs: 0 });
      if (result.state === "done") break;
    }
    const last = JSON.parse(
      workshop.blobs.batches.text("b/shards/00002.jsonl").trimEnd().split("\n").at(-1) ?? "",
    ) as { write: { stage: number; behind: number } };
    assert.deepEqual([last.write.stage, last.write.behind], [2, 500]);
  });

  it("are undone stage by stage, the last one first", async () => {
    const { workshop, names } = people(4);
    const rows = [1, 2, 2, 5].map((stage, at) => update(names[at]!, stage));
    await workshop.deliver({ version: 1, batch: "b", mode: "apply", rows });
    await runAndJournal(workshop, "b");
    const { batch } = await undo(workshop.ports, jobOn(workshop, "b"));
    assert.deepEqual(
      stagedRows(workshop, batch).map(({ originalRow, stage }) => [originalRow, stage]),
      [
        [4, 1],
        [3, 4],
        [2, 4],
        [1, 5],
      ],
    );
  });

  it("are named in a rerun if their empty cells continued them", async () => {
    const { workshop } = people(0);
    workshop.directory.addUser("ann@contoso.com");
    const lines = [
      "user;city;stage",
      "nobody@contoso.com;Oslo;",
      "ann@contoso.com;Ulm;2",
      "missing@contoso.com;Bonn;",
    ];
    const folder = await workshop.drop("user.update/stages.csv", `${lines.join("\n")}\n`);
    await runAndJournal(workshop, folder);
    const { batch } = await rerun(workshop.ports, jobOn(workshop, folder));
    const { source } = workshop.blobs.batches.json(
      `${batch}/batch.json`,
    ) as unknown as BatchManifest;
    const path = source.kind === "message" ? source.file?.path : undefined;
    assert.deepEqual(
      workshop.blobs.inbox
        .text(path ?? "")
        .trimEnd()
        .split("\r\n"),
      ["originalRow,user,city,stage", "1,nobody@contoso.com,Oslo,", "3,missing@contoso.com,Bonn,2"],
    );
  });

  it("are named in a rerun of JSON, too", async () => {
    const { workshop } = people(0);
    workshop.directory.addUser("ann@contoso.com");
    const row = { operation: "user.update", city: "Oslo" };
    const rows = [
      { ...row, user: "ann@contoso.com", stage: 2 },
      { ...row, user: "nobody@contoso.com" },
    ];
    await workshop.deliver({ version: 1, batch: "b", mode: "apply", rows });
    await runAndJournal(workshop, "b");
    const { batch } = await rerun(workshop.ports, jobOn(workshop, "b"));
    assert.deepEqual(stagedRows(workshop, batch), [{ originalRow: 2, ...rows[1], stage: "2" }]);
  });
});
