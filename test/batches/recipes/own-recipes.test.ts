import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";

import offboard from "../../../recipes/offboard.json" with { type: "json" };
import { rerun } from "../../../shared/batches/undo/rerun.ts";
import { switchedOff } from "../../../shared/catalogue/opt-in.ts";
import { catalogue } from "../../../shared/operations/list.ts";
import { jobOn, runAndJournal, takeQueued } from "../undo/jobs.ts";
import { openWorkshop, shardRows, type Workshop } from "../workshop.ts";

const PATH = "recipes/contractor-leaves.json";

const recipe = {
  version: 1,
  name: "contractor-leaves",
  summary: "Disables a contractor and takes a group from them.",
  columns: {
    who: { about: "Who leaves.", like: "user.disable/user", required: true },
    team: { about: "Their group.", like: "group.remove-member/group" },
  },
  example: { who: "ann@contoso.com", team: "Builders" },
  steps: [
    { name: "disable", operation: "user.disable", cells: { user: "{who}" } },
    {
      name: "team",
      operation: "group.remove-member",
      when: "team",
      cells: { group: "{team}", member: "{who}" },
    },
  ],
};

let workshop: Workshop;
let ann: string;

beforeEach(() => {
  workshop = openWorkshop();
  ann = workshop.directory.addUser("ann@contoso.com");
});

const put = (file: unknown, path = PATH) =>
  workshop.blobs.inbox.write(path, typeof file === "string" ? file : JSON.stringify(file));

const rows = [{ operation: "contractor-leaves", who: "ann@contoso.com", team: "Builders" }];
const message = (batch = "leavers", more: object = {}) => ({
  version: 1,
  batch,
  mode: "plan",
  rows,
  ...more,
});

const partsOf = (batch = "leavers") =>
  shardRows(workshop.blobs.batches, batch).map(({ operation, write }) => [
    operation,
    write?.target,
  ]);

/** Plans rows that name the recipe. */
async function planned(batch?: string) {
  assert.equal((await workshop.deliver(message(batch))).outcome, "accepted");
  return partsOf(batch);
}

describe("a recipe in inbox/recipes/", () => {
  it("expands the rows that name it, and the plan says which file that was", async () => {
    const builders = workshop.directory.addGroup("Builders");
    await put(recipe);
    assert.deepEqual(await planned(), [
      ["user.disable", { user: ann }],
      ["group.remove-member", { group: builders, member: ann }],
    ]);
    const { batches } = workshop.blobs;
    const [named] = batches.json("leavers/plan.json")["recipes"] as object[];
    assert.partialDeepStrictEqual(named, { name: "contractor-leaves", path: PATH });
    assert.deepEqual(batches.json("leavers/batch.json")["recipes"], [named]);
  });

  it("can be named by the folder of a file, and is no input itself", async () => {
    workshop.directory.addGroup("Builders");
    await put(recipe);
    const folder = await workshop.drop(
      "plan/contractor-leaves/today.csv",
      "who,team\r\nann@contoso.com,Builders\r\n",
    );
    assert.equal(partsOf(folder).length, 2);
    assert.deepEqual(await workshop.batches.sweepInbox(), { inboxFiles: 0 });
    assert.equal(await workshop.drop(PATH, JSON.stringify(recipe)), "");
  });

  it("counts for guards as its parts do", async () => {
    const many = Array.from({ length: 60 }, (_, at) => `user${at}@contoso.com`);
    for (const user of many) workshop.directory.addUser(user);
    await put(recipe);
    const leaving = many.map((who) => ({ operation: "contractor-leaves", who }));
    await workshop.deliver(message("many", { mode: "apply", rows: leaving }));
    const { state, reason } = workshop.blobs.batches.json("many/status.json");
    assert.equal(state, "held");
    assert.match(String(reason), /disable/i);
  });

  it("is fixed when its batch is accepted: a later change does not change the batch", async () => {
    workshop.directory.addGroup("Builders");
    await put(recipe);
    // The first delivery ends after the batch has its name; the recipe is then replaced.
    await workshop.batches.accept(message(), { messageId: "m-1", deadlineMs: 0 });
    await put({ ...recipe, steps: [{ ...recipe.steps[0]!, operation: "user.delete" }] });
    await workshop.deliver(message());
    assert.deepEqual(
      partsOf().map(([operation]) => operation),
      ["user.disable", "group.remove-member"],
    );
    const digest = workshop.blobs.batches.json("leavers/plan.json")["digest"];
    assert.deepEqual(await planned("leavers-2").then((parts) => parts.map(([name]) => name)), [
      "user.delete",
    ]);
    assert.notEqual(workshop.blobs.batches.json("leavers-2/plan.json")["digest"], digest);
  });

  it("makes the same message the same batch after it was changed, broken or taken away", async () => {
    workshop.directory.addGroup("Builders");
    await put(recipe);
    await planned();
    for (const file of [{ ...recipe, summary: "Changed." }, "{"]) {
      await put(file);
      assert.equal((await workshop.deliver(message())).outcome, "repeated");
    }
    for await (const { path } of workshop.blobs.batches.list("leavers/conflicts/"))
      assert.fail(path);
  });

  it("that was altered in the batch's folder stops the batch", async () => {
    await put(recipe);
    await workshop.batches.accept(message(), { messageId: "m-1", deadlineMs: 0 });
    const { batches } = workshop.blobs;
    const altered = batches.text("leavers/recipes.json").replace("user.disable", "user.delete");
    await batches.write("leavers/recipes.json", altered);
    await assert.rejects(workshop.deliver(message()), /recipes\.json is damaged/);
  });

  it("is read again once its file has another version, and not before", async () => {
    const reads: string[] = [];
    const { inbox } = workshop.blobs;
    const read = inbox.read.bind(inbox);
    inbox.read = async (path) => {
      reads.push(path);
      return read(path);
    };
    workshop.directory.addGroup("Builders");
    await put(recipe);
    await planned("one");
    await planned("two");
    assert.deepEqual(reads, [PATH]);
    await put({ ...recipe, steps: [recipe.steps[0]] });
    assert.equal((await planned("three")).length, 1);
  });

  it("is used by a rerun as the first run had it", async () => {
    await put({ ...recipe, reads: "who" });
    const nobody = [{ operation: "contractor-leaves", who: "bob@contoso.com" }];
    await workshop.deliver(message("leavers", { mode: "apply", rows: nobody }));
    await runAndJournal(workshop, "leavers");
    assert.deepEqual(partsOf(), [["contractor-leaves", undefined]]);
    await workshop.blobs.inbox.delete(PATH);
    const bob = workshop.directory.addUser("bob@contoso.com");
    const { batch } = await rerun(workshop.ports, jobOn(workshop, "leavers"));
    await takeQueued(workshop);
    assert.deepEqual(partsOf(batch), [["user.disable", { user: bob }]]);
  });
});

