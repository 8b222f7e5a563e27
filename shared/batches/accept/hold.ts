import { findGuards, whyHeld } from "../../guards/guards.ts";
import { type BatchFiles, readBatchFiles } from "../../records/batch-files.ts";
import type { BatchManifest } from "../../records/manifest.ts";
import { journalsPrefix } from "../../records/paths.ts";
import type { Plan } from "../../records/plan.ts";
import { readStatus } from "../../records/status.ts";
import type { BatchPorts } from "../ports.ts";
import { endBatch, nothingSent } from "../report/finish.ts";

type HoldPorts = Pick<BatchPorts, "blobs" | "clock" | "emit" | "settings">;

/** Ends a batch as held: its reports and its status say why, and nothing of it is written. */
export async function hold(
  ports: HoldPorts,
  folder: string,
  batch: BatchFiles,
  { reason, fix }: { readonly reason: string; readonly fix: string },
): Promise<void> {
  const unwritten = { verdict: "held", reason, fix } as const;
  const announce = (): void => announceHold(ports, batch.manifest, batch.plan);
  await endBatch(ports, folder, batch, {
    state: "held",
    receipts: nothingSent,
    unwritten,
    announce,
  });
}

/**
 * Holds a planned batch that is about to start if it is over a cap as the settings are now: a cap may
 * have been lowered since the batch was planned. Answers whether the batch is held. A batch of which
 * anything was sent is not held.
 */
export async function holdAtStart(ports: HoldPorts, folder: string): Promise<boolean> {
  const { batches } = ports.blobs;
  const { manifest, plan } = await readBatchFiles(batches, folder);
  const counts = { deletes: 0, disables: 0 };
  for (const { guard, count } of plan.guards) counts[guard] = count;
  const guards = findGuards({ guarded: counts }, ports.settings);
  const why = whyHeld(guards);
  if (why === undefined) return false;
  for await (const _ of batches.list(journalsPrefix(folder))) return false;
  if ((await readStatus(batches, folder))?.state !== "held") {
    await hold(ports, folder, { manifest, plan: { ...plan, guards } }, why);
  }
  return true;
}

/** One event for each limit and each permission that holds the batch. */
function announceHold(
  { emit }: Pick<BatchPorts, "emit">,
  { batch, tenant }: BatchManifest,
  { guards, lacking = [] }: Plan,
): void {
  const held = { event: "batch.held", batch, tenant } as const;
  for (const { guard, count, limit, setting } of guards.filter((each) => each.held)) {
    emit({ ...held, guard, count, limit, setting });
  }
  for (const { permission, rows } of lacking.filter((each) => each.held)) {
    emit({ ...held, guard: "permission", count: rows, limit: 0, setting: permission });
  }
}
