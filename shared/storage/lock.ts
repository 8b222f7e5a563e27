import type { Clock } from "../core/clock.ts";
import type { Blobs } from "./types.ts";

/** The longest lease that storage gives but for an endless one, and how often it is renewed. */
const LEASE_SECONDS = 60;
const RENEW_EVERY_MS = 20_000;

/** A lock while it is held. */
export interface Lock {
  /** @throws OperatorError LEASE_LOST once somebody else could have it. */
  readonly check: () => void;
}

/**
 * Does `work` while holding the lease of the blob at `path`, and then deletes the blob; `undefined`
 * if somebody else holds it. A process that is killed leaves it behind for a minute.
 */
export async function withLock<T>(
  batches: Blobs,
  path: string,
  clock: Clock,
  work: (lock: Lock) => Promise<T>,
): Promise<T | undefined> {
  const lease = await batches.acquireLease(path, LEASE_SECONDS);
  if (lease === undefined) return undefined;
  const ended = new AbortController();
  let lost: unknown;
  const renewing = (async () => {
    while (!ended.signal.aborted) {
      await clock.sleep(RENEW_EVERY_MS, ended.signal);
      if (ended.signal.aborted) return;
      try {
        await lease.renew();
      } catch (error) {
        lost = error;
        return;
      }
    }
  })();
  try {
    return await work({
      check: () => {
        if (lost instanceof Error) throw lost;
      },
    });
  } finally {
    ended.abort();
    await renewing;
    // What goes wrong here only makes the next delivery wait; the work itself is done. Whoever has
    // the lease by now keeps storage from deleting its blob.
    await lease
      .release()
      .then(() => batches.delete(path))
      .catch(() => undefined);
  }
}
