import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { OperatorError } from "../../../shared/core/errors.ts";
import { openDesk, other } from "../decisions/desk.ts";
import { answer } from "../small-directory.ts";
import { openWorkshop, shardRows } from "../workshop.ts";

describe("a name whose batch was refused after its input had been expanded", () => {
  it("takes other rows, of which none is left from before", async () => {
    const workshop = openWorkshop();
    const { directory, blobs } = workshop;
    const users = ["ann", "bo", "cy"].map((name) => directory.addUser(`${name}@contoso.com`));
    const group = directory.addGroup("Nurses");
    for (const id of users) directory.members.get(group)!.add(id);
    const send = (...names: readonly string[]) => {
      const rows = names.map((name) => ({
        operation: "group.set-members",
        group: "Nurses",
        member: `${name}@contoso.com`,
      }));
      return workshop.deliver({ version: 1, batch: "nurses", mode: "apply", rows });
    };
    // Only the plan reads these.
    directory.intercept = (url) => (url.includes("groupTypes") ? answer(403, {}) : undefined);
    assert.equal((await send("ann")).outcome, "refused");
    assert.equal(workshop.refused("nurses")["code"], "PERMISSION_MISSING");
    directory.intercept = () => undefined;
    assert.equal((await send("bo", "cy")).outcome, "accepted");
    assert.deepEqual(
      shardRows(blobs.batches, "nurses").map(({ operation, objectId, write }) => [
        operation,
        objectId ?? write?.target["member"],
      ]),
      [
        ["group.add-member", users[1]],
        ["group.remove-member", users[0]],
        ["group.add-member", users[2]],
      ],
    );
  });
});

/** No delivery gets further than the batch's name. */
const unreadable = (): never => {
  throw new OperatorError("READ_INCOMPLETE", "Graph does not answer.", {
    fix: "No action needed.",
    disposition: "retry",
  });
};

describe("what people decided about a batch that was refused then", () => {
  const [first, second] = ["user0@contoso.com", "user1@contoso.com"].map((user) => [
    { operation: "user.disable", user },
  ]);

  /** Accepts a batch, lets somebody decide about it before it is planned, and refuses it. */
  async function refusedAfter(decision: "cancel" | "pause") {
    const desk = openDesk();
    const { directory } = desk;
    directory.intercept = unreadable;
    const message = { version: 1, batch: "leavers", mode: "apply", rows: first };
    const delivery = { messageId: "m-1", deadlineMs: Infinity };
    assert.equal((await desk.batches.accept(message, delivery)).state, "again");
    directory.intercept = () => undefined;
    const said = other({ decision, batch: "leavers", expects: "unfinished" });
    assert.equal((await desk.say(said)).outcome, "applied");
    await desk.batches.settlePoison("accept", JSON.stringify(message), "m-1");
    assert.equal(desk.status()["state"], "refused");
    return { desk, said };
  }

  for (const decision of ["cancel", "pause"] as const) {
    it(`does not count for other rows of its name: ${decision}`, async () => {
      const { desk, said } = await refusedAfter(decision);
      await desk.submit("apply", second);
      const { standing, decisions } = desk.control();
      assert.equal(standing, "open");
      assert.deepEqual(
        decisions.map(({ outcome, why }) => [outcome, why]),
        [
          [
            "ignored",
            "The batch that it was about was refused, and another batch has its name now.",
          ],
        ],
      );
      assert.deepEqual([desk.summons(), desk.markers().length], [[], 1]);
      // The same message once more still is the same decision.
      assert.equal((await desk.say(said)).outcome, "ignored");
      assert.equal(desk.control().standing, "open");
    });
  }

  it("counts for the same rows", async () => {
    const { desk } = await refusedAfter("cancel");
    await desk.submit("apply", first);
    assert.equal(desk.control().standing, "cancelled");
    assert.equal(desk.summons().length, 1);
  });

  it("leaves no plan that later batches would wait for", async () => {
    const { desk } = await refusedAfter("pause");
    const planned = [...desk.blobs.runner.blobs.keys()].filter((path) => path.includes("planning"));
    assert.deepEqual(planned, []);
  });
});

const fromFile = (batch: string, file: string) => ({
  version: 1,
  batch,
  mode: "apply",
  operation: "user.disable",
  file,
});

describe("a file of which the message was refused", () => {
  it("was not run by the next batch of that message's name", async () => {
    const workshop = openWorkshop();
    const { directory, blobs, deliver } = workshop;
    for (const name of ["ann", "bo"]) {
      directory.addUser(`${name}@contoso.com`);
      await blobs.inbox.write(`staged/${name}.csv`, `user\n${name}@contoso.com\n`);
    }
    const send = { messageId: "m-1", deadlineMs: Infinity };
    const ann = fromFile("leavers", "staged/ann.csv");
    directory.intercept = unreadable;
    await workshop.batches.accept(ann, send);
    directory.intercept = () => undefined;
    await workshop.batches.settlePoison("accept", JSON.stringify(ann), "m-1");
    assert.equal((await deliver(fromFile("leavers", "staged/bo.csv"))).outcome, "accepted");
    await workshop.runAll("leavers");
    assert.equal((await deliver(fromFile("more", "staged/ann.csv"))).outcome, "accepted");
    assert.equal((await deliver(fromFile("again", "staged/ann.csv"))).outcome, "refused");
    assert.equal((await deliver(fromFile("again", "staged/bo.csv"))).outcome, "refused");
  });

  it("is run once if the next batch of that name reads it otherwise", async () => {
    const workshop = openWorkshop();
    const { directory, blobs, deliver } = workshop;
    directory.addUser("ann@contoso.com");
    await blobs.inbox.write("staged/ann.csv", "user\nann@contoso.com\n");
    const ann = fromFile("leavers", "staged/ann.csv");
    directory.intercept = unreadable;
    await workshop.batches.accept(ann, { messageId: "m-1", deadlineMs: Infinity });
    directory.intercept = () => undefined;
    await workshop.batches.settlePoison("accept", JSON.stringify(ann), "m-1");
    const otherwise = { ...ann, operation: "user.revoke-sessions" };
    assert.equal((await deliver(otherwise)).outcome, "accepted");
    await workshop.runAll("leavers");
    assert.equal((await deliver(fromFile("more", "staged/ann.csv"))).outcome, "refused");
  });
});
