import { type ErrorCode, toOperatorError } from "../../core/errors.ts";
import type { Marker } from "../../records/markers/marker.ts";
import { batchOf } from "../../records/paths.ts";
import type { Work } from "./work.ts";

/** What is no batch's own fault. */
const outages: ReadonlySet<ErrorCode> = new Set([
  "IDENTITY_UNAVAILABLE",
  "LEASE_LOST",
  "STORAGE_UNAVAILABLE",
]);

/**
 * Does a piece of a batch's work. If the batch cannot be read, the batch stops: it is broken.
 *
 * @throws an outage, or that another runner took over: these stop the slice.
 */
export async function stopIfBroken(
  { site, batches, status }: Work,
  marker: Marker,
  task: () => Promise<void>,
): Promise<void> {
  try {
    await task();
  } catch (error) {
    const reason = toOperatorError(error);
    if (outages.has(reason.code)) throw error;
    batches.stopped(marker, reason);
    const stopped = { batch: batchOf(marker.folder), tenant: site.tenant };
    site.emit({ event: "batch.stopped", ...stopped, code: reason.code });
    const batch = batches.open.get(marker.path);
    if (batch === undefined) return status.stopped(marker.folder, reason);
    site.schedule.withdraw(batch, batch.rows);
    await status.write(batch, reason);
  }
}
