import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";

import { createBatches } from "../../../shared/app/batches.ts";
import { readOwnRecipe } from "../../../shared/batches/recipes/own-recipes.ts";
import { undo } from "../../../shared/batches/undo/undo.ts";
import { jobOn, runAndJournal, takeQueued } from "../undo/jobs.ts";
import { home, openWorkshop, shardRows, type Workshop } from "../workshop.ts";

const recipe = {
  version: 1,
  name: "leaves",
  summary: "Disables somebody.",
  columns: { who: { about: "Who leaves.", like: "user.disable/user", required: true } },
  example: { who: "ann@contoso.com" },
  steps: [{ name: "disable", operation: "user.disable", cells: { user: "{who}" } }],
};

let workshop: Workshop;

beforeEach(() => {
  workshop = openWorkshop();
  workshop.directory.addUser("ann@contoso.com");
});

const pathOf = (name: string): string => `recipes/${name}.json`;

const put = (name = "leaves", more: object = {}) =>
  workshop.blobs.inbox.write(pathOf(name), JSON.stringify({ ...recipe, name, ...more }));

/** A message that names the recipe for all of its rows. */
const message = (batch = "leavers", operation = "leaves") => ({
  version: 1,
  batch,
  mode: "plan",
  operation,
  rows: [{ who: "ann@contoso.com" }],
});

const operations = (batch = "leavers") =>
  shardRows(workshop.blobs.batches, batch).map(({ operation }) => operation);

const refusalOf = async (batch: string, operation?: string) => {
  const { folder = "", outcome } = await workshop.deliver(message(batch, operation));
  return outcome === "refused" ? workshop.refused(folder) : undefined;
};

describe("a recipe that a message names", () => {
  it("may be deleted while its batch waits, and after it was planned", async () => {
    await put();
    await workshop.batches.accept(message(), { messageId: "m-1", deadlineMs: 0 });
    await workshop.blobs.inbox.delete(pathOf("leaves"));
    assert.equal((await workshop.deliver(message())).outcome, "accepted");
    assert.deepEqual(operations(), ["user.disable"]);
    assert.equal((await workshop.deliver(message())).outcome, "repeated");
  });

  it("that is deleted is unknown to another batch", async () => {
    await put();
    await workshop.deliver(message());
    await workshop.blobs.inbox.delete(pathOf("leaves"));
    assert.equal((await refusalOf("others"))?.["code"], "OPERATION_UNKNOWN");
  });

  it("is used as it is read if it is replaced between the listing and the read", async () => {
    await put();
    const { inbox } = workshop.blobs;
    const list = inbox.list.bind(inbox);
    inbox.list = async function* (prefix) {
      for await (const facts of list(prefix)) {
        if (facts.path === pathOf("leaves")) await put("leaves", { summary: "Replaced." });
        yield facts;
      }
    };
    assert.equal(await refusalOf("leavers"), undefined);
    assert.deepEqual(operations(), ["user.disable"]);
  });

  for (const [name, what] of [
    ["pLan", "a folder of inbox"],
    ["stAged", "a folder of inbox"],
    ["offBoard", "a recipe of the program"],
  ] as const) {
    it(`is refused if only case tells its name from that of ${what}: ${name}`, async () => {
      await put(name);
      const refused = await refusalOf("leavers", name);
      assert.equal(refused?.["code"], "RECIPE_INVALID");
      assert.match(String(refused?.["what"]), /is taken/);
    });
  }
});

/** So many steps, each with a part for each of 1,000 groups, the first with so many that later ones need. */
const long = (steps: number, stops: number) => ({
  columns: {
    ...recipe.columns,
    teams: { about: "Groups.", like: "group.add-member/group", list: true },
  },
  steps: Array.from({ length: steps }, (_, at) => ({
    name: `s${at}`,
    operation: "group.add-member",
    each: "teams",
    cells: { group: "{each}", member: "{who}" },
    ...(at < stops && { onFailure: "stop" }),
  })),
});

const putMapping = (operation: object) =>
  workshop.blobs.inbox.write(
    "hr/mapping.json",
    JSON.stringify({ version: 1, columns: { Name: "who" }, ...operation }),
  );

