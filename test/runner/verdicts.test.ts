import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";

import { switchedOff } from "../../shared/catalogue/opt-in.ts";
import { catalogue } from "../../shared/operations/list.ts";
import { BLOCKS_TO_END_AT } from "../../shared/runner/journal/journal-file.ts";
import { type Azurite, startAzurite } from "../storage/azurite.ts";
import { createRig, makeContainers, quickSettings } from "./rig.ts";
import { createAndUpdate, disables, userOf } from "./rows.ts";
import { TinyDirectory, noFaults } from "./tiny-directory.ts";

const impatient = { settings: { ...quickSettings, retryForMs: 200 } };

describe("a row that Graph does not take at once", () => {
  let azurite: Azurite;
  before(async () => {
    azurite = await startAzurite();
    await makeContainers(azurite);
  });
  after(() => azurite.stop());

  it("waits for as long as it is throttled, and the status says so", async () => {
    const rig = createRig(azurite);
    let throttled = 60;
    const directory = new TinyDirectory({
      faults: { ...noFaults, part: () => (throttled-- > 0 ? "throttle" : "none") },
    });
    const folder = await rig.submit({ rows: disables(directory, 3) });
    await rig.runOut(directory, { settings: { ...quickSettings, retryForMs: 1 } });
    const rows = [...(rig.finished.get(folder)?.values() ?? [])];
    assert.deepEqual(
      rows.map(({ verdict }) => verdict),
      ["done", "done", "done"],
    );
    assert.equal(
      rows.reduce((sum, { attempts }) => sum + (attempts ?? 0), 0),
      63,
    );
    const [slice] = rig.events;
    assert.ok(slice?.event === "slice.finished");
    assert.equal(slice.throttled, 60);
  });

  it("is not sent if its operation was switched off, or must spare its object, since the plan", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory({ faults: noFaults });
    const [first, second] = disables(directory, 2);
    assert.ok(first?.write && second?.write);
    const folder = await rig.submit({
      rows: [
        { ...first, operation: "user.purge" },
        {
          row: 2,
          operation: "user.reset-password",
          write: { ...second.write, protected: "the user holds a directory role" },
        },
      ],
    });
    const extra = switchedOff(catalogue, ["user.reset-password"]);
    await rig.runOut(directory, { catalogue: extra });
    const rows = rig.finished.get(folder);
    const said = [1, 2].map((row) => `${rows?.get(row)?.verdict}: ${rows?.get(row)?.reason}`);
    assert.match(said[0] ?? "", /^failed: user\.purge is off in this deployment/);
    assert.match(said[1] ?? "", /^failed: Protected: the user holds a directory role/);
    assert.equal(directory.made.size, 0);
  });

  it("says in the status until when Graph asked for a pause, and the next runner keeps to it", async () => {
    const rig = createRig(azurite);
    // A whole post: a stray refusal would be its own row's affair.
    let throttled = 20;
    const directory = new TinyDirectory({
      faults: { ...noFaults, part: () => (throttled-- > 0 ? "throttle" : "none") },
      retryAfterMs: 60_000,
    });
    const folder = await rig.submit({ rows: disables(directory, 30) });
    const stop = new AbortController();
    const slice = rig.run(directory, {}, stop.signal);
    let waiting = await rig.status(folder);
    while (waiting.reason === undefined) {
      await delay(20);
      waiting = await rig.status(folder);
    }
    assert.match(waiting.reason ?? "", /^Graph asked for a pause: nothing is sent before 20/);
    assert.match(waiting.fix ?? "", /continues by itself/);
    assert.deepEqual([waiting.writesPerSecond, waiting.etaSeconds], [0, null]);
    stop.abort();
    await slice;
    const sent = directory.posts;
    const next = rig.run(directory, { settings: { ...quickSettings, sliceMs: 500 } });
    assert.deepEqual(await next, { state: "ran", idle: false, waitMs: 0, problem: undefined });
    assert.equal(directory.posts, sent, "something was sent within the pause");
  });

  it("is sent again after a conflict, and fails with a reason and a fix if conflicts do not end", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory({
      faults: { ...noFaults, part: ({ url }) => (url.endsWith("02") ? "conflict" : "none") },
    });
    const folder = await rig.submit({ rows: disables(directory, 3) });
    // A loaded machine, too, sends three times in a second.
    await rig.runOut(directory, { settings: { ...quickSettings, retryForMs: 1000 } });
    const row = rig.finished.get(folder)?.get(2);
    assert.equal(row?.verdict, "failed");
    assert.match(row?.reason ?? "", /another change to the same object.*for 1 second/);
    assert.match(row?.fix ?? "", /Send the row again/);
    assert.ok((row?.attempts ?? 0) > 2);
    assert.equal(rig.finished.get(folder)?.get(3)?.verdict, "done");
  });

  it("is not given up if its change replicates late after its answer was lost", async () => {
    const rig = createRig(azurite);
    let losses = 1;
    let blind = 3;
    const directory = new TinyDirectory({
      faults: {
        ...noFaults,
        post: () => (losses-- > 0 ? "lose-after" : "none"),
        isLookLost: () => blind-- > 0,
      },
    });
    const folder = await rig.submit({ rows: disables(directory, 2) });
    await rig.runOut(directory);
    const row = rig.finished.get(folder)?.get(1);
    assert.equal(row?.verdict, "done");
    assert.equal(row?.reason, "The answer was lost; the directory shows the change in place.");
    assert.equal(row?.attempts, 1);
    assert.deepEqual([...directory.made.values()], [1, 1]);
  });

  it("fails as unknown, never as done, when the directory cannot be looked at", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory({
      faults: { ...noFaults, post: () => "lose-after", isLookLost: () => true },
    });
    const folder = await rig.submit({ rows: disables(directory, 1) });
    await rig.runOut(directory, impatient);
    const row = rig.finished.get(folder)?.get(1);
    assert.equal(row?.verdict, "failed");
    assert.match(row?.reason ?? "", /^It is not known whether the change was made/);
    assert.match(row?.fix ?? "", /^Look at the object/);
    assert.equal(directory.made.size, 1);
  });

  it("does not affect other rows if it cannot be looked at", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    const rows = disables(directory, 20);
    const blind = userOf(rows[12]);
    let losses = 1;
    directory.faults = {
      ...noFaults,
      post: () => (losses-- > 0 ? "lose-after" : "none"),
      isLookLost: ({ url }) => url.includes(blind),
    };
    const folder = await rig.submit({ rows });
    await rig.runOut(directory, impatient);
    const failed = [...(rig.finished.get(folder) ?? [])].filter(
      ([, { verdict }]) => verdict !== "done",
    );
    assert.deepEqual(
      failed.map(([row]) => row),
      [13],
    );
    assert.match(failed[0]?.[1].reason ?? "", /^It is not known whether the change was made/);
  });

  it("does not affect other rows if Graph cannot read it", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    const rows = disables(directory, 40);
    const poison = userOf(rows[12]);
    directory.faults = {
      ...noFaults,
      post: (requests) => (requests.some(({ url }) => url.includes(poison)) ? "refuse" : "none"),
    };
    const folder = await rig.submit({ rows });
    await rig.runOut(directory);
    const settled = rig.finished.get(folder);
    const failed = [...(settled ?? [])].filter(([, { verdict }]) => verdict !== "done");
    assert.deepEqual(
      failed.map(([row]) => row),
      [13],
    );
    assert.match(
      failed[0]?.[1].reason ?? "",
      /Graph could not take the request \(Graph: 400 BadRequest/,
    );
  });

  it("is skipped if the row that was to create its user failed, with that row and its reason", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    directory.addUser({ userPrincipalName: "ann@example.com", displayName: "Another" });
    const folder = await rig.submit({ rows: createAndUpdate("ann@example.com") });
    await rig.runOut(directory);
    const settled = rig.finished.get(folder);
    assert.equal(settled?.get(1)?.verdict, "failed");
    const why = settled?.get(1);
    assert.ok(why?.verdict === "failed");
    assert.deepEqual(
      [settled?.get(2)?.verdict, settled?.get(2)?.reason],
      ["skipped", `Row 1, which was to create this row's user, did not create it: ${why.reason}`],
    );
    assert.match(settled?.get(2)?.fix ?? "", /Correct row 1/);
    assert.equal(directory.made.size, 0);
  });

  it("is sent until Graph sees the user that an earlier row created", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    let unseen = 3;
    directory.faults = {
      ...noFaults,
      part: ({ method }) => (method === "PATCH" && unseen-- > 0 ? "unseen" : "none"),
    };
    const folder = await rig.submit({ rows: createAndUpdate("ann@example.com") });
    await rig.runOut(directory);
    const row = rig.finished.get(folder)?.get(2);
    assert.deepEqual([row?.verdict, row?.attempts], ["done", 4]);
  });

  it("fails if it was tried so often that its journal is full", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    const folder = await rig.submit({ rows: disables(directory, 2) });
    const journal = await rig.batches.openAppend(`${folder}/journal/00001.jsonl`);
    await journal.append(Buffer.from('{"t":"open"}\n'.repeat(BLOCKS_TO_END_AT + 1)));
    await rig.runOut(directory);
    const row = rig.finished.get(folder)?.get(2);
    assert.deepEqual([row?.verdict, row?.attempts], ["failed", undefined]);
    assert.match(row?.reason ?? "", /its journal is full/);
    assert.equal(directory.posts, 0);
  });

  it("fails if this version does not know its operation", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    const [row] = disables(directory, 1);
    const folder = await rig.submit({ rows: [{ ...row!, operation: "user.promote" }] });
    await rig.runOut(directory);
    assert.match(rig.finished.get(folder)?.get(1)?.reason ?? "", /does not know the operation/);
    assert.equal(directory.posts, 0);
  });
});
