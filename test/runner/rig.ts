import { randomUUID } from "node:crypto";

import { ContainerClient } from "@azure/storage-blob";

import { type Receipt, noVerdicts } from "../../shared/catalogue/row.ts";
import { chunk } from "../../shared/core/chunk.ts";
import { type Clock, systemClock } from "../../shared/core/clock.ts";
import type { TelemetryEvent } from "../../shared/core/telemetry.ts";
import { type WritePacer, createWritePacer } from "../../shared/graph/pacing/pacer.ts";
import type { Graph } from "../../shared/graph/types.ts";
import { catalogue } from "../../shared/operations/list.ts";
import { type BatchManifest, type Priority, readManifest } from "../../shared/records/manifest.ts";
import { workMarker } from "../../shared/records/markers/marker.ts";
import { shardBlob } from "../../shared/records/paths.ts";
import type { Plan } from "../../shared/records/plan.ts";
import { type PlannedRow, ROWS_PER_SHARD, shardText } from "../../shared/records/shard.ts";
import type { BatchStatus } from "../../shared/records/status.ts";
import {
  type RunnerPorts,
  type RunnerSettings,
  runnerDefaults,
} from "../../shared/runner/ports.ts";
import { runTenant } from "../../shared/runner/slice/run.ts";
import type { TenantRun } from "../../shared/runner/slice/slice-end.ts";
import { createBlobs } from "../../shared/storage/storage.ts";
import type { Blobs } from "../../shared/storage/types.ts";
import { MemoryBlobs } from "../batches/memory-blobs.ts";
import { type SimulatedClock, createSimulatedClock } from "../core/simulated-clock.ts";
import type { Azurite } from "../storage/azurite.ts";

/** A runner's surroundings, with one tenant of its own. */
export interface Rig {
  readonly tenant: string;
  readonly batches: Blobs;
  readonly runner: Blobs;
  readonly events: TelemetryEvent[];
  /** What `finishBatch` was given, by folder. */
  readonly finished: Map<string, Map<number, Receipt>>;
  readonly finishes: string[];
  ports(graph: Graph, more?: Partial<RunnerPorts>): RunnerPorts;
  run(graph: Graph, more?: Partial<RunnerPorts>, signal?: AbortSignal): Promise<TenantRun>;
  /** Runs until the tenant is idle; a lease that is in the way is a dead runner's, and runs out. */
  runOut(graph: Graph, more?: Partial<RunnerPorts>): Promise<void>;
  submit(batch: SubmittedBatch): Promise<string>;
  /** Writes a batch's marker again, as a decision that releases it does. */
  announce(folder: string, at: string): Promise<void>;
  status(folder: string): Promise<BatchStatus>;
  /** Ends the lease if there is one, as its expiry would. */
  breakLease(): Promise<void>;
}

interface SubmittedBatch {
  readonly name?: string;
  readonly rows: readonly PlannedRow[];
  readonly priority?: Priority;
  readonly rowsPerShard?: number;
  readonly acceptedAt?: string;
  readonly notAfter?: string;
}

export const quickSettings: RunnerSettings = {
  ...runnerDefaults,
  sliceMs: 60_000,
  leaseSeconds: 15,
  retryFloorMs: 5,
  statusEveryMs: 100,
  quotaPerSecond: 20_000,
};

export async function makeContainers(azurite: Azurite): Promise<void> {
  await azurite.makeContainer("batches");
  await azurite.makeContainer("runner");
}

/** Two hundred writes a second, in steps of twenty. */
export const paced = (clock: Clock): WritePacer =>
  createWritePacer({ quota: 3_000, windowMs: 15_000, retryFloorMs: 5, clock });

/** On real storage, in real time. */
export function createRig(azurite: Azurite, clock: Clock = systemClock): Rig {
  const account = { url: azurite.blobUrl, credential: azurite.blobKey };
  const container = new ContainerClient(`${azurite.blobUrl}/runner`, azurite.blobKey);
  return rigOn({
    batches: createBlobs({ ...account, container: "batches" }),
    runner: createBlobs({ ...account, container: "runner" }),
    clock,
    breakLease: async (lock) => {
      await container.getBlobClient(lock).getBlobLeaseClient().breakLease(0);
    },
  });
}

/** In memory, in simulated time: nothing in it depends on the machine's speed. */
export function createSimulatedRig(): Rig & { readonly clock: SimulatedClock } {
  // Each append to a journal takes a turn of the event loop, and some follow each other.
  const clock = createSimulatedClock({ turns: 50 });
  const runner = new MemoryBlobs();
  const breakLease = async (): Promise<void> => runner.expireLeases();
  return { ...rigOn({ batches: new MemoryBlobs(), runner, clock, breakLease }), clock };
}

