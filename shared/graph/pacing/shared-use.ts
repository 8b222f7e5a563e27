/** Graph tells the use only above this. */
const TOLD_ABOVE = 0.8;
/** The share that an instance keeps at least. */
const LEAST = 0.01;
/** The share after the first word: many others may read, and the rest of the quota is soon used. */
const FIRST = 0.18;
/** How much of the full rate comes back within a window without a word from Graph. */
const COMES_BACK = 0.5;
/** In windows: answers that come together say the same thing. */
const TOGETHER = 0.025;
/** How strongly the share is cut in a window for each part of the quota that is used beyond what may be. */
const CUT = 15;
const DEEPEST_CUT = 0.7;
/** How much slower, until the next word, for each such part. */
const AT_ONCE = 5;
/** The part of the share that stays all the same. */
const LEAST_AT_ONCE = 0.25;
/** How much comes back within a window while Graph tells. */
const SLOWLY = 0.08;
/** In windows: the next word is late. */
const LATE = 0.2;
/** The use settles by so much above what is steered for, because shares come back meanwhile. */
const SETTLES_ABOVE = 0.03;

/**
 * Shares one quota among instances that do not know of each other: planners, policies and the runner
 * read in the same tenant. All of them are told the same thing in x-ms-throttle-limit-percentage, as soon
 * as four fifths of the quota are used.
 *
 * - *First word.* Each cuts its rate to less than a fifth, a newcomer too, which so has about the others'
 *   share.
 * - *Above.* While the use is above what is steered for, each is slower at once, and cuts its own rate, in
 *   proportion to the excess and, as for the cut, to the time since the last word: what a post costs, and
 *   so how often an instance is told, does not change where the use settles. The slower rate alone would
 *   settle too high, the cut alone would swing.
 * - *Meanwhile* each comes back by a small, equal amount. The one who sends most is cut most, so they end
 *   at about the same rate.
 * - *Silence.* Graph tells nothing while less is used: each comes back by half of the full rate a window.
 *   What others leave is taken over within about a window.
 *
 * The reserve is a part of the bucket, not of what flows in: the use settles at `1 - reserve`, on average,
 * so that people, other tools and the units of writes find it there whenever they want it. Whatever they
 * take, the readers send that much less. Without the header nothing changes.
 */
export function createSharedUse({ windowMs, reserve }: { windowMs: number; reserve: number }) {
  const most = Math.max(TOLD_ABOVE, 1 - reserve - SETTLES_ABOVE);
  let share = 1;
  let changedAt = Number.NEGATIVE_INFINITY;
  let excess = 0;
  const isLate = (now: number): boolean => now - changedAt > LATE * windowMs;
  const kept = (now: number): number => {
    if (share === 1) return 1;
    const windows = (now - changedAt) / windowMs;
    return Math.min(
      1,
      share + SLOWLY * Math.min(LATE, windows) + COMES_BACK * Math.max(0, windows - LATE),
    );
  };

  return {
    /** The share of the full rate that this instance may use. */
    shareAt: (now: number): number =>
      isLate(now) ? kept(now) : kept(now) * Math.max(LEAST_AT_ONCE, 1 - AT_ONCE * excess),
    /** Graph told that `used` of the quota is used, 1 being all. */
    told(used: number, now: number): void {
      if (used <= TOLD_ABOVE || now - changedAt < TOGETHER * windowMs) return;
      if (kept(now) === 1) {
        [share, changedAt, excess] = [FIRST, now, 0];
        return;
      }
      const over = Math.max(0, used - most);
      const elapsed = Math.min(LATE, (now - changedAt) / windowMs);
      share = Math.max(LEAST, kept(now) * (1 - Math.min(DEEPEST_CUT, CUT * over * elapsed)));
      [changedAt, excess] = [now, over];
    },
  };
}