describe("a recipe in inbox/recipes/ that cannot be used", () => {
  for (const { when, file, path = PATH, operation = "contractor-leaves", at, says } of [
    { when: "is no JSON", file: "{", at: undefined, says: /contractor-leaves\.json: is malformed/ },
    {
      when: "breaks its schema",
      file: { ...recipe, steps: [{ ...recipe.steps[0], cell: {} }] },
      at: "steps.0.cell",
      says: /steps\.0\.cell: is not known/,
    },
    {
      when: "names an operation that is not there",
      file: { ...recipe, steps: [{ ...recipe.steps[0], operation: "user.dismiss" }] },
      at: "steps.0.operation",
      says: /no operation user\.dismiss/,
    },
    {
      when: "names an operation that is switched off",
      file: { ...recipe, steps: [{ ...recipe.steps[0], operation: "user.reset-password" }] },
      at: "steps.0.operation",
      says: /user\.reset-password is switched off/,
    },
    {
      when: "is called as a recipe of the program",
      file: { ...recipe, name: "offboard" },
      path: "recipes/offboard.json",
      operation: "offboard",
      at: "name",
      says: /offboard is taken/,
    },
    {
      when: "is called as a folder of inbox",
      file: { ...recipe, name: "plan" },
      path: "recipes/plan.json",
      operation: "plan",
      at: "name",
      says: /plan is taken/,
    },
    {
      when: "has another name than its file",
      file: { ...recipe, name: "other" },
      at: "name",
      says: /the file has another name/,
    },
    {
      when: "is too long",
      file: { ...recipe, summary: `${"x".repeat(70_000)}.` },
      at: undefined,
      says: /more than 65536 bytes/,
    },
  ]) {
    it(`refuses rows that name it, and only those: it ${when}`, async () => {
      workshop = openWorkshop({ catalogue: switchedOff(catalogue, []) });
      workshop.directory.addUser("ann@contoso.com");
      await put(file, path);
      const named = rows.map((row) => ({ ...row, operation }));
      const { folder = "", outcome } = await workshop.deliver(message("bad", { rows: named }));
      assert.equal(outcome, "refused");
      const note = workshop.refused(folder);
      assert.deepEqual([note["code"], note["file"], note["column"]], ["RECIPE_INVALID", path, at]);
      assert.match(String(note["reason"] ?? note["what"]), says);
      const others = [{ operation: "user.disable", user: "ann@contoso.com" }];
      const other = await workshop.deliver(message("good", { rows: others }));
      assert.equal(other.outcome, "accepted");
    });
  }

  it("is at fault before columns that only it would know", async () => {
    await put({ ...recipe, version: 2 });
    const csv = "operation,who,team\r\ncontractor-leaves,ann@contoso.com,Builders\r\n";
    const note = workshop.refused(await workshop.drop("plan/today.csv", csv));
    assert.deepEqual([note["code"], note["file"]], ["RECIPE_INVALID", PATH]);
  });

  it("leaves the recipes of the program as they are", async () => {
    await put({ ...offboard, name: "mine" }, "recipes/mine.json");
    const named = [{ operation: "offboard", user: "ann@contoso.com", leave: "sessions" }];
    await workshop.deliver(message("leavers", { rows: named }));
    assert.deepEqual(partsOf(), [["user.disable", { user: ann }]]);
  });
});
