import type { BlobServiceClient } from "@azure/storage-blob";

import type { Clock } from "../../../shared/core/clock.ts";
import { createPollingDelay } from "./polling-delay.ts";
import { hasCode, isServerError } from "./storage-errors.ts";
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
/** How soon a listener that could not start is started again, at first and at last (FunctionListener.cs). */
const RESTART_MS = 2_000;
const LONGEST_RESTART_MS = 120_000;
const LEAST_RENEWAL_MS = 1_000;

/**
 * Tries to get the listener lock of one timer until it succeeds, then calls `taken` (TimerListener is a
 * `[Singleton(Mode = Listener)]`; the lock is a blob's lease). While storage refuses the first attempt it is
 * repeated after 2 s to 2 minutes (FunctionListener.cs); once another instance has had the lock, each minute.
 * The lease is renewed at half time, after each error of the service in half the time (LinearSpeedupStrategy.cs).
 */
export function lockTimer(options: {
  readonly service: BlobServiceClient;
  readonly hostId: string;
  readonly timer: string;
  readonly leaseSeconds: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly taken: () => void;
  /** Called if the lease was lost, which stops the whole host. */
  readonly failed: (error: unknown) => void;
  readonly log: (level: "information" | "warning" | "error", message: string) => void;
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
    const nextDelayMs = createPollingDelay(LONGEST_RESTART_MS, options.random, RESTART_MS);
    let isOthers = false;
    while (!ended.signal.aborted) {
      const outcome = await acquire();
      if (outcome === "held") {
        isHeld = true;
        if (ended.signal.aborted) return;
        options.taken();
        await renew();
        return;
      }
      isOthers ||= outcome === "another's";
      await clock.sleep(isOthers ? RETRY_MS : nextDelayMs(false), ended.signal);
    }
  }

  async function acquire(): Promise<"held" | "another's" | "failed"> {
    try {
      await container.createIfNotExists();
      if (!(await blob.exists())) await blob.upload("", 0);
      await lease.acquireLease(options.leaseSeconds);
      return "held";
    } catch (error) {
      if (hasCode(error, "LeaseAlreadyPresent", "LeaseIdMissing")) {
        options.log("information", `Unable to acquire Singleton lock of the timer ${timer}.`);
        return "another's";
      }
      options.log("error", `The listener for ${timer} was unable to start: ${String(error)}`);
      return "failed";
    }
  }

  /** Ends when the lease is lost or the lock is released. */
  async function renew(): Promise<void> {
    const normalMs = (options.leaseSeconds / 2) * 1000;
    let waitMs = normalMs;
    for (;;) {
      await clock.sleep(waitMs, ended.signal);
      if (ended.signal.aborted) return;
      try {
        await lease.renewLease();
        waitMs = normalMs;
      } catch (error) {
        const isPassing = isServerError(error);
        const level = isPassing ? "warning" : "error";
        options.log(
          level,
          `Singleton lock renewal failed for the timer ${timer}: ${String(error)}`,
        );
        if (!isPassing) {
          options.failed(error);
          return;
        }
        waitMs = Math.max(waitMs / 2, LEAST_RENEWAL_MS);
      }
    }
  }
}
