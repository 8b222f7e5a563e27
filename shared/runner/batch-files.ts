import type { BatchManifest, BatchStatus, Plan } from "../batches/model.ts";
import { OperatorError } from "../core/errors.ts";
import { isRecord, recordOf } from "../core/record.ts";
import type { Blobs } from "../storage/types.ts";

/** What the runner reads of a batch before it begins. */
export interface BatchFiles {
  readonly manifest: BatchManifest;
  readonly plan: Plan;
}

/** @throws OperatorError READ_INCOMPLETE where the batch is not there, or of another version. */
export async function readBatchFiles(batches: Blobs, folder: string): Promise<BatchFiles> {
  const [manifest, plan] = await Promise.all([
    readJson<BatchManifest>(batches, `${folder}/batch.json`),
    readJson<Plan>(batches, `${folder}/plan.json`),
  ]);
  return { manifest, plan };
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

export const statusBlob = (folder: string): string => `${folder}/status.json`;

/** A document of version 1 that another part of this program wrote. */
async function readJson<T extends { readonly version: 1 }>(blobs: Blobs, path: string): Promise<T> {
  const found = await blobs.read(path);
  try {
    const value: unknown = JSON.parse(found?.bytes.toString("utf8") ?? "");
    if (!isRecord(value) || value["version"] !== 1) throw new TypeError("not version 1");
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of the version that wrote it
    return value as unknown as T;
  } catch (cause) {
    throw new OperatorError(
      "READ_INCOMPLETE",
      `${path} is missing, damaged or of another version.`,
      {
        fix: "Restore the blob from an earlier version, or deploy the version of the app that wrote it.",
        disposition: "retry",
        cause,
      },
    );
  }
}
