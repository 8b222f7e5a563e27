import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { home, openWorkshop, other, shardRows } from "../workshop.ts";

const ann = "ann@contoso.com";
const message = {
  version: 1,
  batch: "leavers",
  mode: "apply",
  operation: "user.disable",
  rows: [{ user: ann }],
};

function begin() {
  const workshop = openWorkshop();
  workshop.directory.addUser(ann);
  return workshop;
}

describe("a message is accepted", () => {
  it("planned, marked as work and the runner is rung", async () => {
    const { blobs, rings, events, deliver } = begin();
    const result = await deliver({ ...message, priority: "urgent" });
    assert.deepEqual(result, { state: "done", outcome: "accepted", folder: "leavers" });
    const manifest = blobs.batches.json("leavers/batch.json");
    assert.deepEqual(
      [manifest["rows"], manifest["columns"], manifest["source"]],
      [1, ["user"], { kind: "message", messageId: "m-1" }],
    );
    assert.equal(blobs.batches.text("leavers/input"), `{"user":"${ann}"}\n`);
    const marker = `${home}/queue/0-${String(manifest["acceptedAt"])}-leavers`;
    assert.deepEqual([...blobs.runner.blobs.keys()], [marker]);
    assert.deepEqual(blobs.runner.json(marker), { folder: "leavers" });
    assert.deepEqual(rings, [home]);
    const accepted = {
      event: "batch.accepted",
      batch: "leavers",
      tenant: home,
      rows: 1,
      mode: "apply",
    };
    assert.deepEqual(events, [accepted]);
    const status = blobs.batches.json("leavers/status.json");
    assert.deepEqual([status["state"], status["rows"]], ["accepted", 1]);
  });

  it("and shows the plan's verdicts while it waits for its turn", async () => {
    const { blobs, deliver, directory } = begin();
    directory.addUser("off@contoso.com", { accountEnabled: false });
    const rows = [{ user: ann }, { user: "off@contoso.com" }, { user: "gone@contoso.com" }];
    await deliver({ ...message, rows });
    const { state, verdicts } = blobs.batches.json("leavers/status.json");
    assert.deepEqual(
      [state, verdicts],
      ["accepted", { done: 0, unchanged: 1, skipped: 0, failed: 1, held: 0, pending: 1 }],
    );
  });

  it("and calls the runner while it is planned, unless it is only planned", async () => {
    const early: string[] = [];
    const workshop = openWorkshop({
      ringEarly: async () => void early.push([...workshop.blobs.runner.blobs.keys()].join()),
    });
    workshop.directory.addUser(ann);
    await workshop.deliver({ ...message, batch: "look", mode: "plan" });
    assert.deepEqual(early, []);
    await workshop.deliver(message);
    assert.equal(early.length, 1);
    assert.match(early[0] ?? "", /\/planning\/[^,]*-leavers/);
    assert.equal(workshop.rings.length, 1);
  });

  it("in another allowed tenant, below that tenant's folder", async () => {
    const { blobs, rings, deliver } = begin();
    assert.equal((await deliver({ ...message, tenant: other })).folder, `${other}/leavers`);
    assert.ok(blobs.batches.blobs.has(`${other}/leavers/plan.json`));
    assert.deepEqual(rings, [other]);
    assert.match(
      [...blobs.runner.blobs.keys()].join(),
      new RegExp(`^${other}/queue/1-.*-leavers$`),
    );
  });

  it("once: repeating it has no effect, before and after the run", async () => {
    const { blobs, rings, events, deliver, runAll } = begin();
    await deliver(message);
    const shards = blobs.batches.text("leavers/shards/00001.jsonl");
    const again = { ...message, rows: [{ user: ann }] };
    assert.equal((await deliver(JSON.stringify(again), "m-2")).outcome, "accepted");
    await runAll("leavers");
    for (const path of blobs.runner.blobs.keys()) await blobs.runner.delete(path);
    rings.length = 0;
    assert.deepEqual(await deliver(again, "m-3"), {
      state: "done",
      outcome: "repeated",
      folder: "leavers",
    });
    assert.equal(blobs.batches.text("leavers/shards/00001.jsonl"), shards);
    assert.deepEqual([rings, [...blobs.runner.blobs.keys()]], [[], []]);
    assert.deepEqual(
      events.map(({ event }) => event),
      ["batch.accepted", "batch.finished"],
    );
    assert.equal(blobs.batches.json("leavers/status.json")["state"], "finished");
  });

  it("with nothing to write, and is finished at once", async () => {
    const { blobs, rings, events, directory, deliver } = openWorkshop();
    directory.addUser(ann, { accountEnabled: false });
    await deliver(message);
    const status = blobs.batches.json("leavers/status.json");
    assert.deepEqual([status["state"], rings], ["finished", []]);
    assert.match(blobs.batches.text("leavers/report.csv"), /ann@contoso\.com,unchanged,/);
    assert.deepEqual(
      events.map(({ event }) => event),
      ["batch.accepted", "batch.finished"],
    );
  });
});

