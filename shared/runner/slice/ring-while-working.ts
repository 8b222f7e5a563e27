import type { Clock } from "../../core/clock.ts";
import type { Queue } from "../../storage/types.ts";
import { type Bell, ignoreOutage } from "./bell.ts";
import { ringFor } from "./ring-message.ts";
import type { SliceTimes } from "./slice-end.ts";

/** The first ring of a slice; most slices of a small batch end before it. */
const FIRST_MS = 1_000;
const EVERY_MS = 10_000;
/** A ring comes this much after the lease of a slice that died when it sent the ring, seconds. */
const AFTER_LEASE_SECONDS = 2;
/** A slice that will end calls its successor this much earlier: it may be a cold start. */
const HAND_OVER_MS = 8_000;

/** The rings that a slice sends while it works. */
export interface WorkingRings {
  /** The slice has the lease. */
  readonly start: () => void;
  /** The slice has ended; answers whether it has called its successor. */
  end(): Promise<boolean>;
}

/**
 * Sends rings while a slice works:
 *
 * - every ten seconds one that comes shortly after the lease would end. It ends at once if the slice still
 *   works; if the slice was killed, the last of them takes over, and costs no attempt of any message.
 * - shortly before the slice's time is over, one that comes at once, and waits for the lease.
 *
 * A ring that cannot be sent is left out: the sweep is the second safety net.
 */
export function ringWhileWorking(
  options: {
    readonly tenant: string;
    readonly ring: Queue;
    readonly clock: Clock;
    readonly slice?: SliceTimes | undefined;
  },
  bell: Bell,
): WorkingRings {
  const { tenant, ring, clock, slice } = options;
  const ended = new AbortController();
  let hasHandedOver = false;
  const work = async ({ sliceMs, leaseSeconds }: SliceTimes): Promise<void> => {
    const handOverMs = clock.monotonic() + sliceMs - HAND_OVER_MS;
    const delaySeconds = leaseSeconds + AFTER_LEASE_SECONDS;
    for (let waitMs = FIRST_MS; ; waitMs = EVERY_MS) {
      const leftMs = handOverMs - clock.monotonic();
      await clock.sleep(Math.max(0, Math.min(waitMs, leftMs)), ended.signal);
      if (ended.signal.aborted) return;
      if (leftMs <= waitMs) break;
      await ring.send(ringFor(tenant), { delaySeconds, timeToLiveSeconds: -1 });
      await bell.set(delaySeconds);
    }
    await bell.handOver();
    await ring.send(ringFor(tenant), { timeToLiveSeconds: -1 });
    hasHandedOver = true;
  };
  let working: Promise<void> | undefined;
  return {
    start: () => {
      if (slice) working ??= work(slice).catch(ignoreOutage);
    },
    end: async () => {
      ended.abort();
      await working;
      return hasHandedOver;
    },
  };
}
