import type { Clock } from "../core/clock.ts";
import { OperatorError } from "../core/errors.ts";
import type { Blobs } from "./types.ts";

/** A lease is not trusted for its last two seconds: a send needs a moment to leave. */
const MARGIN_MS = 2_000;
/** Between tries where a renewal failed for a reason that may pass. */
const RETRY_RENEWAL_MS = 1_000;

/** The tenant's lease, renewed in the background until it is released. */
export interface HeldLease {
  /** Whether nobody else can have it now. Nothing is sent where this is false. */
  isSure(): boolean;
  /** @throws OperatorError LEASE_LOST where it is not sure. */
  check(): void;
  /** Aborts when somebody else may have it. */
  readonly lost: AbortSignal;
  /** When it was taken, on the monotonic clock: whatever others sent, they sent before. */
  readonly takenAtMs: number;
  /** Ends the renewals and lets the next runner have it. */
  release(): Promise<void>;
}

/**
 * Takes the tenant's lease, for `leaseSeconds`; `undefined` where another process has it.
 *
 * @throws OperatorError STORAGE_UNAVAILABLE
 */
export async function holdLease(options: {
  readonly blobs: Blobs;
  /** The blob whose lease is taken. */
  readonly path: string;
  readonly clock: Clock;
  readonly leaseSeconds: number;
  readonly renewEveryMs: number;
}): Promise<HeldLease | undefined> {
  const { blobs, clock, leaseSeconds } = options;
  let since = instant(clock);
  const lease = await blobs.acquireLease(options.path, leaseSeconds);
  if (lease === undefined) return undefined;
  const takenAtMs = clock.monotonic();
  const lost = new AbortController();
  const released = new AbortController();
  /** By whichever clock says more: the monotonic one may stand still while a machine is suspended. */
  const elapsedMs = (): number =>
    Math.max(clock.monotonic() - since.monotonicMs, clock.now() - since.wallMs);
  const isSure = (): boolean =>
    !lost.signal.aborted &&
    !released.signal.aborted &&
    elapsedMs() < leaseSeconds * 1000 - MARGIN_MS;

  const renew = async (): Promise<void> => {
    // From before the call: the service counts from somewhere within it.
    const start = instant(clock);
    try {
      await lease.renew();
      since = start;
    } catch (error) {
      if (error instanceof OperatorError && error.code === "LEASE_LOST") lost.abort(error);
    }
  };
  const keep = async (): Promise<void> => {
    let waitMs = options.renewEveryMs;
    while (!released.signal.aborted) {
      await clock.sleep(waitMs, released.signal);
      if (released.signal.aborted) return;
      const before = since;
      await renew();
      if (!isSure()) lost.abort();
      if (lost.signal.aborted) return;
      waitMs = since === before ? RETRY_RENEWAL_MS : options.renewEveryMs;
    }
  };
  const keeping = keep();
  return {
    isSure,
    check: () => {
      if (!isSure()) throw leaseGone();
    },
    lost: lost.signal,
    takenAtMs,
    release: async () => {
      released.abort();
      await keeping;
      await lease.release();
    },
  };
}

/** What ends a slice whose lease may be another's by now. */
export const leaseGone = (): OperatorError =>
  new OperatorError("LEASE_LOST", "The tenant's lease could not be kept.", {
    fix: "Nothing: whoever takes over goes on with the work.",
    disposition: "retry",
  });

const instant = (clock: Clock): { monotonicMs: number; wallMs: number } => ({
  monotonicMs: clock.monotonic(),
  wallMs: clock.now(),
});
