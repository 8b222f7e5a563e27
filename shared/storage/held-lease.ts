import type { Clock } from "../core/clock.ts";
import { OperatorError } from "../core/errors.ts";
import { leaseLost } from "./errors.ts";
import type { BlobLease, Blobs } from "./types.ts";

/** A lease is not trusted for its last two seconds: a send needs a moment to leave. */
const MARGIN_MS = 2_000;
/** The time between tries to renew, after one that failed for a reason that may pass. */
const RETRY_RENEWAL_MS = 1_000;

/** A lease of a blob, renewed in the background until it is released. */
export interface HeldLease {
  /** Whether no other process can have it now. Nothing is sent or written if this is false. */
  isSure(): boolean;
  /** @throws OperatorError LEASE_LOST if another process may have it */
  check(): void;
  /** Aborts when another process may have it. */
  readonly lost: AbortSignal;
  /** When it was taken, on the monotonic clock: earlier holders sent what they sent before that. */
  readonly takenAtMs: number;
  /** Ends the renewals and lets the next process have it. */
  release(): Promise<void>;
}

/** Which lease to take, for how long, and how often to renew it. */
export interface LeaseOptions {
  readonly blobs: Blobs;
  /** The blob whose lease is taken. */
  readonly path: string;
  readonly clock: Clock;
  readonly leaseSeconds: number;
  readonly renewEveryMs: number;
}

/**
 * Takes the lease of a blob; `undefined` if another process has it.
 *
 * A lease is *sure* from the moment it is taken until its time has passed since the last renewal by
 * either clock, less a margin: the monotonic clock may stop while a machine is suspended, and the
 * wall clock may be set back. A renewal that fails because storage does not answer changes nothing; it is
 * tried again each second while the lease is sure. The lease is *lost*, for good, once a renewal finds that
 * it is not sure any more, or storage says that another process has it. Its holder *releases* it, and
 * then it is not sure either.
 *
 * @throws OperatorError STORAGE_UNAVAILABLE
 */
export async function holdLease(options: LeaseOptions): Promise<HeldLease | undefined> {
  const { blobs, path, clock, leaseSeconds } = options;
  const askedAt = instant(clock);
  const lease = await blobs.acquireLease(path, leaseSeconds);
  if (lease === undefined) return undefined;
  const takenAtMs = clock.monotonic();
  const term = createTerm(clock, leaseSeconds * 1000 - MARGIN_MS, askedAt);
  const released = new AbortController();
  const keeping = keepRenewing(options, lease, term, released.signal);
  const isSure = (): boolean => !released.signal.aborted && term.isSure();
  return {
    isSure,
    check: () => {
      if (!isSure()) throw leaseLost(`The lease of ${path} could not be kept.`);
    },
    lost: term.lost.signal,
    takenAtMs,
    release: async () => {
      released.abort();
      await keeping;
      await lease.release();
    },
  };
}

/** Storage's longest lease but for an endless one, seconds, and how often it is renewed. */
const LOCK = { leaseSeconds: 60, renewEveryMs: 20_000 };

/**
 * Does `work` while holding the lease of a blob, and deletes the blob; `undefined` if another process has
 * the lease. A process that is killed leaves the blob behind, and its lease for up to a minute.
 *
 * @throws OperatorError STORAGE_UNAVAILABLE, and what `work` throws
 */
export async function withLock<T>(
  blobs: Blobs,
  path: string,
  clock: Clock,
  work: (lease: HeldLease) => Promise<T>,
): Promise<T | undefined> {
  const lease = await holdLease({ blobs, path, clock, ...LOCK });
  if (lease === undefined) return undefined;
  try {
    return await work(lease);
  } finally {
    // An error here only makes the next delivery wait, because the work is done. If another process has
    // the lease by now, storage refuses to delete the blob.
    await lease
      .release()
      .then(() => blobs.delete(path))
      .catch(() => undefined);
  }
}

/** How long a lease is sure. */
interface Term {
  readonly lost: AbortController;
  isSure(): boolean;
  /** Restarts from before the renewal was requested: storage counts from a later instant. */
  renewedAt(start: Instant): void;
}

function createTerm(clock: Clock, sureMs: number, start: Instant): Term {
  const lost = new AbortController();
  let since = start;
  return {
    lost,
    isSure: () => {
      const elapsed = [clock.monotonic() - since.monotonicMs, clock.now() - since.wallMs];
      return !lost.signal.aborted && Math.max(...elapsed) < sureMs;
    },
    renewedAt: (renewal) => {
      since = renewal;
    },
  };
}

async function keepRenewing(
  { clock, renewEveryMs }: LeaseOptions,
  lease: BlobLease,
  term: Term,
  released: AbortSignal,
): Promise<void> {
  let waitMs = renewEveryMs;
  for (;;) {
    await clock.sleep(waitMs, released);
    if (released.aborted) return;
    const start = instant(clock);
    try {
      await lease.renew();
      term.renewedAt(start);
      waitMs = renewEveryMs;
    } catch (error) {
      if (error instanceof OperatorError && error.code === "LEASE_LOST") term.lost.abort(error);
      waitMs = RETRY_RENEWAL_MS;
    }
    if (!term.isSure()) term.lost.abort();
    if (term.lost.signal.aborted) return;
  }
}

interface Instant {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

const instant = (clock: Clock): Instant => ({
  monotonicMs: clock.monotonic(),
  wallMs: clock.now(),
});
