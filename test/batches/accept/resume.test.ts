import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { OperatorError } from "../../../shared/core/errors.ts";
import { ROWS_PER_SHARD } from "../../../shared/records/shard.ts";
import type { MemoryBlobs } from "../memory-blobs.ts";
import { openWorkshop, shardRows, type Workshop } from "../workshop.ts";

class Killed extends Error {}

/** 2,500 rows with repeats and dependants across the shards. */
const content = `operation,user,userPrincipalName,displayName,city\n${Array.from(
  { length: 2_500 },
  (_, at) =>
    at % 100 === 0
      ? `user.create,,new${at % 1_000}@contoso.com,New,\n`
      : at % 100 === 1
        ? `user.update,new${(at - 1) % 1_000}@contoso.com,,,Oslo\n`
        : `user.update,user${at % 700}@contoso.com,,,City ${at % 3}\n`,
).join("")}`;

function begin(): Workshop {
  const workshop = openWorkshop();
  for (let at = 0; at < 700; at++) workshop.directory.addUser(`user${at}@contoso.com`);
  return workshop;
}

const isStable = (path: string): boolean => /\/(shards\/\d+\.jsonl|input)$/.test(path);

/** What must be the same however often it was cut off. */
const stable = (blobs: MemoryBlobs): Record<string, string> =>
  Object.fromEntries(
    [...blobs.blobs.keys()].filter(isStable).map((path) => [path, blobs.text(path)]),
  );

