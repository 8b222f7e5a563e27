import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { finishBatch } from "../../shared/batches/report/finish.ts";
import { systemClock } from "../../shared/core/clock.ts";
import { OperatorError } from "../../shared/core/errors.ts";
import { catalogue } from "../../shared/operations/list.ts";
import { journalBlob, shardBlob } from "../../shared/records/paths.ts";
import { runTenant } from "../../shared/runner/slice/run.ts";
import { allGranted, settings as batchSettings } from "../batches/workshop.ts";
import { type Azurite, startAzurite } from "../storage/azurite.ts";
import { mortal } from "./mortal.ts";
import { createRig, makeContainers, quickSettings } from "./rig.ts";
import { disables } from "./rows.ts";
import { TinyDirectory, noFaults } from "./tiny-directory.ts";

describe("a batch that breaks in the middle", () => {
  let azurite: Azurite;
  before(async () => {
    azurite = await startAzurite();
    await makeContainers(azurite);
  });
  after(() => azurite.stop());

  it("does not keep the objects of its rows in doubt from other batches", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    directory.faults = { ...noFaults, post: () => "lose-after" };
    const rows = disables(directory, 60);
    const bad = await rig.submit({ rows, rowsPerShard: 20 });
    const life = mortal(rig.ports(directory), { on: "post", at: 2, when: "during" });
    await Promise.race([runTenant(life.ports), life.died]);
    directory.faults = noFaults;
    await rig.breakLease();
    await rig.batches.write(shardBlob(bad, 3), "damaged");
    const same = rows.slice(0, 3).map(({ row, write }) => ({
      row,
      operation: "user.update",
      write: { target: { kind: "new" as const }, keys: [], ...write, set: { jobTitle: "Nurse" } },
    }));
    const good = await rig.submit({ rows: same });
    const settings = { ...quickSettings, sliceMs: 5_000 };
    const end = await rig.run(directory, { settings });
    assert.ok(end.state === "ran" && end.problem !== undefined);
    assert.deepEqual(rig.finishes, [good]);
    const journal = await rig.batches.read(journalBlob(bad, 1));
    assert.match(journal?.bytes.toString("utf8") ?? "", /the directory shows the change in place/);
    assert.deepEqual(directory.overlaps, []);
  });

  it("is not broken by a storage that gives the app no token", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    const folder = await rig.submit({ rows: disables(directory, 3) });
    const noToken = new OperatorError("IDENTITY_UNAVAILABLE", "no token", {
      fix: "",
      disposition: "retry",
    });
    const batches = { ...rig.batches, read: () => Promise.reject(noToken) };
    const blobs = { batches, runner: rig.runner };
    await assert.rejects(rig.run(directory, { blobs }), noToken);
    await rig.runOut(directory);
    assert.deepEqual(rig.finishes, [folder]);
  });

  it("does not hide the batches behind it, however many are broken", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    for (let number = 10; number < 62; number++) {
      const path = `${rig.tenant}/queue/0-2026-01-01T00:00:00.000Z-${number}`;
      await rig.runner.write(path, JSON.stringify({ folder: `${rig.tenant}/none-${number}` }));
    }
    const good = await rig.submit({ rows: disables(directory, 3) });
    const end = await rig.run(directory);
    assert.ok(end.state === "ran" && end.problem !== undefined);
    assert.deepEqual(rig.finishes, [good]);
  });

  it("says which blob is missing even if that is noticed only as it ends", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory({ faults: { ...noFaults, latencyMs: () => 200 } });
    const folder = await rig.submit({ rows: disables(directory, 3) });
    directory.watch = () => void rig.batches.delete(shardBlob(folder, 1));
    const { batches, runner } = rig;
    const blobs = { batches, runner, inbox: batches };
    const ports = {
      ...allGranted,
      graphFor: () => directory,
      blobs,
      clock: systemClock,
      catalogue,
      settings: batchSettings,
      emit: () => undefined,
    };
    const end = await rig.run(directory, {
      finishBatch: (...given) => finishBatch(ports, ...given),
    });
    assert.ok(end.state === "ran");
    assert.equal(end.problem?.code, "BATCH_DAMAGED");
    const { reason, fix } = await rig.status(folder);
    assert.equal(reason, `${shardBlob(folder, 1)} is missing.`);
    assert.match(fix ?? "", /^Restore/);
    const stopped = rig.events.filter(({ event }) => event === "batch.stopped");
    const batch = folder.slice(folder.lastIndexOf("/") + 1);
    const code = "BATCH_DAMAGED";
    assert.deepEqual(stopped, [{ event: "batch.stopped", batch, tenant: rig.tenant, code }]);
  });

  it("says only the name of an error that nobody expected: its text may quote a row", async () => {
    const rig = createRig(azurite);
    const folder = await rig.submit({ rows: disables(new TinyDirectory(), 1) });
    const end = await rig.run(new TinyDirectory(), {
      finishBatch: async () => {
        Buffer.alloc("ann@contoso.com" as unknown as number);
        throw new Error("unreachable");
      },
    });
    assert.ok(end.state === "ran");
    assert.equal(end.problem?.code, "UNEXPECTED");
    const { reason } = await rig.status(folder);
    assert.equal(reason, "An unexpected error occurred (TypeError).");
    assert.doesNotMatch(end.problem?.message ?? "", /ann@/);
  });
});
