import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";

import { rerun } from "../../../shared/batches/undo/rerun.ts";
import { answer } from "../small-directory.ts";
import { jobOn, takeQueued } from "../undo/jobs.ts";
import { openWorkshop, shardRows, type Workshop } from "../workshop.ts";

let workshop: Workshop;
let group: string;

/** Ann to Eva are members of Nurses. */
beforeEach(() => {
  workshop = openWorkshop({
    settings: { ...openWorkshop().ports.settings, maxInvalidRowsPercent: 100 },
  });
  const { directory } = workshop;
  group = directory.addGroup("Nurses");
  for (const name of ["ann", "bo", "cy", "dee", "eva"]) {
    directory.members.get(group)!.add(directory.addUser(`${name}@contoso.com`));
  }
});

const PATH = "group.set-members/nurses.csv";
const removed = (folder: string): number =>
  shardRows(workshop.blobs.batches, folder).filter(
    ({ operation, write }) => operation === "group.remove-member" && write,
  ).length;

/** What became of a batch: refused and why, held, or handed to the runner with so many removals. */
function seen(folder: string): string {
  const { batches } = workshop.blobs;
  if (batches.blobs.has(`${folder}/refused.json`)) {
    return `refused ${String(workshop.refused(folder)["code"])}`;
  }
  const { state } = batches.json(`${folder}/status.json`);
  return `${String(state)}, ${removed(folder)} removed`;
}

const list = (...lines: readonly string[]) =>
  ["group,member", ...lines].map((line) => `${line}\r\n`).join("");
const [ann, bo] = ["Nurses,ann@contoso.com", "Nurses,bo@contoso.com"];

describe("a file of whole lists of members", () => {
  for (const { when, content, path = PATH, is } of [
    { when: "shows by nothing that it is whole", content: list(ann, bo), is: "held, 3 removed" },
    {
      when: "ends with the line (end)",
      content: list(ann, bo, "(end)"),
      is: "accepted, 3 removed",
    },
    {
      when: "says how many rows it has",
      content: list(ann, bo, "(END),2,"),
      is: "accepted, 3 removed",
    },
    {
      when: "says another number of rows",
      content: list(ann, "(end),2"),
      is: "refused FILE_CUT_OFF",
    },
    {
      when: "goes on behind its end",
      content: list(ann, "(end)", bo),
      is: "refused FILE_UNREADABLE",
    },
    {
      when: "is an array of JSON",
      path: "group.set-members/nurses.json",
      content: JSON.stringify([{ group: "Nurses", member: "ann@contoso.com" }]),
      is: "accepted, 4 removed",
    },
    {
      when: "is JSON Lines, which show nothing",
      path: "group.set-members/nurses.jsonl",
      content: '{"group":"Nurses","member":"ann@contoso.com"}\n',
      is: "held, 4 removed",
    },
    {
      when: "is JSON Lines with their number",
      path: "group.set-members/nurses.jsonl",
      content: '{"group":"Nurses","member":"ann@contoso.com"}\n{"(end)":1}',
      is: "accepted, 4 removed",
    },
    {
      when: "is JSON Lines with another number",
      path: "group.set-members/nurses.jsonl",
      content: '{"group":"Nurses","member":"ann@contoso.com"}\n{"(end)":2}\n',
      is: "refused FILE_CUT_OFF",
    },
    {
      when: "is JSON Lines that go on behind their end",
      path: "group.set-members/nurses.jsonl",
      content: '{"(end)":true}\n{"group":"Nurses","member":"ann@contoso.com"}\n',
      is: "refused FILE_UNREADABLE",
    },
    {
      when: "removes nobody",
      content: list("Nurses,ann@contoso.com", ...["bo", "cy", "dee", "eva"].map(nurse)),
      is: "finished, 0 removed",
    },
  ]) {
    it(`is ${is.replace(/accepted|finished/, "run")}, if it ${when}`, async () => {
      assert.equal(seen(await workshop.drop(path, content)), is);
    });
  }

  it("says in the reason why it is held, and what to do", async () => {
    const folder = await workshop.drop(PATH, list(ann, bo));
    const status = workshop.blobs.batches.json(`${folder}/status.json`);
    assert.match(String(status["reason"]), /nothing shows that its file was not cut off/);
    assert.match(String(status["fix"]), /end it with the line \(end\).*rowCount/);
  });

  for (const { what, last } of [
    { what: "one a row", last: list(ann, bo, "Nurses,cy@contoso.com", "(end),3") },
    {
      what: "all in one cell",
      last: "group,members\r\nNurses,ann@contoso.com|bo@contoso.com|cy@contoso.com\r\n(end)\r\n",
    },
  ]) {
    it(`never removes more than the whole file does, wherever it is cut (${what})`, async () => {
      assert.equal(seen(await workshop.drop(PATH, last)), "accepted, 2 removed");
      let held = 0;
      for (let end = 1; end < last.length; end++) {
        // A list waits for an earlier one of its group that has not been run.
        workshop.blobs.runner.blobs.clear();
        const is = seen(await workshop.drop(PATH, last.slice(0, end)));
        if (is.startsWith("held")) held += 1;
        const isSafe = /^refused|^held|, [02] removed$/.test(is);
        assert.ok(isSafe, `${JSON.stringify(last.slice(0, end))}: ${is}`);
      }
      assert.ok(held > 0, "the guard stops some of them");
    });
  }
});

