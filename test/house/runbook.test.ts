import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { ContainerClient } from "@azure/storage-blob";

import { OperatorError } from "../../shared/core/errors.ts";
import { recordOf } from "../../shared/core/record.ts";
import { runnerLockBlob } from "../../shared/records/paths.ts";
import { type Rig, createRig, makeContainers, quickSettings } from "../runner/rig.ts";
import { disables } from "../runner/rows.ts";
import { TinyDirectory, noFaults } from "../runner/tiny-directory.ts";
import { type Azurite, startAzurite } from "../storage/azurite.ts";

const isUnfinished = (end: unknown): boolean => recordOf(end)["idle"] === false;

/** The procedures of docs/runbook.md that use `az storage`, with the same calls. */
describe("the runbook", () => {
  let azurite: Azurite;
  let rig: Rig;
  let directory: TinyDirectory;
  let container: ContainerClient;
  before(async () => {
    azurite = await startAzurite();
    await makeContainers(azurite);
    container = new ContainerClient(`${azurite.blobUrl}/runner`, azurite.blobKey);
  });
  after(() => azurite.stop());

  /** `lease break --lease-break-period 0` */
  const breakLease = () =>
    container.getBlobClient(runnerLockBlob(rig.tenant)).getBlobLeaseClient().breakLease(0);
  /** `lease acquire --lease-duration -1` */
  const acquireLease = () =>
    container.getBlobClient(runnerLockBlob(rig.tenant)).getBlobLeaseClient().acquireLease(-1);
  /** The markers of the tenant's queue: `blob list --prefix TENANT/queue/`. */
  const markers = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const { path } of rig.runner.list(`${rig.tenant}/queue/`)) found.push(path);
    return found;
  };
  /** Renews its lease ten times as often as in production, so that a second is ten. */
  const ports = { settings: { ...quickSettings, renewEveryMs: 1_000, postsInFlight: 4 } };
  /** Begins, and stops the tenant once something is written; what was written by then. */
  const beginAndStop = async (): Promise<{ folder: string; made: number }> => {
    const folder = await begin(2_000);
    directory.faults = { ...noFaults, latencyMs: () => 200 };
    const run = rig.run(directory, ports);
    while (directory.made.size === 0) await sleep(10);
    await breakLease();
    await acquireLease();
    // It ends, or fails at a write without a lease.
    const end = await run.catch((error: unknown) => error);
    assert.ok(end instanceof OperatorError ? end.code === "LEASE_LOST" : isUnfinished(end));
    const made = directory.made.size;
    assert.ok(made < 2_000);
    directory.faults = noFaults;
    return { folder, made };
  };
  const begin = async (rows: number): Promise<string> => {
    rig = createRig(azurite);
    directory = new TinyDirectory();
    return rig.submit({ rows: disables(directory, rows), rowsPerShard: 100 });
  };

  it("stops a tenant at work by taking its lock, and resumes it", async () => {
    const { folder, made } = await beginAndStop();
    assert.deepEqual(await rig.run(directory, ports), { state: "busy" });
    assert.equal(directory.made.size, made, "nothing is written while the lock is held by hand");

    await breakLease();
    await rig.runOut(directory, ports);
    assert.deepEqual(rig.finishes, [folder]);
    assert.deepEqual([...new Set(directory.made.values())], [1], "each change once");
  });

  it("stops one batch by deleting its marker, and resumes it when the marker is back", async () => {
    const stopped = await begin(300);
    const other = await rig.submit({ rows: disables(directory, 5) });
    const [marker = ""] = (await markers()).filter((path) => path.endsWith(stopped.split("/")[1]!));
    const kept = (await rig.runner.read(marker))!.bytes;
    await rig.runner.delete(marker);
    await rig.runOut(directory, ports);
    assert.deepEqual(rig.finishes, [other]);
    assert.equal(directory.made.size, 5);

    await rig.runner.write(marker, kept);
    await rig.runOut(directory, ports);
    assert.deepEqual(rig.finishes, [other, stopped]);
    assert.deepEqual([directory.made.size, await markers()], [305, []]);
    assert.deepEqual([...new Set(directory.made.values())], [1], "each change once");
  });

  it("stops one batch half way and resumes it from its journal", async () => {
    const { folder, made } = await beginAndStop();
    const [marker = ""] = await markers();
    const kept = (await rig.runner.read(marker))!.bytes;
    await rig.runner.delete(marker);
    await breakLease();
    await rig.runOut(directory, ports);
    assert.deepEqual([rig.finishes, directory.made.size], [[], made]);
    assert.equal((await rig.status(folder)).state, "running");

    await rig.runner.write(marker, kept);
    await rig.runOut(directory, ports);
    assert.deepEqual(rig.finishes, [folder]);
    assert.deepEqual([...new Set(directory.made.values())], [1], "each change once");
  });
});