describe("accepting", () => {
  it("ends the same, and rings, wherever and however often it is killed", async () => {
    const whole = begin();
    let changes = 0;
    for (const each of Object.values(whole.blobs)) each.before = () => void (changes += 1);
    await whole.drop("mixed.csv", content);
    const expected = stable(whole.blobs.batches);
    assert.equal(Object.keys(expected).length, 4);

    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: changes }), { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (kills, isAfter) => {
          const workshop = begin();
          const { blobs, batches, rings } = workshop;
          await blobs.inbox.write("mixed.csv", content);
          let left = Infinity;
          const count = (): void => {
            left -= 1;
            if (left <= 0) throw new Killed();
          };
          for (const each of [blobs.batches, blobs.runner]) each.before = count;
          const { etag } = blobs.inbox.blobs.get("mixed.csv")!;
          const event = {
            specversion: "1.0",
            type: "Microsoft.Storage.BlobCreated",
            subject: "/blobServices/default/containers/inbox/blobs/mixed.csv",
            data: { eTag: etag },
          };
          for (const kill of kills) {
            left = kill;
            await batches
              .accept(event, { messageId: "1", deadlineMs: Infinity })
              .catch((error: unknown) => assert.ok(error instanceof Killed));
            left = Infinity;
            for (const each of Object.values(blobs)) each.expireLeases();
            if (isAfter) rings.length = 0;
          }
          const { folder } = await workshop.deliver(event);
          assert.deepEqual(stable(blobs.batches), expected);
          assert.equal(blobs.runner.blobs.size, 1);
          assert.ok(rings.length > 0, "nobody rings for the work");
          const plan = blobs.batches.json(`${folder}/plan.json`);
          assert.equal(plan["rows"], 2_500);
          const { verdicts } = whole.blobs.batches.json(`${folder}/plan.json`);
          assert.deepEqual(plan["verdicts"], verdicts);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("stops when its time is over, and continues from there", async () => {
    const workshop = begin();
    const { blobs, directory } = workshop;
    const written = await blobs.inbox.write("mixed.csv", content);
    const message = { version: 1, batch: "mixed", mode: "apply", file: "mixed.csv" };
    const shards = () =>
      [...blobs.batches.blobs.keys()].filter((path) => path.includes("/shards/"));
    const slices: number[] = [];
    for (;;) {
      const before = directory.reads.length;
      const result = await workshop.batches.accept(message, { messageId: "1", deadlineMs: 0 });
      slices.push(shards().length);
      const status = blobs.batches.json("mixed/status.json");
      const counts = Object.values(status["verdicts"] as Record<string, number>);
      assert.equal(
        counts.reduce((sum, each) => sum + each, 0),
        2_500,
        "conservation at every instant",
      );
      if (result.state === "done") break;
      assert.equal(result.delaySeconds, 0);
      assert.ok(directory.reads.length - before <= ROWS_PER_SHARD, "one shard a slice");
    }
    assert.deepEqual(slices, [1, 2, 3]);
    assert.ok(written);
    assert.equal(shardRows(blobs.batches, "mixed", 3).at(-1)?.row, 2_500);
  });

  it("is done by one of several simultaneous deliveries; the others wait and find it done", async () => {
    const workshop = begin();
    await workshop.blobs.inbox.write("mixed.csv", content);
    const message = { version: 1, batch: "mixed", mode: "apply", file: "mixed.csv" };
    const accept = () => workshop.batches.accept(message, { messageId: "1", deadlineMs: Infinity });
    const states = (await Promise.all([accept(), accept(), accept()])).map(({ state }) => state);
    assert.deepEqual(states.toSorted(), ["again", "again", "done"]);
    assert.equal((await accept()).state, "done");
    assert.equal(workshop.blobs.runner.blobs.size, 1);
    assert.equal(workshop.events.filter(({ event }) => event === "batch.accepted").length, 1);
  });

  it("waits while Graph cannot be read, costs no attempt and says so in the status", async () => {
    const workshop = begin();
    const { blobs, directory, batches } = workshop;
    await blobs.inbox.write("mixed.csv", content);
    const message = { version: 1, batch: "mixed", mode: "apply", file: "mixed.csv" };
    directory.intercept = () => {
      throw new OperatorError("READ_INCOMPLETE", "Graph did not answer.", {
        fix: "Nothing: it is read again.",
        disposition: "retry",
        retryAfterMs: 4_200,
      });
    };
    const result = await batches.accept(message, { messageId: "1", deadlineMs: Infinity });
    assert.deepEqual([result.state, result.state === "again" && result.delaySeconds], ["again", 5]);
    const status = blobs.batches.json("mixed/status.json");
    assert.deepEqual(
      [status["state"], status["reason"], status["rows"]],
      ["accepted", "Waiting: Graph did not answer.", 2_500],
    );
    directory.intercept = () => undefined;
    assert.equal((await workshop.deliver(message)).outcome, "accepted");
    assert.equal(blobs.batches.json("mixed/status.json")["reason"], undefined);
  });

  it("continues from the copied input if the file was replaced after it was copied", async () => {
    const workshop = openWorkshop();
    const { blobs, directory, batches, events } = workshop;
    directory.addUser("ann@contoso.com");
    const staged = "staged/leavers.csv";
    await blobs.inbox.write(staged, "user\nann@contoso.com\n");
    const message = {
      version: 1,
      batch: "leavers",
      mode: "apply",
      operation: "user.disable",
      file: staged,
    };
    directory.intercept = () => {
      throw new OperatorError("READ_INCOMPLETE", "Graph did not answer.", {
        fix: "No action needed: it is read again.",
        disposition: "retry",
      });
    };
    const delivery = { messageId: "1", deadlineMs: Infinity };
    assert.equal((await batches.accept(message, delivery)).state, "again");
    directory.intercept = () => undefined;
    await blobs.inbox.write(staged, "user\nbob@contoso.com\n");

    const { outcome, folder } = await workshop.deliver(message, "2");
    assert.deepEqual([outcome, folder], ["accepted", "leavers"]);
    assert.equal(blobs.batches.text("leavers/input"), "user\nann@contoso.com\n");
    assert.ok([...blobs.runner.blobs.keys()].some((path) => path.endsWith("-leavers")));
    assert.ok(!events.some(({ event }) => event === "batch.refused"));
    const other = await workshop.deliver(message, "3");
    assert.equal(other.outcome, "refused", "once it is handed over, other rows need another name");
  });
});
