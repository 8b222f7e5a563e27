import { backoffMs } from "../core/backoff.ts";

/** No read is worth waiting longer for than this many floors at a time, unless Graph asks it. */
const CAP_FLOORS = 30;

/**
 * How long to wait before attempt `attempt + 1`: what was asked, never less, nor less than the floor;
 * where nothing was asked, exponential back-off with jitter from the floor up.
 */
export function retryDelayMs(
  attempt: number,
  askedMs: number | undefined,
  { floorMs, random }: { readonly floorMs: number; readonly random: () => number },
): number {
  if (askedMs !== undefined) return Math.max(askedMs, floorMs);
  return backoffMs(attempt, random, { baseMs: 2 * floorMs, capMs: CAP_FLOORS * floorMs });
}

/** Whether the same read may be answered otherwise later: throttled, or the service's own trouble. */
export const isPassing = (status: number): boolean =>
  status === 429 || status === 408 || status === 423 || (status >= 500 && status !== 501);
