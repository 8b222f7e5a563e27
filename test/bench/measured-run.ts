import { setTimeout as delay } from "node:timers/promises";

import type { BlobClient } from "@azure/storage-blob";

import { csvLine } from "../../shared/batches/formats/csv.ts";
import { markersPrefix } from "../../shared/records/paths.ts";
import type { BatchStatus } from "../../shared/records/status.ts";
import type { Stage } from "../stage/stage.ts";
import { approve, untilFinished } from "./approve.ts";

/** What a file of updates came to, by the directory's own meters. */
export interface MeasuredRun {
  readonly name: string;
  readonly status: BatchStatus;
  readonly writes: number;
  /** Sub-requests that Graph refused for its quota. */
  readonly throttled: number;
  /** Of all that were sent. */
  readonly throttledShare: number;
  /** From the first write that was taken to the last. */
  readonly writeSeconds: number;
  /** From the empty bucket to the first write: so long quota flowed in before it was used. */
  readonly heldSeconds: number;
  /** Writes a second at speed 1. */
  readonly perSecond: number;
  /** From the message to the plan. */
  readonly planSeconds: number;
  /** On `performance.now()`: when the message was sent, the plan was there, the batch was finished. */
  readonly sentMs: number;
  readonly plannedMs: number;
  readonly finishedMs: number;
}

/**
 * Settings of a stage on which runs are measured: a message waits in a queue for a tenth of a second at most, unless
 * `everyMs` says otherwise. The local cloud's quota fills ten times as fast as Graph's, so a wait for the host's next
 * look, which doubles from 0.1 s up to a minute, would count ten times.
 */
export const polling = (everyMs = 100): Readonly<Record<string, string>> => ({
  AzureFunctionsJobHost__extensions__queues__maxPollingInterval: `00:00:0${(everyMs / 1000).toFixed(1)}`,
});

/**
 * Updates users by a file of `rows` rows, each a write of its own, and measures from an empty bucket. It is
 * emptied while the plan waits for its approval and nobody holds the tenant's lease: a bucket that was emptied
 * after a runner had begun to count what flows in would throttle it, sooner on a busy machine.
 */
export async function measuredRun(
  stage: Stage,
  options: {
    readonly name: string;
    readonly rows: number;
    readonly users: readonly string[];
    readonly speed: number;
    /** What is done once there is work for a runner. */
    readonly beside?: (() => Promise<void>) | undefined;
  },
): Promise<MeasuredRun> {
  const { name, rows, users, speed } = options;
  const { control } = stage.cloud;
  const file = `staged/${name}.csv`;
  const inbox = stage.container("inbox").getBlockBlobClient(file);
  await inbox.uploadData(Buffer.from(updates(name, rows, users)));
  const sentMs = performance.now();
  await stage.send(
    "accept",
    JSON.stringify({ version: 1, batch: name, mode: "plan", operation: "user.update", file }),
  );
  const timeoutMs = 60_000 + (rows / speed) * 300;
  const { digest } = await stage.settled(name, { timeoutMs, everyMs: 20 });
  const plannedMs = performance.now();
  await control.graph("resetCounters", {});
  await untilNoRunner(stage);
  const { atMs: emptiedMs } = await control.graph("meterLevel", { level: 0 });
  await approve(stage, name, digest);
  await untilWork(stage, name);
  await options.beside?.();
  const status = await untilFinished(stage, name, { timeoutMs, everyMs: 100 });
  const finishedMs = performance.now();
  const counters = await control.graph("counters", {});
  if (counters.committedWrites !== rows)
    throw new Error(`${name}: ${counters.committedWrites} writes of ${rows}`);
  const { firstWriteMs = 0, lastWriteMs = 0 } = counters;
  const writeSeconds = (lastWriteMs - firstWriteMs) / 1000;
  const { acceptedWrites: writes, throttledOperations: throttled } = counters;
  return {
    name,
    status,
    writes,
    throttled,
    throttledShare: throttled / (writes + throttled),
    writeSeconds,
    heldSeconds: (firstWriteMs - emptiedMs) / 1000,
    perSecond: writes / writeSeconds / speed,
    planSeconds: (plannedMs - sentMs) / 1000,
    sentMs,
    plannedMs,
    finishedMs,
  };
}

/** Waits until the slice that worked before has ended: its pacer counts on what flowed in since it began. */
async function untilNoRunner(stage: Stage): Promise<void> {
  const lock = stage.container("runner").getBlobClient(`${stage.cloud.home.tenantId}/lock`);
  while (await isLeased(lock)) await delay(20);
}

async function isLeased(blob: BlobClient): Promise<boolean> {
  try {
    return (await blob.getProperties()).leaseState === "leased";
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return false;
    throw error;
  }
}

/** Waits until the batch is announced to the tenant's runner: before that, a ring finds nothing to do. */
async function untilWork(stage: Stage, batch: string): Promise<void> {
  const prefix = markersPrefix(stage.cloud.home.tenantId);
  while ((await stage.status(batch))?.state !== "finished") {
    for await (const _ of stage.container("runner").listBlobsFlat({ prefix })) return;
    await delay(5);
  }
}

/** A row changes a department to what no other row says, so that none is `unchanged` or `skipped`. */
export function updates(name: string, rows: number, users: readonly string[]): string {
  const lines = Array.from({ length: rows }, (_, index) =>
    csvLine([users[index % users.length] ?? "", `${name} ${index}`]),
  );
  return csvLine(["user", "department"]) + lines.join("");
}
