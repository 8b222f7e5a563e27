import { OperatorError } from "../../core/errors.ts";
import type { BatchManifest } from "../../records/manifest.ts";
import { batchLockBlob } from "../../records/paths.ts";
import { readPlan } from "../../records/plan.ts";
import { noteProblem } from "../../records/problem.ts";
import { withLock } from "../../storage/held-lease.ts";
import type { Blobs } from "../../storage/types.ts";
import type { Accepted, BatchPorts } from "../ports.ts";
import { pendingVerdicts, stillStatus, writeStatus } from "../report/status.ts";
import { type BatchFolder, type Context, type LockedFolder, postpone } from "./context.ts";
import { refuse } from "./refuse.ts";

/** How long the same message waits before it is delivered again, seconds. */
const RETRY_SECONDS = 30;
const LOCKED_SECONDS = 15;

/**
 * Works on one batch's folder under its lock, and decides what a failure means for the message: a
 * refusal is recorded and ends it, a transient error is retried later, and any other error is noted
 * for `settlePoison` and thrown, so that the host counts an attempt.
 */
export async function inFolder(
  { ports, identity }: Context,
  place: BatchFolder,
  work: (locked: LockedFolder) => Promise<Accepted>,
): Promise<Accepted> {
  const { batches } = ports.blobs;
  let own: BatchManifest | undefined;
  try {
    const result = await withLock(
      batches,
      batchLockBlob(place.folder),
      ports.clock,
      async (lock) => {
        const locked: LockedFolder = { ...place, lock };
        try {
          return await work(locked);
        } catch (error) {
          own = locked.own;
          if (!(error instanceof OperatorError) || error.disposition !== "refuse") throw error;
          const folder = await refuse(ports, { ...place, identity, own }, error);
          return { state: "done", outcome: "refused", folder } as const;
        }
      },
    );
    return result ?? postpone(LOCKED_SECONDS, "another delivery is working on the batch");
  } catch (error) {
    if (own && error instanceof OperatorError && error.code !== "LEASE_LOST") {
      await sayWaiting(ports, place.folder, own, error);
    }
    if (!(error instanceof OperatorError) || error.disposition !== "retry") {
      await noteProblem(ports, place.folder, error);
      throw error;
    }
    return postpone(Math.ceil((error.retryAfterMs ?? 0) / 1000) || RETRY_SECONDS, error.message);
  }
}

/**
 * Writes to status.json what the batch is waiting for; a failure to write it is ignored. Once there is
 * a plan, only the runner writes the status.
 */
async function sayWaiting(
  { blobs, clock }: BatchPorts,
  folder: string,
  manifest: BatchManifest,
  { what, fix }: OperatorError,
): Promise<void> {
  if (await isPlanned(blobs.batches, folder)) return;
  const verdicts = pendingVerdicts(manifest.rows);
  const status = stillStatus(manifest.batch, "accepted", verdicts, clock.now(), {
    reason: `Waiting: ${what}`,
    fix,
  });
  await writeStatus(blobs.batches, folder, status).catch(() => undefined);
}

const isPlanned = async (batches: Blobs, folder: string): Promise<boolean> => {
  try {
    return (await readPlan(batches, folder)) !== undefined;
  } catch {
    return true;
  }
};
