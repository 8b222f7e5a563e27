/** What the rule keeps in memory. Instants are milliseconds of one clock. */
interface Failure {
  /** When the failed post left. */
  readonly grantedAt: number;
  /** What Graph asked to wait. */
  readonly retryAfterMs?: number | undefined;
}

/** Failures in a row, without any answer between them, that mean an outage. */
const ENOUGH = 2;
/** What each answered post takes off the count: where half of the posts fail, Graph is left alone, too. */
const FORGIVE = 0.5;
/** The first pause and the longest, in shortest waits (one second), if Graph does not say how long. */
const FIRST_PAUSE = 2;
const LONGEST_PAUSE = 16;

/**
 * Tells a service that is away from a lone failure. A post fails if no answer comes, if a 5xx is around
 * all of it, or if the service sheds it for its load.
 *
 * - *A lone failure* concerns the rows of that post: they wait as long as was asked, and nothing else does.
 * - *Away.* A second failure means an outage, if the post left after the first failure was known (posts
 *   that were under way together may be lost together, with their connection) and no two posts were
 *   answered since. Nothing leaves then, for the longest time that the failures asked, or for 2, 4, 8 and at most
 *   16 seconds.
 * - *Asked.* After the pause one request finds out whether Graph is back. It fails: a longer pause. It is
 *   answered: all goes on as before.
 */
export function createOutage({ retryFloorMs }: { readonly retryFloorMs: number }) {
  let failures = 0;
  /** Pauses in a row; 0 while Graph is not away. */
  let pauses = 0;
  let failedAt = Number.NEGATIVE_INFINITY;
  let askedUntil = Number.NEGATIVE_INFINITY;
  return {
    isAway: (): boolean => pauses > 0,
    /** When the last failure that counts was known. */
    failedAt: (): number => failedAt,
    /** A post failed. Returns until when nothing is to leave, if that is not the affair of its rows alone. */
    failed({ grantedAt, retryAfterMs }: Failure, now: number): number | undefined {
      askedUntil = Math.max(askedUntil, now + (retryAfterMs ?? 0));
      const isKnown = grantedAt <= failedAt;
      if (!isKnown) {
        failedAt = now;
        failures += 1;
      }
      if (failures < ENOUGH) return undefined;
      if (isKnown) return askedUntil;
      pauses += 1;
      if (askedUntil > now) return askedUntil;
      return now + retryFloorMs * Math.min(LONGEST_PAUSE, FIRST_PAUSE ** pauses);
    },
    /** A post that left then was answered. What left before the last failure says nothing of the time since. */
    answered(grantedAt: number): void {
      if (grantedAt <= failedAt) return;
      failures = pauses > 0 ? 0 : Math.max(0, failures - FORGIVE);
      pauses = 0;
      if (failures === 0) askedUntil = Number.NEGATIVE_INFINITY;
    },
  };
}
