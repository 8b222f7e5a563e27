import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { describe, it } from "node:test";

import { openWorkshop, type Workshop } from "../workshop.ts";

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

describe("a message of a taken name with the same content", () => {
  for (const [first, second] of [
    ["plan", "apply"],
    ["apply", "plan"],
  ]) {
    it(`is the same batch in mode ${second} after ${first}`, async () => {
      const { blobs, batches, rings, runAll } = begin();
      const send = (mode: string | undefined) =>
        batches.accept({ ...message, mode }, { messageId: "m-1", deadlineMs: Infinity });
      await send(first);
      if (first === "apply") await runAll("leavers");
      const before = new Map(blobs.batches.blobs);
      const wakes = rings.length;
      const answer = await send(second);
      assert.ok(answer.state === "done" && answer.outcome === "repeated");
      if (second === "apply") assert.match(answer.note ?? "", /no effect.+approves its plan/);
      else assert.equal(answer.note, undefined);
      assert.equal(rings.length, wakes);
      for (const [path, { etag }] of before) {
        if (!path.endsWith("/lock")) assert.equal(blobs.batches.blobs.get(path)?.etag, etag, path);
      }
    });
  }

  it("is the same if an earlier release made the mode a part of the content's digest", async () => {
    const { blobs, deliver } = begin();
    await deliver(message);
    const text = blobs.batches.text("leavers/input");
    const contentSha256 = hash("sha256", `apply\nuser.disable\njsonl\n${text}`);
    const manifest = { ...blobs.batches.json("leavers/batch.json"), contentSha256 };
    await blobs.batches.write("leavers/batch.json", JSON.stringify(manifest));
    assert.notEqual((await deliver(message)).outcome, "refused");
  });
});