describe("a recipe that a mapping names", () => {
  for (const operation of [{ operation: "leaves" }, { constants: { operation: "leaves" } }]) {
    const how = Object.keys(operation)[0];
    it(`expands its rows: ${how}`, async () => {
      await put();
      await putMapping(operation);
      const folder = await workshop.drop("hr/staff.csv", "Name\r\nann@contoso.com\r\n");
      assert.deepEqual(operations(folder), ["user.disable"]);
    });

    it(`is at fault before the mapping that needs its columns: ${how}`, async () => {
      await put("leaves", { version: 2 });
      await putMapping(operation);
      const folder = await workshop.drop("hr/staff.csv", "Name\r\nann@contoso.com\r\n");
      assert.equal(workshop.refused(folder)["code"], "RECIPE_INVALID");
    });
  }
});

describe("the recipe of a batch that was accepted", () => {
  it("refuses its batch and says why if a later release lacks what it names", async () => {
    await put();
    await workshop.batches.accept(message(), { messageId: "m-1", deadlineMs: 0 });
    const { "user.disable": _gone, ...catalogue } = workshop.ports.catalogue;
    const later = createBatches({ ...workshop.ports, catalogue });
    const delivery = { messageId: "m-1", deadlineMs: Date.now() + 60_000 };
    const resumed = await later.accept(
      { version: 1, resume: { batch: "leavers", tenant: home } },
      delivery,
    );
    assert.partialDeepStrictEqual(resumed, { outcome: "refused" });
    const { code, what } = workshop.refused("leavers");
    assert.equal(code, "RECIPE_INVALID");
    assert.match(String(what), /there is no user\.disable\/user/);
  });

  it("is not needed to undo it, not even a row that it could not expand", async () => {
    await put("leaves", { reads: "who" });
    const rows = [{ who: "ann@contoso.com" }, { who: "nobody@contoso.com" }];
    await workshop.deliver({ ...message(), mode: "apply", rows });
    await runAndJournal(workshop, "leavers");
    assert.deepEqual(operations(), ["user.disable", "leaves"]);
    await workshop.blobs.batches.delete("leavers/recipes.json");
    const job = jobOn(workshop, "leavers", { decision: "undo", rows: [1, 2] });
    const { batch } = await undo(workshop.ports, job);
    await takeQueued(workshop);
    assert.deepEqual(operations(batch), ["leaves", "user.enable"]);
    assert.equal(shardRows(workshop.blobs.batches, batch)[0]?.verdict, "skipped");
  });
});

describe("a recipe of which a row becomes too much", () => {
  const teams = Array.from({ length: 1_000 }, (_, at) => `G${at}`);

  for (const [steps, stops, says] of [
    [20, 20, /more than 1,000 parts that later ones need/],
    [11, 0, /more than 10,000 parts/],
  ] as const) {
    it(`fails that row alone: ${steps} steps for 1,000 groups, ${stops} that stop`, async () => {
      await put("leaves", long(steps, stops));
      const rows = [
        { who: "ann@contoso.com", teams },
        { who: "ann@contoso.com", teams: ["G1"] },
      ];
      await workshop.deliver({ ...message(), rows });
      const [first, second] = shardRows(workshop.blobs.batches, "leavers");
      assert.deepEqual([first?.operation, first?.verdict], ["leaves", "failed"]);
      assert.match(String(first?.reason), says);
      assert.equal(second?.operation, "group.add-member");
    });
  }
});

describe("a recipe that is longer than the deployment takes", () => {
  it("is wrong on the operator's machine, too", () => {
    const text = JSON.stringify({ ...recipe, summary: `${"ä".repeat(33_000)}.` });
    const read = readOwnRecipe(pathOf("leaves"), text, workshop.ports);
    assert.match("what" in read ? read.what : "", /has more than 65536 bytes/);
  });
});

describe("more recipes than are read", () => {
  const many = Array.from({ length: 101 }, (_, at) => `r${String(at).padStart(3, "0")}`);

  it("lack the last by name, whichever was there first", async () => {
    for (const name of many.slice(1)) await put(name);
    assert.equal(await refusalOf("one", "r100"), undefined);
    await put("r000");
    assert.match(String((await refusalOf("two", "r100"))?.["what"]), /more than 100/);
    assert.equal(await refusalOf("three", "r099"), undefined);
  });

  it("can be used again once there are fewer", async () => {
    for (const name of many) await put(name);
    assert.match(String((await refusalOf("one", "r100"))?.["what"]), /more than 100/);
    await workshop.blobs.inbox.delete(pathOf("r050"));
    assert.equal(await refusalOf("two", "r100"), undefined);
  });
});