describe("a rerun of lists", () => {
  it("is not held for other rows that remove somebody, because its lists remove nobody", async () => {
    const { deliver, ports, blobs, directory } = workshop;
    const user = directory.addUser("flo@contoso.com");
    const rows = [
      { operation: "group.set-members", group: "Nurses", member: "ann@contoso.com" },
      { operation: "group.remove-member", group: "Nurses", member: user },
    ];
    // The list cannot be read, so that its row is expanded again.
    directory.intercept = (url) => (url.includes("/members?") ? answer(403, {}) : undefined);
    await deliver({ version: 1, batch: "n", mode: "apply", rows });
    directory.intercept = () => undefined;
    await workshop.runAll("n");
    const { batch } = await rerun(ports, jobOn(workshop, "n", { rows: [1, 2], as: "again" }));
    await takeQueued(workshop);
    const guards = blobs.batches.json(`${batch}/plan.json`)["guards"] as { guard: string }[];
    assert.ok(guards.every(({ guard }) => guard !== "list-ending"));
    assert.equal(seen(batch), "accepted, 1 removed");
  });
});

function nurse(name: string): string {
  return `Nurses,${name}@contoso.com`;
}

const send = async (content: string, rowCount: number | undefined) => {
  await workshop.blobs.inbox.write("staged/nurses.csv", content);
  const operation = "group.set-members";
  const message = { version: 1, batch: "n", mode: "apply", operation, file: "staged/nurses.csv" };
  await workshop.deliver({ ...message, ...(rowCount !== undefined && { rowCount }) });
  return seen("n");
};

describe("the number of rows in a message", () => {
  it("shows that a file is whole", async () => {
    assert.equal(await send(list(ann, bo), 2), "accepted, 3 removed");
  });
  it("shows it also if the file has no line break at its end", async () => {
    assert.equal(await send(list(ann, bo).trimEnd(), 2), "accepted, 3 removed");
  });
  it("refuses a file that has another number of rows", async () => {
    assert.equal(await send(list(ann), 2), "refused FILE_CUT_OFF");
    assert.match(
      String(workshop.refused("n")["what"]),
      /has 1 rows, and its message says rowCount 2/,
    );
  });
  it("may be left out", async () => {
    assert.equal(await send(list(ann, bo), undefined), "held, 3 removed");
  });
  it("stands beside a file only", async () => {
    const rows = [{ operation: "group.set-members", group: "Nurses", member: "ann@contoso.com" }];
    await workshop.deliver({ version: 1, batch: "n", mode: "apply", rows, rowCount: 1 });
    assert.equal(seen("n"), "refused MESSAGE_INVALID");
  });
  it("is not needed for rows in a message, which are all there", async () => {
    const rows = [{ operation: "group.set-members", group: "Nurses", member: "ann@contoso.com" }];
    await workshop.deliver({ version: 1, batch: "n", mode: "apply", rows });
    assert.equal(seen("n"), "accepted, 4 removed");
  });
});
