import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { OperatorError } from "../../../shared/core/errors.ts";
import { eventOf, home, openWorkshop, other, type Workshop } from "../workshop.ts";

const ann = "ann@contoso.com";
const message = {
  version: 1,
  batch: "leavers",
  mode: "apply",
  operation: "user.disable",
  rows: [{ user: ann }],
};

function begin(): Workshop {
  const workshop = openWorkshop();
  workshop.directory.addUser(ann);
  return workshop;
}

describe("a message that was given up", () => {
  it("ends its batch as refused, with the reason of the last failure and a fix", async () => {
    const { batches, directory, refused, events, blobs } = begin();
    directory.intercept = () => {
      throw new OperatorError("CONSENT_MISSING", "The tenant has not consented.", {
        fix: "Let an administrator consent.",
        disposition: "stop",
      });
    };
    const delivery = { messageId: "m-1", deadlineMs: Infinity };
    await assert.rejects(batches.accept(message, delivery), /CONSENT_MISSING/);
    assert.equal(
      blobs.batches.json("leavers/status.json")["reason"],
      "Waiting: The tenant has not consented.",
      "and said it while the attempts went on",
    );
    await batches.settlePoison("accept", JSON.stringify(message), "m-1");
    const note = refused("leavers");
    assert.equal(note["code"], "ATTEMPTS_EXHAUSTED");
    assert.match(
      String(note["what"]),
      /nothing of it was written.+CONSENT_MISSING: The tenant has/,
    );
    assert.match(
      String(note["fix"]),
      /^Let an administrator consent\. Then send the message again; a file .+ uploaded again\.$/,
    );
    assert.equal(blobs.batches.json("leavers/status.json")["state"], "refused");
    assert.deepEqual(events.at(-1), {
      event: "poison.settled",
      queue: "accept",
      batch: "leavers",
      code: "ATTEMPTS_EXHAUSTED",
    });
  });

  it("can be sent again afterwards under its own name", async () => {
    const { batches, deliver, blobs } = begin();
    await batches.settlePoison("accept", message, "m-1");
    assert.equal(blobs.batches.json("leavers/status.json")["state"], "refused");
    assert.equal((await deliver(message)).outcome, "accepted");
  });

  it("by an unexpected error does not show that error's text", async () => {
    const { batches, directory, refused } = begin();
    directory.intercept = () => {
      throw new RangeError(`no place for ${ann}`);
    };
    const delivery = { messageId: "m-1", deadlineMs: Infinity };
    await assert.rejects(batches.accept(message, delivery), RangeError);
    await batches.settlePoison("accept", message, "m-1");
    assert.match(String(refused("leavers")["what"]), /UNEXPECTED: .+\(RangeError\)/);
    assert.doesNotMatch(JSON.stringify(refused("leavers")), /contoso/);
  });

  it("after its plan was made loses nothing: the batch is handed over", async () => {
    const { batches, deliver, blobs, rings, events } = begin();
    await deliver(message);
    for (const path of blobs.runner.blobs.keys()) await blobs.runner.delete(path);
    rings.length = 0;
    await batches.settlePoison("accept", message, "m-1");
    assert.equal(blobs.batches.blobs.has("leavers/refused.json"), false);
    assert.deepEqual([blobs.runner.blobs.size, rings], [1, [home]]);
    assert.deepEqual(events.at(-1), {
      event: "poison.settled",
      queue: "accept",
      batch: "leavers",
      code: "NOTHING_LOST",
    });
  });

  it("after its batch was run changes nothing", async () => {
    const { batches, deliver, blobs, runAll } = begin();
    await deliver(message);
    await runAll("leavers");
    const before = blobs.batches.text("leavers/status.json");
    await batches.settlePoison("accept", message, "m-1");
    assert.equal(blobs.batches.text("leavers/status.json"), before);
    assert.equal(blobs.batches.blobs.has("leavers/refused.json"), false);
  });

  it("that announced a file which a message has claimed changes nothing", async () => {
    const { batches, blobs, deliver } = begin();
    const { etag } = (await blobs.inbox.write("staged/x.csv", `user\n${ann}\n`))!;
    const { rows: _rows, ...named } = message;
    await deliver({ ...named, file: "staged/x.csv" });
    await batches.settlePoison("accept", eventOf("staged/x.csv", etag), "m-1");
    assert.ok(![...blobs.batches.blobs.keys()].some((path) => path.endsWith("refused.json")));
  });

  it("is left to the delivery that is working on its batch", async () => {
    const { batches, blobs } = begin();
    await blobs.batches.acquireLease("leavers/lock");
    await batches.settlePoison("accept", message, "m-1");
    assert.equal(blobs.batches.blobs.has("leavers/refused.json"), false);
  });

  it("that announced a file is recorded in the file's own folder", async () => {
    const { batches, blobs } = begin();
    await batches.settlePoison("accept", [eventOf("user.disable/x.csv", "0x1")], "m-1");
    const [path] = [...blobs.batches.blobs.keys()].filter((each) => each.endsWith("refused.json"));
    assert.match(path ?? "", /^user\.disable-x-[0-9a-f]{12}\/refused\.json$/);
  });

  it("that cannot be read is recorded in a folder of its own", async () => {
    const { batches, refused, events } = begin();
    await batches.settlePoison("accept", "\u0000\u0001 rubbish", "m-7");
    assert.equal(refused("message-m-7")["code"], "ATTEMPTS_EXHAUSTED");
    await batches.settlePoison("certificate-events", { data: {} }, "m-8");
    assert.match(String(refused("message-m-8")["what"]), /queue certificate-events/);
    assert.equal(events.filter(({ event }) => event === "poison.settled").length, 2);
  });

  it("and was a ring is sent again, because the work lies in storage", async () => {
    const { batches, rings, events } = begin();
    await batches.settlePoison("run", { version: 1, tenant: other }, "m-1");
    const ring = JSON.stringify({ version: 1, tenant: home });
    await batches.settlePoison("run", Buffer.from(ring).toString("base64"), "m-2");
    assert.deepEqual(rings, [other, home]);
    assert.ok(events.every((each) => "code" in each && each.code === "RUNG_AGAIN"));
    await batches.settlePoison("run", { tenant: "common" }, "m-3");
    assert.equal(rings.length, 2);
  });

  it("for a batch that cannot be read is recorded in a folder of its own", async () => {
    const { batches, blobs, events, refused } = begin();
    await blobs.batches.write("leavers/batch.json", '{"version": 2}');
    await batches.settlePoison("accept", message, "m-1");
    assert.match(String(refused("message-m-1")["what"]), /VERSION_UNKNOWN: leavers\/batch\.json/);
    assert.deepEqual(events.at(-1), {
      event: "poison.settled",
      queue: "accept",
      batch: "message-m-1",
      code: "VERSION_UNKNOWN",
    });
  });

  it("goes back to its queue after a transient error", async () => {
    const { batches, blobs, events } = begin();
    blobs.batches.before = () => {
      throw new OperatorError("STORAGE_UNAVAILABLE", "away", { fix: "", disposition: "retry" });
    };
    for (const [queue, raw] of [
      ["accept", message],
      ["run", undefined],
      ["", null],
    ] as const) {
      const result = await batches.settlePoison(queue, raw, "m-1");
      assert.deepEqual(
        [result.state, "delaySeconds" in result && result.delaySeconds],
        ["again", 300],
      );
    }
    assert.deepEqual(events, []);
  });

  it("never makes settle-poison throw, whatever fails", async () => {
    const { batches, blobs, events } = begin();
    blobs.batches.before = () => {
      throw new RangeError(`no place for ${ann}`);
    };
    for (const [queue, raw] of [
      ["accept", message],
      ["run", undefined],
      ["", null],
    ] as const) {
      assert.deepEqual(await batches.settlePoison(queue, raw, "m-1"), { state: "done" });
    }
    assert.ok(events.every((each) => "code" in each && each.code === "UNEXPECTED"));
    assert.equal(events.length, 3);
  });
});
