/**
 * How far below the published rate a pacer stays after Graph throttled it: additive increase,
 * multiplicative decrease, with a memory for a neighbour who shares the quota.
 *
 * - *Full.* Nothing was refused; the share is 1.
 * - *A first refusal* cuts the share to 0.7; it climbs back in a straight line within 0.4 windows (one
 *   minute of Graph's 150 s). That is all there is to a lone hiccup of the service.
 * - *Refused again* before it was at 1 and calm for two windows: somebody else uses the quota. A bucket
 *   is empty whenever it refuses, so what was taken between two refusals, by the time between them, is
 *   what is left for us. The share becomes 0.9 of that, keeps still for a window, then probes upwards
 *   by a tenth a window. Each further refusal doubles both times, up to three windows: a probe costs a
 *   few refused parts, so beside a neighbour who stays it must be rare, and this is how throttled parts
 *   stay below one in a thousand in the long run.
 * - *Refused again with next to nothing taken*: an outage or a load shed, no neighbour. The share drops
 *   to a tenth and climbs like after a first refusal.
 *
 * Pure: instants are milliseconds of whatever clock the caller uses throughout.
 */
export interface Easing {
  /** The share right after the last refusal. */
  readonly share: number;
  /** When that was. */
  readonly easedAt: number;
  /** Refusals that looked like a neighbour since it was last calm. */
  readonly repeats: number;
  /** The caller's own count of what was taken, and since when it goes for the next estimate. */
  readonly taken: number;
  readonly countedFrom: number;
}

const FIRST_CUT = 0.7;
/** Share a window. */
const FIRST_CLIMB = (1 - FIRST_CUT) / 0.4;
const KEEP_OF_ESTIMATE = 0.9;
const PROBE_BY = 0.1;
const LONGEST_PATIENCE_WINDOWS = 3;
const CALM_WINDOWS = 2;
const NEXT_TO_NOTHING = 0.1;

/** The share of the full rate at `now`, in (0, 1]. */
export function shareAt(easing: Easing | undefined, now: number, windowMs: number): number {
  if (!easing) return 1;
  const windows = Math.max(0, now - easing.easedAt) / windowMs;
  if (easing.repeats === 0) return Math.min(1, easing.share + FIRST_CLIMB * windows);
  const patience = Math.min(LONGEST_PATIENCE_WINDOWS, 2 ** (easing.repeats - 1));
  const probed = (PROBE_BY * Math.max(0, windows - patience)) / patience;
  return Math.min(1, easing.share + probed);
}

/** The state after a refusal at `now`; `fullRate` is per millisecond. */
export function ease(
  before: Easing | undefined,
  refusal: { now: number; taken: number; fullRate: number; windowMs: number },
): Easing {
  const { now, taken, fullRate, windowMs } = refusal;
  const share = shareAt(before, now, windowMs);
  const mark = { easedAt: now, taken, countedFrom: now };
  if (!before || (share === 1 && now - before.easedAt > CALM_WINDOWS * windowMs)) {
    return { ...mark, share: FIRST_CUT, repeats: 0 };
  }
  const counted = Math.max(1, now - before.countedFrom);
  const left = Math.min(share, (taken - before.taken) / (counted * fullRate));
  if (left < NEXT_TO_NOTHING) return { ...mark, share: NEXT_TO_NOTHING, repeats: 0 };
  return { ...mark, share: KEEP_OF_ESTIMATE * left, repeats: before.repeats + 1 };
}
