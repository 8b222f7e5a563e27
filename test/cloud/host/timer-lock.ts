import type { BlobServiceClient } from "@azure/storage-blob";

import type { Clock } from "../../../shared/core/clock.ts";
import { HOST_CONTAINER } from "./timer-status.ts";

/** The lock that lets only one of several instances run a timer. */
export interface TimerLock {
  /** Whether this instance holds the lock now. */
  isHeld(): boolean;
  /** Releases the lock, so that another instance gets it at once. */
  release(): Promise<void>;
  /** Stops renewing, like an instance that vanished: another gets the lock when the lease expires. */
  abandon(): void;
}

/** WebJobsServiceCollectionExtensions.cs, SingletonOptions.cs; seen on the real host. */
export const leaseSeconds = (environment: string | undefined): number =>
  environment === "Development" ? 15 : 60;

/** How often an instance without the lock tries again (SingletonOptions.cs). */
const RETRY_MS = 60_000;

/**
 * Tries to get the listener lock of one timer until it succeeds, then calls `taken`
 * (TimerListener is a `[Singleton(Mode = Listener)]`; the lock is a blob's lease).
 */
export function lockTimer(options: {
  readonly service: BlobServiceClient;
  readonly hostId: string;
  readonly timer: string;
  readonly leaseSeconds: number;
  readonly clock: Clock;
  readonly taken: () => void;
  /** Called if the lease was lost. */
  readonly lost: () => void;
  readonly log: (level: "information" | "warning", message: string) => void;
}): TimerLock {
  const { service, hostId, timer, clock } = options;
  const container = service.getContainerClient(HOST_CONTAINER);
  const blob = container.getBlockBlobClient(`locks/${hostId}/Host.Functions.${timer}.Listener`);
  const lease = blob.getBlobLeaseClient();
  const ended = new AbortController();
  let isHeld = false;
  const working = hold();
  return {
    isHeld: () => isHeld,
    release: async () => {
      ended.abort();
      await working;
      if (isHeld) await lease.releaseLease().catch(() => {});
      isHeld = false;
    },
    abandon: () => {
      ended.abort();
      isHeld = false;
    },
  };

  async function hold(): Promise<void> {
    while (!ended.signal.aborted) {
      if (await acquire()) {
        isHeld = true;
        if (ended.signal.aborted) return;
        options.taken();
        await renew();
        if (ended.signal.aborted) return;
        isHeld = false;
        options.log("warning", `The lock of the timer ${timer} is lost.`);
        options.lost();
      }
      await clock.sleep(RETRY_MS, ended.signal);
    }
  }

  async function acquire(): Promise<boolean> {
    try {
      await container.createIfNotExists();
      if (!(await blob.exists())) await blob.upload("", 0);
      await lease.acquireLease(options.leaseSeconds);
      return true;
    } catch (error) {
      options.log("information", `This instance does not run the timer ${timer}: ${String(error)}`);
      return false;
    }
  }

  /** Ends when the lease is lost or the lock is released. */
  async function renew(): Promise<void> {
    while (!ended.signal.aborted) {
      await clock.sleep((options.leaseSeconds / 2) * 1000, ended.signal);
      if (ended.signal.aborted) return;
      try {
        await lease.renewLease();
      } catch {
        return;
      }
    }
  }
}
