import { OperatorError } from "../../core/errors.ts";
import { recordIn } from "../../core/parse-json.ts";
import { statusBlob } from "../../records/paths.ts";
import { type BatchStatus, hasEnded, readStatusVersion } from "../../records/status.ts";
import { type FencedJson, openFencedJson } from "../../storage/fenced-json.ts";
import { whyAwaiting } from "../batch/awaited.ts";
import type { Halt, OpenBatch } from "../batch/open-batch.ts";
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
  const write = async (batch: OpenBatch, problem?: OperatorError): Promise<void> => {
    if (!site.lease.isSure()) return;
    try {
      if (!files.has(batch)) files.set(batch, await open(batch));
      await files.get(batch)?.write(JSON.stringify(statusOf(site, batch, problem)));
    } catch (error) {
      // The status is written again within seconds, and an outage stops the journals anyway.
      if (!(error instanceof OperatorError)) throw error;
      if (error.code === "LEASE_LOST") files.delete(batch);
    }
  };
  /** One after the other: two at once would each take the other for another process. */
  const writing = new Map<OpenBatch, Promise<void>>();
  return {
    write: (batch, problem) => {
      const after = writing.get(batch) ?? Promise.resolve();
      const next = after.catch(() => undefined).then(() => write(batch, problem));
      writing.set(batch, next);
      return next;
    },
    stopped: (folder, problem) => sayStopped(site, folder, problem),
  };
}

const isFinished = (text = ""): boolean => hasEnded(recordIn(text)["state"]);

function statusOf(site: Site, batch: OpenBatch, problem: OperatorError | undefined): BatchStatus {
  const verdicts = batch.verdicts();
  // A batch that waits has no speed, whatever was measured before.
  const nowMs = site.clock.monotonic();
  const { halt } = batch;
  const isPaused = halt !== undefined && halt.kind !== "stopped";
  const perSecond = problem || isPaused ? 0 : batch.meter.perSecond(nowMs);
  return {
    version: 1,
    batch: batch.files.plan.batch,
    state: isPaused ? "paused" : "running",
    rows: batch.files.plan.rows,
    inputRows: batch.files.plan.inputRows,
    verdicts,
    writesPerSecond: round(perSecond, 1),
    quotaShare: round(perSecond / site.settings.quotaPerSecond, 3),
    throttled: batch.throttled,
    etaSeconds:
      perSecond > 0 ? Math.ceil(verdicts.pending / batch.meter.rowsPerSecond(nowMs)) : null,
    updatedAt: isoNow(site),
    ...whyAwaiting(batch),
    ...(problem && problemOf(problem)),
    ...(halt && { reason: halt.reason, fix: fixOf(halt, batch), by: halt.by }),
  };
}

const problemOf = ({ what, fix, code }: OperatorError) => ({ reason: what, fix, code });

async function sayStopped(
  { blobs: { batches }, lease }: Site,
  folder: string,
  problem: OperatorError,
): Promise<void> {
  if (!lease.isSure()) return;
  try {
    const found = await readStatusVersion(batches, folder);
    if (found === undefined || hasEnded(found.value.state)) return;
    const status: BatchStatus = { ...found.value, ...problemOf(problem) };
    await batches.write(statusBlob(folder), JSON.stringify(status), { ifMatch: found.etag });
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
  }
}

const fixOf = ({ kind }: Halt, { files }: OpenBatch): string =>
  kind === "stopped"
    ? "No action needed: what is under way is settled, then the batch ends."
    : kind === "paused"
      ? `To go on: npm run batch -- resume ${files.plan.batch}`
      : `To go on: npm run batch -- resume --tenant ${files.plan.tenant}`;

const round = (value: number, digits: number): number => Number(value.toFixed(digits));
