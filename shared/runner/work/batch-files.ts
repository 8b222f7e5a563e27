import { OperatorError } from "../../core/errors.ts";
import { recordOf } from "../../core/record.ts";
import { readManifest, type BatchManifest } from "../../records/manifest.ts";
import { statusBlob } from "../../records/paths.ts";
import { readPlan, type Plan } from "../../records/plan.ts";
import type { BatchStatus } from "../../records/status.ts";
import type { Blobs } from "../../storage/types.ts";

/** What the runner reads of a batch before it begins. */
export interface BatchFiles {
  readonly manifest: BatchManifest;
  readonly plan: Plan;
}

/** @throws OperatorError READ_INCOMPLETE where they cannot be read, VERSION_UNKNOWN of another release. */
export async function readBatchFiles(batches: Blobs, folder: string): Promise<BatchFiles> {
  let cause: unknown;
  try {
    const [manifest, plan] = await Promise.all([
      readManifest(batches, folder),
      readPlan(batches, folder),
    ]);
    if (manifest && plan) return { manifest: manifest.value, plan };
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    cause = error;
  }
  throw new OperatorError(
    "READ_INCOMPLETE",
    `batch.json or plan.json of ${folder} is missing or damaged.`,
    {
      fix: "Nothing of the batch is sent. Restore the blob from an earlier version, or delete the batch's work marker and send its rows again in a new batch.",
      disposition: "retry",
      cause,
    },
  );
}

/** The status' state and etag; `undefined` where there is none. */
export async function readStatus(
  batches: Blobs,
  folder: string,
): Promise<{ readonly isFinished: boolean; readonly etag: string } | undefined> {
  const found = await batches.read(statusBlob(folder));
  return found && { isFinished: isFinished(found.bytes), etag: found.etag };
}

function isFinished(bytes: Buffer): boolean {
  try {
    const finished: BatchStatus["state"] = "finished";
    return recordOf(JSON.parse(bytes.toString("utf8")))["state"] === finished;
  } catch {
    return false;
  }
}
