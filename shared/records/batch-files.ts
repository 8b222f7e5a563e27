import type { Blobs } from "../storage/types.ts";
import { batchDamaged } from "./damaged.ts";
import { type BatchManifest, readManifest } from "./manifest.ts";
import { manifestBlob, planBlob } from "./paths.ts";
import { type Plan, readPlan } from "./plan.ts";

/** What must be known of a batch before anything of it is written or reported. */
export interface BatchFiles {
  readonly manifest: BatchManifest;
  readonly plan: Plan;
}

/** Reads both of a planned batch. @throws OperatorError BATCH_DAMAGED if one is missing; as `readStored` */
export async function readBatchFiles(batches: Blobs, folder: string): Promise<BatchFiles> {
  const [manifest, plan] = await Promise.all([
    readManifest(batches, folder),
    readPlan(batches, folder),
  ]);
  if (manifest === undefined) throw batchDamaged(manifestBlob(folder), "is missing");
  if (plan === undefined) throw batchDamaged(planBlob(folder), "is missing");
  return { manifest: manifest.value, plan };
}