describe("accepting a message of one row", () => {
  it("costs few calls of storage, because nothing is looked for in a new folder", async () => {
    const { blobs, deliver } = begin();
    const calls: string[] = [];
    for (const [name, container] of Object.entries(blobs)) {
      const wrapped = container as unknown as Record<string, (path: string) => unknown>;
      for (const call of ["read", "stream", "write", "writeStream", "list", "delete"]) {
        const work = wrapped[call]!.bind(container);
        wrapped[call] = (path: string, ...more: []) => {
          calls.push(`${call} ${name}/${path}`);
          return work(path, ...more);
        };
      }
    }
    await deliver(message);
    const reads = calls.filter((each) => /^(read|stream|list) batches/.test(each));
    // Somebody may have cancelled it while it was being planned.
    const control = "read batches/leavers/control.json";
    assert.deepEqual(reads, ["list batches/leavers/", "stream batches/leavers/input", control]);
    // One of them lists the recipes of the deployment's own, which a row may name.
    assert.ok(calls.length <= 20, calls.join("\n"));
  });
});

describe("another batch of a taken name", () => {
  const others: Readonly<Record<string, object>> = {
    "with other rows": { ...message, rows: [{ user: "bob@contoso.com" }] },
    "with another operation": { ...message, operation: "user.delete" },
  };
  for (const [how, second] of Object.entries(others)) {
    it(`${how} is refused, and the first is left as it is`, async () => {
      const { blobs, deliver } = begin();
      await deliver(message);
      const before = new Map(blobs.batches.blobs);
      const { folder, outcome } = await deliver(second);
      assert.equal(outcome, "refused");
      assert.match(folder ?? "", /^leavers\/conflicts\/[0-9a-f]{8}$/);
      const refused = blobs.batches.json(`${folder}/refused.json`);
      assert.equal(refused["code"], "BATCH_NAME_TAKEN");
      assert.match(String(refused["what"]), /other content, accepted 20\d\d-/);
      assert.match(String(refused["fix"]), /under another name/);
      for (const [path, { etag }] of before) {
        assert.equal(blobs.batches.blobs.get(path)?.etag, etag, path);
      }
    });
  }

  it("that is invalid as well is refused as invalid, beside the first", async () => {
    const { deliver, blobs } = begin();
    await deliver(message);
    const { folder } = await deliver({ ...message, operation: "user.disabled" });
    assert.match(folder ?? "", /^leavers\/conflicts\//);
    assert.equal(blobs.batches.json(`${folder}/refused.json`)["code"], "OPERATION_UNKNOWN");
    assert.equal(blobs.batches.json("leavers/status.json")["state"], "accepted");
  });

  it("that is invalid never makes a batch look refused that takes the name at that moment", async () => {
    const { deliver, blobs } = begin();
    const broken = { ...message, operation: "user.disabled" };
    let said: Promise<{ folder?: string }> | undefined;
    blobs.batches.before = (_change, path) => {
      if (path === "leavers/batch.json") said ??= deliver(broken);
    };
    assert.equal((await deliver(message)).outcome, "accepted");
    assert.match((await said)?.folder ?? "", /^leavers\/conflicts\//);
    assert.equal(blobs.batches.blobs.has("leavers/refused.json"), false);
    assert.equal((await deliver(message)).folder, "leavers");
    assert.equal(blobs.runner.blobs.size, 1, "one piece of work");
  });

  it("takes the name if the first was refused, because a refused batch keeps no name", async () => {
    const { deliver, blobs, refused } = begin();
    await deliver({ ...message, rows: [{ user: "nobody at all" }] });
    assert.equal(refused("leavers")["code"], "TOO_MANY_INVALID_ROWS");
    assert.equal((await deliver(message)).outcome, "accepted");
    assert.equal(blobs.batches.blobs.has("leavers/refused.json"), false);
    assert.equal(blobs.batches.json("leavers/status.json")["state"], "accepted");
    assert.equal(shardRows(blobs.batches, "leavers").length, 1);
  });
});

describe("a name that differs from a taken one in case only", () => {
  for (const [first, second] of [
    ["leavers", "Leavers"],
    ["Leavers", "leavers"],
    ["Leavers", "LEAVERS"],
  ] as const) {
    it(`is refused: ${second} after ${first}`, async () => {
      const { deliver, refused } = begin();
      assert.equal((await deliver({ ...message, batch: first })).outcome, "accepted");
      const { outcome, folder } = await deliver({ ...message, batch: second });
      assert.deepEqual([outcome, folder], ["refused", second]);
      assert.equal(refused(second)["code"], "BATCH_NAME_TAKEN");
      assert.match(
        String(refused(second)["what"]),
        new RegExp(`^The name ${first} is taken, and ${second} differs from it in case only`),
      );
      assert.notEqual((await deliver({ ...message, batch: first })).outcome, "refused");
    });

    it(`is free if the other was refused: ${second} after ${first}`, async () => {
      const { deliver } = begin();
      const broken = { ...message, batch: first, rows: [{ user: "nobody at all" }] };
      assert.equal((await deliver(broken)).outcome, "refused");
      assert.equal((await deliver({ ...message, batch: second })).outcome, "accepted");
      assert.equal((await deliver({ ...message, batch: first })).outcome, "refused");
    });
  }
});

describe("a message that cannot be read", () => {
  it("is refused in the folder of the batch that it names", async () => {
    const { deliver, refused, events } = begin();
    const { folder } = await deliver({ ...message, operation: "user.disabled" });
    assert.equal(folder, "leavers");
    assert.match(String(refused("leavers")["what"]), /Did you mean user\.disable\?/);
    assert.deepEqual(events, [
      { event: "batch.refused", batch: "leavers", code: "OPERATION_UNKNOWN", column: "operation" },
    ]);
  });

  it("or in a folder of its own if it names no batch", async () => {
    const { deliver, refused } = begin();
    for (const [id, raw] of Object.entries({
      "1-a": "not JSON",
      "1-b": '{"version":1,',
      "1-c": { ...message, batch: "../x" },
      "1-d": 7,
    })) {
      const { folder, outcome } = await deliver(raw, id);
      assert.deepEqual([folder, outcome], [`message-${id}`, "refused"]);
      assert.match(String(refused(`message-${id}`)["code"]), /^MESSAGE_/);
    }
  });

  it("for a tenant that is not allowed creates no folder for that tenant", async () => {
    const { deliver, blobs, refused } = begin();
    const stranger = "cccccccc-0000-4000-8000-000000000003";
    await deliver({ ...message, tenant: stranger });
    assert.equal(refused("leavers")["code"], "TENANT_NOT_ALLOWED");
    assert.ok(![...blobs.batches.blobs.keys()].some((path) => path.startsWith(stranger)));
  });
});

/** A deep message as the Functions library hands it over, parsed. */
const deep = (): object => {
  let value: object = {};
  for (let level = 0; level < 100_000; level++) value = { rows: value };
  return value;
};

describe("a message that nests deeper than 64 levels", () => {
  const text = `{"version":1,"batch":"leavers","mode":"apply","rows":[{"user":${"[".repeat(5_000)}${"]".repeat(5_000)}}]}`;

  it("is refused with its reason, parsed by the Functions library or not", async () => {
    const { deliver, refused } = begin();
    for (const raw of [text, Buffer.from(text).toString("base64"), deep(), [deep()]]) {
      const { outcome, folder } = await deliver(raw);
      assert.equal(outcome, "refused");
      assert.match(String(refused(folder ?? "")["what"]), /more than 64 levels deep/);
    }
  });

  it("is settled once its queue gave it up, whichever queue that is", async () => {
    const { batches, events } = begin();
    for (const queue of ["accept", "run", "certificate-events"]) {
      for (const raw of [text, deep()]) {
        assert.deepEqual(await batches.settlePoison(queue, raw, "m-1"), { state: "done" });
        assert.equal(events.at(-1)?.event, "poison.settled");
      }
    }
  });
});
