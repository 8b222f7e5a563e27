import { OperatorError } from "../../core/errors.ts";
import { statusBlob } from "../../records/paths.ts";
import type { BatchStatus } from "../../records/status.ts";
import type { WriteCondition } from "../../storage/types.ts";
import { type Site, isoNow } from "../ports.ts";
import { readStatus } from "./batch-files.ts";
import type { OpenBatch } from "./batch.ts";

/** Keeps status.json of running batches young. It never overwrites a status that somebody else wrote. */
export interface StatusWriter {
  /** Writes what is so now; `problem` says why the batch does not go on. */
  write(batch: OpenBatch, problem?: OperatorError): Promise<void>;
}

export function createStatusWriter(site: Site): StatusWriter {
  /** What the next write goes over, by batch; `undefined` where nothing may be written any more. */
  const conditions = new Map<OpenBatch, WriteCondition | undefined>();
  const blobs = site.blobs.batches;
  return {
    write: async (batch, problem) => {
      if (!conditions.has(batch)) conditions.set(batch, over(batch.status));
      const condition = conditions.get(batch);
      if (condition === undefined || !site.lease.isSure()) return;
      const { folder } = batch.marker;
      try {
        const text = JSON.stringify(statusOf(site, batch, problem));
        const written = await blobs.write(statusBlob(folder), text, condition);
        const now = written ? { ...written, isFinished: false } : await readStatus(blobs, folder);
        conditions.set(batch, over(now));
      } catch (error) {
        // A status is told again in seconds; the journals notice an outage by themselves.
        if (!(error instanceof OperatorError)) throw error;
      }
    },
  };
}

const over = (
  status: { readonly isFinished: boolean; readonly etag: string } | undefined,
): WriteCondition | undefined => {
  if (status === undefined) return { ifAbsent: true };
  return status.isFinished ? undefined : { ifMatch: status.etag };
};

function statusOf(site: Site, batch: OpenBatch, problem: OperatorError | undefined): BatchStatus {
  const verdicts = batch.verdicts();
  // What stands still has no speed, whatever was measured before.
  const perSecond = problem ? 0 : batch.meter.perSecond(site.clock.monotonic());
  return {
    version: 1,
    batch: batch.files.plan.batch,
    state: "running",
    rows: batch.files.plan.rows,
    verdicts,
    writesPerSecond: round(perSecond, 1),
    quotaShare: round(perSecond / site.settings.quotaPerSecond, 3),
    throttled: batch.throttled,
    etaSeconds: perSecond > 0 ? Math.ceil(verdicts.pending / perSecond) : null,
    updatedAt: isoNow(site),
    ...(problem && { reason: problem.what, fix: problem.fix }),
  };
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));
