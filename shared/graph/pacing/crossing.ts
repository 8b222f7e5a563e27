import type { LimitKind } from "./pace-settings.ts";
import { createRecent, type Recent } from "./recent.ts";

/** So many single requests must be refused until the limit is taken for a window: one may be a stray. */
const REFUSALS = 2;
/** So far beyond the quota Graph's own count, which may differ from ours, is beyond it too. */
const SURE_BEYOND = 1.05;
/** So many windows after its start what was used of the stock has left the last window. */
const OPEN_FOR = 2;
/** A request may arrive later than it left, and so leave Graph's window later. */
const WINDOW_MARGIN = 1.01;

/**
 * Finds out whether Graph counts requests in a bucket or in a sliding window. Both let a full quota
 * through at once; but while a bucket fills again at once, a sliding window is full until the first of
 * these requests are a window old. So the first request beyond the quota within one window is sent
 * alone, and its answer waited for. If it is taken, the limit is a bucket, and nothing is asked any more.
 * If two are refused, it is a window, and nothing more than the quota leaves within a window.
 *
 * A window does not count what it refuses, so strays leave room in it: beyond the quota is what was sent, less what was
 * refused. What was lost may have been counted.
 */
export function createCrossing(
  settings: {
    readonly quota: number;
    readonly windowMs: number;
    readonly burst: number;
    readonly startAt: number;
    readonly kind?: LimitKind | undefined;
  },
  recent: Recent,
  hasStock: boolean,
) {
  const { quota, windowMs, burst, startAt } = settings;
  let { kind } = settings;
  let refusals = 0;
  const counted = createCounted(settings, recent);
  const isOpen = (now: number): boolean =>
    hasStock && kind !== "window" && now - startAt < OPEN_FOR * windowMs;
  const isBeyond = (now: number): boolean => isOpen(now) && counted.within(now) > quota;
  return {
    kind: (): LimitKind | undefined => kind,
    /** The most that the next grant should take: up to the quota, and then one that finds out. */
    most(now: number): number {
      if (kind !== undefined || !isOpen(now)) return burst;
      return Math.max(1, Math.min(burst, quota - counted.within(now)));
    },
    /** Whether what was granted at `now` finds out. */
    isToFindOut: (now: number): boolean => kind === undefined && isBeyond(now),
    /** Little more than the quota was sent within a window: a refusal now means a window. */
    isBeyond: (now: number): boolean => isBeyond(now) && counted.within(now) < SURE_BEYOND * quota,
    /**
     * How many may be under way at once. At the quota none, since the request that finds out must not
     * overtake another; beyond it no more than were taken there.
     */
    trust(now: number, underWay: number): number {
      const beyond = counted.within(now) - quota;
      if (!isOpen(now) || beyond < 0) return Number.POSITIVE_INFINITY;
      if (kind === undefined) return 0;
      return beyond < (SURE_BEYOND - 1) * quota ? beyond - underWay : Number.POSITIVE_INFINITY;
    },
    notCounted: counted.refuse,
    /** A request beyond the quota was taken. */
    taken(): void {
      kind ??= "bucket";
    },
    /** A request beyond the quota was refused. */
    refused(): void {
      refusals += 1;
      if (refusals >= REFUSALS) kind = "window";
    },
    /** The quota was exhausted while `isBeyond`. */
    refusedAll(): void {
      kind = "window";
    },
    /** The earliest instant at which a whole burst has room. */
    roomAt: (): number =>
      kind === "window"
        ? recent.fallsTo(quota - burst, windowMs * WINDOW_MARGIN)
        : Number.NEGATIVE_INFINITY,
  };
}

/** What a window counts of what was sent: not what it refused. */
function createCounted(
  { windowMs, startAt }: { readonly windowMs: number; readonly startAt: number },
  recent: Recent,
) {
  const refused = createRecent(windowMs, []);
  let latest = startAt;
  return {
    within: (now: number): number => recent.within(now) - refused.within(now),
    /** So many of the post that left then were refused. */
    refuse: (amount: number, grantedAt: number): void => {
      if (amount === 0) return;
      // Answers come in any order.
      latest = Math.max(latest, grantedAt);
      refused.add(amount, latest);
    },
  };
}
