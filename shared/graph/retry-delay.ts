import { backoffMs } from "../core/backoff.ts";

/** The longest back-off, in floors, unless Graph asks for more. */
const CAP_FLOORS = 30;

/**
 * How long to wait before attempt `attempt + 1`: what Retry-After asked, and at least the floor. Without
 * a Retry-After it is exponential back-off with jitter, from the floor up.
 */
export function retryDelayMs(
  attempt: number,
  askedMs: number | undefined,
  { floorMs, random }: { readonly floorMs: number; readonly random: () => number },
): number {
  if (askedMs !== undefined) return Math.max(askedMs, floorMs);
  return backoffMs(attempt, random, { baseMs: 2 * floorMs, capMs: CAP_FLOORS * floorMs });
}

/** Whether the status is transient: throttled, or a fault of the service. */
export const isTransient = (status: number): boolean =>
  status === 429 || status === 408 || status === 423 || (status >= 500 && status !== 501);
