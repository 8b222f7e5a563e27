import type { BatchFiles } from "../../records/batch-files.ts";
import type { BatchManifest } from "../../records/manifest.ts";
import type { Plan } from "../../records/plan.ts";
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
