/**
 * How far below the published rate a pacer stays after Graph throttled it: additive increase,
 * multiplicative decrease, with a memory for a neighbour who shares the quota.
 *
 * - *Full.* Nothing was refused; the share is 1.
 * - *A first refusal* cuts the share to 0.6; it climbs back in a straight line within 0.4 windows (one
 *   minute of Graph's 150 s). That is all there is to a lone hiccup of the service.
 * - *Refused again* before it was at 1 and calm for two windows: somebody else uses the quota. A bucket
 *   is empty whenever it refuses, and what it refuses counts too (throttling documentation), so all that
 *   was sent between two refusals, by the time between them, is what flows in for us. The share becomes
 *   0.9 of that, keeps still for a window, then probes upwards by a twentieth a window. Each further
 *   refusal doubles both times, up to three windows: a probe costs some refused parts, so beside a
 *   neighbour who stays it must be rare, and this is how throttled parts stay below one in a thousand
 *   in the long run. The price: after a neighbour has left it takes minutes to hours to be at 1 again.
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
  /** The caller's own counts, and since when they go for the next estimate. */
  readonly sent: number;
  readonly refused: number;
  readonly countedFrom: number;
}

const FIRST_CUT = 0.6;
/** Share a window. */
const FIRST_CLIMB = (1 - FIRST_CUT) / 0.4;
const KEEP_OF_ESTIMATE = 0.9;
const PROBE_BY = 0.05;
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
  refusal: { now: number; sent: number; refused: number; fullRate: number; windowMs: number },
): Easing {
  const { now, sent, refused, fullRate, windowMs } = refusal;
  const share = shareAt(before, now, windowMs);
  const mark = { easedAt: now, sent, refused, countedFrom: now };
  if (!before || (share === 1 && now - before.easedAt > CALM_WINDOWS * windowMs)) {
    return { ...mark, share: FIRST_CUT, repeats: 0 };
  }
  const couldBeSent = Math.max(1, now - before.countedFrom) * fullRate;
  const left = (sent - before.sent) / couldBeSent;
  const taken = left - (refused - before.refused) / couldBeSent;
  if (taken < NEXT_TO_NOTHING) return { ...mark, share: NEXT_TO_NOTHING, repeats: 0 };
  return { ...mark, share: KEEP_OF_ESTIMATE * Math.min(share, left), repeats: before.repeats + 1 };
}
