import { type Easing, ease, shareAt } from "./easing.ts";

/** What a pace is made of. Times are milliseconds. */
export interface PaceSettings {
  /** What Graph allows in one window. */
  readonly quota: number;
  readonly windowMs: number;
  /** The part of the quota that is aimed at. */
  readonly aim: number;
  /** The most that one grant takes: as much must have flowed in before the first. */
  readonly burst: number;
  /** The shortest hold after a refusal. */
  readonly retryFloorMs: number;
  readonly startAt: number;
  /** What an earlier pace of the same quota learnt. */
  readonly easing?: Easing | undefined;
  /** Until when Graph asked that one to wait. */
  readonly heldUntil?: number | undefined;
}

/** A refusal as the pace needs to know it. */
export interface Refusal {
  /** How much of what was granted was refused. */
  readonly amount: number;
  readonly retryAfterMs?: number | undefined;
  /**
   * When the refused was granted: what left before the last easing does not ease again. Without it,
   * a refusal while held does not.
   */
  readonly grantedAt?: number | undefined;
}

/** A timer or an event loop that is this late is caught up with; a process that froze for longer is not. */
const CATCH_UP_MS = 250;
/** The first two posts may come closer together on the wire than they left. */
const FIRST_GAP_MS = 50;

/**
 * When the next request may leave, so that a quota is used and never overdrawn. Graph's limits are
 * token buckets that fill evenly (throttling-limits). How full ours is cannot be asked, so:
 *
 * - *Start.* The bucket is taken to be empty: nothing leaves before one burst has flowed in.
 * - *Fed.* What leaves is paid for before the next leaves. The schedule is a grid: a grant that was due
 *   earlier than it was given, because a timer was late, does not move those after it, so the average
 *   is exact; but at most `CATCH_UP_MS` are caught up, so no burst follows a pause of the process.
 * - *Idle.* What flowed in meanwhile is not saved up beyond one burst: the quota is another's too.
 * - *Held.* After a refusal nothing leaves for the longest wait that was asked, and then more slowly,
 *   as easing.ts tells.
 *
 * Pure: every instant is an argument, on one monotonic clock.
 */
export function createPace(settings: PaceSettings) {
  const { quota, windowMs, aim, burst, retryFloorMs, startAt } = settings;
  const fullRate = (quota / windowMs) * aim;
  let easing = settings.easing;
  const rate = (now: number): number => fullRate * shareAt(easing, now, windowMs);
  let nextAt = startAt + burst / rate(startAt);
  let heldUntil = settings.heldUntil ?? startAt;
  let granted = 0;
  let refused = 0;
  let first: { at: number; amount: number } | undefined;
  let lastAt = startAt;

  return {
    /** The earliest instant of the next grant, as known now. */
    dueAt: (): number => Math.max(nextAt, heldUntil),

    /** Books `amount`, asked for at `askedAt`, as leaving at `now`, which is not before `dueAt()`. */
    grant(amount: number, now: number, askedAt: number): void {
      const due = Math.max(nextAt, heldUntil);
      const waited = askedAt <= due && first !== undefined;
      const from = waited ? Math.max(due, now - CATCH_UP_MS) : now;
      nextAt = from + amount / rate(now) + (first ? 0 : FIRST_GAP_MS);
      first ??= { at: now, amount };
      granted += amount;
      lastAt = now;
    },

    /** Corrects a booking whose true amount is known by now; less than booked is negative. */
    correct(amount: number, now: number): void {
      nextAt += amount / rate(now);
      granted += amount;
    },

    /** Graph refused: holds and, once for what was under way together, eases. */
    refuse({ amount, retryAfterMs, grantedAt }: Refusal, now: number): void {
      refused += amount;
      const known = grantedAt === undefined ? now < heldUntil : isBefore(easing, grantedAt);
      heldUntil = Math.max(heldUntil, now + Math.max(retryFloorMs, retryAfterMs ?? 0));
      if (known) return;
      easing = ease(easing, { now, sent: granted, refused, fullRate, windowMs });
    },

    /** Graph asked for a pause without saying that the quota is used up. */
    pause(forMs: number, now: number): void {
      heldUntil = Math.max(heldUntil, now + forMs);
    },

    /** What may leave per second now. */
    ratePerSecond: (now: number): number => rate(now) * 1000,

    /** The part of the whole quota that was taken between the first grant and the last. */
    shareUsed(): number {
      if (!first || lastAt === first.at) return 0;
      const taken = Math.max(0, granted - refused - first.amount);
      return taken / ((lastAt - first.at) * (quota / windowMs));
    },

    /** Until when nothing leaves, because Graph asked so; past where it did not. */
    heldUntil: (): number => heldUntil,

    /** For a later pace of the same quota; `undefined` where nothing was refused. */
    easing: (): Easing | undefined => easing,
  };
}

const isBefore = (easing: Easing | undefined, at: number): boolean =>
  easing !== undefined && at <= easing.easedAt;

export type Pace = ReturnType<typeof createPace>;
