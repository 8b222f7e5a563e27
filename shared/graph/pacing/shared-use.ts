/** Graph tells the use only above this. */
const TOLD_ABOVE = 0.8;
/** The share that an instance keeps at least. */
const LEAST = 0.01;
/** The share after the first word: many others may read, and the rest of the quota is soon used. */
const FIRST = 0.15;
/** How much of the full rate comes back within a window without a word from Graph. */
const COMES_BACK = 0.5;
/** In windows: answers that come together say the same thing. */
const TOGETHER = 0.025;
/** How strongly the share is cut for each part of the quota that is used beyond what may be. */
const CUT = 4;
const DEEPEST_CUT = 0.7;

/**
 * Shares one quota among instances that do not know of each other: planners, policies and the runner
 * read in the same tenant. All of them are told the same thing in x-ms-throttle-limit-percentage, as soon
 * as four fifths of the quota are used. At the first word each cuts its rate to a seventh. Then, while more than `1 - reserve` is used, each cuts its own rate in
 * proportion to the excess; while less is used, each comes back slowly. The one who sends most is cut
 * most, so they end at about the same rate, and the reserve stays for people, other tools and the
 * units of writes. Without the header nothing changes.
 */
export function createSharedUse({ windowMs, reserve }: { windowMs: number; reserve: number }) {
  const most = Math.max(TOLD_ABOVE, 1 - reserve);
  let share = 1;
  let changedAt = Number.NEGATIVE_INFINITY;
  const shareAt = (now: number): number =>
    share === 1 ? 1 : Math.min(1, share + (COMES_BACK * (now - changedAt)) / windowMs);

  return {
    /** The share of the full rate that this instance may use. */
    shareAt,
    /** Graph told that `used` of the quota is used, 1 being all. */
    told(used: number, now: number): void {
      if (used <= TOLD_ABOVE || now - changedAt < TOGETHER * windowMs) return;
      if (shareAt(now) === 1) {
        [share, changedAt] = [FIRST, now];
        return;
      }
      const cut = Math.min(DEEPEST_CUT, CUT * Math.max(0, used - most));
      share = Math.max(LEAST, shareAt(now) * (1 - cut));
      changedAt = now;
    },
  };
}
