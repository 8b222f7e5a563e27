import { OperatorError } from "../../core/errors.ts";
import { type Limits, limits } from "../../core/limits.ts";
import type { BatchManifest } from "../../records/manifest.ts";
import { batchLockBlob } from "../../records/paths.ts";
import { readPlan } from "../../records/plan.ts";
import { noteProblem } from "../../records/problem.ts";
import { withLock, type Lock } from "../../storage/lock.ts";
import type { Blobs } from "../../storage/types.ts";
import type { Allowed } from "../message/envelope.ts";
import type { Accepted, BatchPorts, Delivery } from "../ports.ts";
import { pendingVerdicts, stillStatus, writeStatus } from "../report/status.ts";
import { refuse } from "./refuse.ts";

/** What every step of accepting one message needs. */
export interface Context {
  readonly ports: BatchPorts;
  readonly delivery: Delivery;
  readonly allowed: Allowed;
  readonly limits: Limits;
  /** The same when the same message comes again. */
  readonly identity: string;
}

export const contextOf = (ports: BatchPorts, raw: unknown, delivery: Delivery): Context => ({
  ports,
  delivery,
  allowed: {
    homeTenant: ports.settings.homeTenant,
    tenants: ports.settings.tenants,
    operations: Object.keys(ports.catalogue),
  },
  limits: { ...limits, ...ports.limits },
  identity: typeof raw === "string" ? raw : (JSON.stringify(raw) ?? ""),
});

/** How long the same message waits before it is delivered again, seconds. */
const RETRY_SECONDS = 30;
const LOCKED_SECONDS = 15;

/** The batch that is being worked on, with its manifest once the name is its own. */
export interface Held {
  readonly lock: Lock;
  own(manifest: BatchManifest): void;
}

/**
 * Does the work on one batch's folder under its lock, and turns how it fails into what becomes of the
 * message: a refusal is recorded and done with, what passes is tried again later, anything else is
 * noted for `settlePoison` and thrown, so that the host counts it.
 */
export async function inFolder(
  { ports, identity }: Context,
  { batch, folder }: { readonly batch: string; readonly folder: string },
  work: (held: Held) => Promise<Accepted>,
): Promise<Accepted> {
  const { batches } = ports.blobs;
  let owned: BatchManifest | undefined;
  const attempt = async (lock: Lock): Promise<Accepted> => {
    try {
      return await work({ lock, own: (manifest) => void (owned = manifest) });
    } catch (error) {
      if (!(error instanceof OperatorError) || error.disposition !== "refuse") throw error;
      const isOwner = owned !== undefined;
      const place = await refuse(ports, { batch, folder, identity, isOwner }, error);
      return { state: "done", outcome: "refused", folder: place };
    }
  };
  try {
    const result = await withLock(batches, batchLockBlob(folder), ports.clock, attempt);
    if (result) return result;
    return again(LOCKED_SECONDS, "another delivery is at work on the batch");
  } catch (error) {
    if (owned && error instanceof OperatorError && error.code !== "LEASE_LOST") {
      await sayWaiting(ports, folder, owned, error);
    }
    if (!(error instanceof OperatorError) || error.disposition !== "retry") {
      await noteProblem(ports, folder, error);
      throw error;
    }
    return again(Math.ceil((error.retryAfterMs ?? 0) / 1000) || RETRY_SECONDS, error.message);
  }
}

export const again = (delaySeconds: number, reason: string): Accepted => ({
  state: "again",
  delaySeconds,
  reason,
});

/**
 * A batch that waits for something to pass says so; that it cannot be said now is no matter. Once there
 * is a plan, its status is the runner's to write.
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
