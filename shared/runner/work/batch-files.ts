import { recordOf } from "../../core/record.ts";
import { statusBlob } from "../../records/paths.ts";
import type { BatchStatus } from "../../records/status.ts";
import type { Blobs } from "../../storage/types.ts";

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