function rigOn({
  batches,
  runner,
  clock,
  breakLease,
}: {
  readonly batches: Blobs;
  readonly runner: Blobs;
  readonly clock: Clock;
  readonly breakLease: (lock: string) => Promise<void>;
}): Rig {
  const tenant = randomUUID();
  const events: TelemetryEvent[] = [];
  const finished = new Map<string, Map<number, Receipt>>();
  const finishes: string[] = [];
  const plans = new Map<string, { plan: Plan; rows: readonly PlannedRow[] }>();
  let accepted = 0;

  const rig: Rig = {
    tenant,
    batches,
    runner,
    events,
    finished,
    finishes,
    ports: (graph, more = {}) => ({
      tenant,
      graph,
      blobs: { batches, runner },
      catalogue,
      createPacer: (memory) =>
        createWritePacer({ quota: 3_000_000, windowMs: 150_000, retryFloorMs: 5, clock, memory }),
      makePassword: () => "not-a-secret",
      admit: () => Promise.resolve({ kind: "run" }),
      finishBatch: async (folder, receipts) => {
        finishes.push(folder);
        const { plan, rows } = plans.get(folder)!;
        const all = new Map<number, Receipt>();
        for (let shard = 1; shard <= plan.shards; shard++) {
          for (const [row, settled] of await receipts(shard)) all.set(row, settled);
        }
        const verdicts = noVerdicts();
        for (const row of rows)
          verdicts[row.write ? (all.get(row.row)?.verdict ?? "pending") : row.verdict] += 1;
        if (verdicts.pending > 0) throw new TypeError("a row has no verdict");
        finished.set(folder, all);
        const path = `${folder}/status.json`;
        const status = { ...(await rig.status(folder)), state: "finished", verdicts };
        await batches.write(path, JSON.stringify(status));
        return verdicts;
      },
      clock,
      random: Math.random,
      emit: (event) => events.push(event),
      settings: quickSettings,
      ...more,
    }),
    run: (graph, more, signal) => runTenant(rig.ports(graph, more), signal),
    runOut: async (graph, more) => {
      for (let slice = 0; slice < 50; slice++) {
        const result = await rig.run(graph, more);
        if (result.state === "ran" && result.idle) return;
        if (result.state === "ran") await clock.sleep(result.waitMs);
        else await rig.breakLease();
      }
      throw new Error("the tenant never became idle");
    },
    submit: async ({
      name = `batch-${randomUUID().slice(0, 8)}`,
      rows,
      priority = "normal",
      rowsPerShard = ROWS_PER_SHARD,
      acceptedAt = new Date(clock.now() + ++accepted).toISOString(),
      notAfter,
    }) => {
      const folder = `${tenant}/${name}`;
      const manifest: BatchManifest = {
        version: 1,
        batch: name,
        tenant,
        mode: "apply",
        priority,
        source: { kind: "message", messageId: "1" },
        format: "jsonl",
        columns: [],
        rows: rows.length,
        contentSha256: "",
        acceptedAt,
        notAfter,
      };
      const verdicts = noVerdicts();
      for (const row of rows) verdicts[row.verdict ?? "pending"] += 1;
      const shards = chunk(rows, rowsPerShard);
      const plan: Plan = {
        version: 1,
        batch: name,
        tenant,
        mode: "apply",
        rows: rows.length,
        verdicts,
        operations: {},
        writes: verdicts.pending,
        resourceUnits: 0,
        estimatedSeconds: 0,
        shards: shards.length,
        rowsPerShard,
        permissions: {},
        guards: [],
        plannedAt: acceptedAt,
      };
      plans.set(folder, { plan, rows });
      const status: BatchStatus = {
        version: 1,
        batch: name,
        state: "accepted",
        rows: rows.length,
        verdicts,
        writesPerSecond: 0,
        quotaShare: 0,
        throttled: 0,
        etaSeconds: null,
        updatedAt: acceptedAt,
      };
      await Promise.all([
        batches.write(`${folder}/batch.json`, JSON.stringify(manifest)),
        batches.write(`${folder}/plan.json`, JSON.stringify(plan)),
        batches.write(`${folder}/status.json`, JSON.stringify(status)),
        ...shards.map((shard, index) =>
          batches.write(shardBlob(folder, index + 1), shardText(shard)),
        ),
      ]);
      await runner.write(workMarker(manifest), JSON.stringify({ folder }));
      return folder;
    },
    announce: async (folder, at) => {
      const manifest = (await readManifest(batches, folder))!.value;
      await runner.write(workMarker(manifest, at), JSON.stringify({ folder }));
    },
    status: async (folder) => {
      const found = await batches.read(`${folder}/status.json`);
      return JSON.parse(found?.bytes.toString("utf8") ?? "null") as BatchStatus;
    },
    breakLease: () => breakLease(`${tenant}/lock`),
  };
  return rig;
}
