import { OperatorError } from "../../core/errors.ts";
import { parseJson } from "../../core/parse-json.ts";
import { recordOf } from "../../core/record.ts";
import { statusBlob } from "../../records/paths.ts";
import type { BatchStatus } from "../../records/status.ts";
import { type FencedJson, openFencedJson } from "../../storage/fenced-json.ts";
import type { OpenBatch } from "../batch/open-batch.ts";
import { type Site, isoNow } from "../batch/site.ts";
import type { StatusWriter } from "./work.ts";

export function createStatusWriter(site: Site): StatusWriter {
  /** The status of a batch as this runner writes it; `undefined` once it is finished. */
  const files = new Map<OpenBatch, FencedJson | undefined>();
  const open = async ({ marker }: OpenBatch): Promise<FencedJson | undefined> => {
    const path = statusBlob(marker.folder);
    const file = await openFencedJson(site.blobs.batches, path, "Another wrote the status.");
    return isFinished(file.found) ? undefined : file;
  };
  return {
    write: async (batch, problem) => {
      if (!site.lease.isSure()) return;
      try {
        if (!files.has(batch)) files.set(batch, await open(batch));
        await files.get(batch)?.write(JSON.stringify(statusOf(site, batch, problem)));
      } catch (error) {
        // The status is written again within seconds, and an outage stops the journals anyway.
        if (!(error instanceof OperatorError)) throw error;
        if (error.code === "LEASE_LOST") files.delete(batch);
      }
    },
  };
}

function isFinished(text: string | undefined): boolean {
  const finished: BatchStatus["state"] = "finished";
  try {
    return text !== undefined && recordOf(parseJson(text))["state"] === finished;
  } catch {
    return false;
  }
}

function statusOf(site: Site, batch: OpenBatch, problem: OperatorError | undefined): BatchStatus {
  const verdicts = batch.verdicts();
  // A batch that waits has no speed, whatever was measured before.
  const nowMs = site.clock.monotonic();
  const perSecond = problem ? 0 : batch.meter.perSecond(nowMs);
  return {
    version: 1,
    batch: batch.files.plan.batch,
    state: "running",
    rows: batch.files.plan.rows,
    verdicts,
    writesPerSecond: round(perSecond, 1),
    quotaShare: round(perSecond / site.settings.quotaPerSecond, 3),
    throttled: batch.throttled,
    etaSeconds:
      perSecond > 0 ? Math.ceil(verdicts.pending / batch.meter.rowsPerSecond(nowMs)) : null,
    updatedAt: isoNow(site),
    ...(problem && { reason: problem.what, fix: problem.fix }),
  };
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));
