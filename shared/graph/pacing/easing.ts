/**
 * How far below the full rate a pacer stays after a quota ran out. The share of the full rate is
 * decided by these states:
 *
 * - *Full.* Nothing was refused; the share is 1.
 * - *Hiccup.* The first refusal cuts the share to 0.6. It climbs back in a straight line within 0.4
 *   windows (one minute of Graph's 150 s), and a window after that it is forgotten.
 * - *Neighbor.* A second refusal before that: somebody else uses the quota. A bucket is empty whenever
 *   it refuses, and refused requests count too (throttling documentation). So what was sent between two
 *   refusals, divided by the time between them, is the inflow that the neighbor leaves to us. The
 *   share is 0.9 of that inflow for 1.6 windows. What this saves up in the bucket is known: inflow minus
 *   sent. Then the pacer *probes*: it spends the savings within seconds, then continues slightly above the
 *   inflow, in small posts. If the neighbor is still there, the bucket runs empty at about that moment and
 *   refuses a few requests, and saving begins again with a new measurement; how far from the expected moment
 *   that was is the *noise* of the next. If more is taken than the neighbor would have left, the excess
 *   doubles with each ten requests. So a neighbor who stays costs one to three refusals in each two windows.
 * - *Outage.* A second refusal with next to nothing taken since the first: no neighbor does that. The
 *   share drops to a tenth and climbs as after a hiccup.
 * - *Told.* Graph says how much of the quota is used (x-ms-throttle-limit-percentage, above 80 %), so nothing
 *   needs to be refused. From the first refusal on the share is the inflow, more if the bucket holds more than
 *   `KEPT`, less if it holds less; and the inflow is measured by what was sent and how the level changed. A
 *   neighbor who leaves is forgotten within seconds; one who comes back within half an hour is met without a
 *   refusal. A neighbor who takes all of `KEPT` at once, or of whom Graph tells late, is refused for: then more is kept.
 *   Posts are small while little may leave, so Graph is asked again within seconds.
 * - *Watched.* Graph tells that little is left, and nothing was refused: the share is decided as in *Told*, but is at
 *   least `LEAST_WATCHED`, and less is kept in the bucket until the inflow shows a neighbor. So a neighbor is met
 *   without a refusal. Ends as soon as nobody else is seen, or Graph tells nothing.
 *
 * Which refusals count is decided in refusals.ts. Pure: instants are milliseconds of one clock.
 */
export interface Easing {
  /** Hiccup: the share right after the refusal. Neighbor: the inflow, as a share of the full rate. */
  readonly share: number;
  /** When the last refusal was. */
  readonly easedAt: number;
  /** How many refusals in a row showed a neighbor; 0 after a hiccup or an outage. */
  readonly repeats: number;
  /** The caller's own counts at `easedAt`. */
  readonly sent: number;
  readonly refused: number;
  /** How far the savings at the last refusals were from what was expected, as a share of the quota. */
  readonly noise?: number | undefined;
  /** What Graph told of the bucket at `easedAt`. */
  readonly level?: number | undefined;
  /** Since when nobody else was seen to use the quota. */
  readonly alone?: number | undefined;
  /** What is kept in the bucket if Graph tells its level: more than `KEPT` once a neighbor took all of that at once. */
  readonly kept?: number | undefined;
  /** Nothing was refused: Graph told that little is left. */
  readonly isWatched?: true | undefined;
  /** From when the inflow is measured, if not from `easedAt`. */
  readonly from?: { readonly at: number; readonly sent: number } | undefined;
}

/** What the state is judged by. */
export interface Moment {
  readonly now: number;
  /** How many requests were sent so far, refused ones included, and how many of them were refused. */
  readonly sent: number;
  readonly refused: number;
  /** Requests per millisecond. */
  readonly fullRate: number;
  readonly windowMs: number;
  /** What is in the bucket by what Graph tells, as a share of the quota; `undefined` if it does not tell. */
  readonly level?: number | undefined;
}

const FIRST_CUT = 0.6;
/** Share a window. */
const FIRST_CLIMB = (1 - FIRST_CUT) / 0.4;
/** So long after a first refusal posts are small, in windows: the bucket may hold little. */
const SMALL_FOR = 0.2;
const SMALL_POST = 6;
/** A probe's posts hold what flows in within this part of a window, and at least four. */
const PROBE_POST_WITHIN = 0.01;
const PROBE_POST = 4;
const KEEP_OF_INFLOW = 0.9;
const PATIENCE_WINDOWS = 1.6;
const CALM_WINDOWS = 2;
/** The excess over the inflow at which a probe begins, as a share of the full rate. */
const PROBE_BY = 0.04;
/** In requests of a window of 3,000: while the savings are less than the noise the excess is `PROBE_BY`, and it doubles with each `DOUBLE_AFTER`. */
const LEAST_NOISE = 20 / 3000;
const MOST_NOISE = 100 / 3000;
const DOUBLE_AFTER = 10 / 3000;
/** How much of the noise is remembered, and how much more than what was seen is expected. */
const NOISE_STAYS = 0.8;
const NOISE_BY = 1.6;
/** In noises: a probe that went further than this beyond what was expected may be ended by strays as well. */
const PROBED_WITHIN = 2;
/** Savings below this may be none at all, by what is known. */
const NEAR_EMPTY = 30 / 3000;
/** Savings are spent at a rate that would use them up within this part of a window. */
const SPEND_WITHIN = 0.05;
const NEXT_TO_NOTHING = 0.1;
/** In windows: a measurement that is shorter is continued at the next refusal. */
const SHORTEST_MEASURE = 0.2;
/** What is kept in the bucket if Graph tells its level: a neighbor who comes takes it while we are told so. */
const KEPT = 70 / 3000;
/** So many times as much is kept after a neighbor took all of it at once. */
const MORE_KEPT = 1.5;
const MOST_KEPT = 4 * KEPT;
/** The same while nobody is seen to take anything: it is what was saved before, so it costs time. */
const KEPT_ALONE = 40 / 3000;
/** What is there beyond `KEPT`, or is missing, is spent or saved within this part of a window. */
const LEVEL_WITHIN = 0.02;
/** The smallest share if Graph tells the level: what leaves is told the next. */
const LEAST = 0.05;
/** The same while nothing was refused: what Graph tells may be no level at all. */
const LEAST_WATCHED = 0.3;
/** In windows: how long an inflow is measured if Graph tells the level. */
const MEASURE_WINDOWS = 0.3;
/** An inflow of more than this share means that nobody else writes. */
const ALONE = 0.97;
/** For so many windows a neighbor who left is expected back. */
const EXPECTED_WINDOWS = 12;

/** The share of the full rate at the moment, in (0, 1]. */
export function shareAt(easing: Easing | undefined, moment: Moment): number {
  if (!easing) return 1;
  const windows = windowsSince(easing, moment);
  if (easing.repeats === 0) return Math.min(1, easing.share + FIRST_CLIMB * windows);
  if (moment.level !== undefined) {
    const least = easing.isWatched ? LEAST_WATCHED : LEAST;
    const kept = isSeen(easing) ? (easing.kept ?? KEPT) : KEPT_ALONE;
    const within = LEVEL_WITHIN * Math.max(1, kept / KEPT);
    return Math.min(1, Math.max(least, easing.share + (moment.level - kept) / within));
  }
  if (easing.alone !== undefined) return 1;
  if (windows < PATIENCE_WINDOWS) return KEEP_OF_INFLOW * easing.share;
  const savings = savingsAt(easing, moment);
  const { noise = LEAST_NOISE } = easing;
  const excess =
    savings > noise
      ? Math.max(PROBE_BY, (savings - noise) / SPEND_WITHIN)
      : PROBE_BY * 2 ** Math.min(10, Math.max(0, -noise - savings) / DOUBLE_AFTER);
  return Math.min(1, easing.share + excess);
}

/** Whether it could not be slower without a refusal, by what Graph tells. */
export const isSlowest = (easing: Easing | undefined, moment: Moment): boolean =>
  easing?.isWatched === true && shareAt(easing, moment) <= LEAST_WATCHED;

/** What flows in at the moment by what is known, as a share of the full rate: a pace that saves takes less. */
export function inflowAt(easing: Easing | undefined, moment: Moment): number {
  const share = shareAt(easing, moment);
  const isTold = easing && easing.repeats > 0 && moment.level !== undefined;
  return isTold ? Math.max(easing.share, share) : share;
}

/** The most that one post should hold at the moment: fewer are refused if the bucket is empty by what is known. */
export function mostAt(easing: Easing | undefined, moment: Moment): number {
  if (!easing) return Number.POSITIVE_INFINITY;
  const windows = windowsSince(easing, moment);
  if (easing.repeats === 0) return windows < SMALL_FOR ? SMALL_POST : Number.POSITIVE_INFINITY;
  const { noise = LEAST_NOISE } = easing;
  const isProbe = windows >= PATIENCE_WINDOWS && savingsAt(easing, moment) <= 2 * noise;
  const isSmall = moment.level === undefined ? isProbe : !easing.isWatched;
  if (!isSmall) return Number.POSITIVE_INFINITY;
  const rate = moment.fullRate * shareAt(easing, moment);
  return Math.max(PROBE_POST, Math.round(rate * moment.windowMs * PROBE_POST_WITHIN));
}

/** Whether a further refusal is expected at the moment: the bucket may be empty by what is known. */
export function isNearEmpty(easing: Easing | undefined, moment: Moment): boolean {
  if (!easing) return false;
  if (moment.level !== undefined) return moment.level < (isSeen(easing) ? NEAR_EMPTY : 0);
  if (easing.repeats === 0) return true;
  const isMeasured = windowsSince(easing, moment) >= SHORTEST_MEASURE;
  return isMeasured && savingsAt(easing, moment) < NEAR_EMPTY;
}

/** Whether a probe must be about to end: a neighbor was measured for long enough, and must have left no more. */
export function mustEnd(easing: Easing | undefined, moment: Moment): boolean {
  if (!easing || easing.repeats === 0 || easing.from || moment.level !== undefined) return false;
  if (windowsSince(easing, moment) < PATIENCE_WINDOWS) return false;
  const { noise = LEAST_NOISE } = easing;
  const savings = savingsAt(easing, moment);
  return savings < NEAR_EMPTY && savings >= -PROBED_WITHIN * noise;
}

/** `easing`, or `undefined` once it has been at the full rate for a window, or a watched quota is nobody else's. */
export function unlessCalm(easing: Easing | undefined, moment: Moment): Easing | undefined {
  const { level } = moment;
  const isNobody = level === undefined || (level > KEPT_ALONE && easing && !isSeen(easing));
  if (easing?.isWatched && isNobody) return undefined;
  if (easing && easing.repeats > 0 && level !== undefined) return measured(easing, moment);
  if (!easing || windowsSince(easing, moment) < CALM_WINDOWS) return easing;
  // Fully probed for a window: more was taken than the neighbor would have left of it.
  const isCalm = easing.repeats === 0 || savingsAt(easing, moment) < easing.share - 1;
  return isCalm ? undefined : easing;
}

/** `easing`, or the state that looks for a neighbor, if Graph tells that little is left. */
export function watched(easing: Easing | undefined, moment: Moment): Easing | undefined {
  const { now, sent, refused, level } = moment;
  if ((easing && easing.repeats > 0) || level === undefined || level > KEPT_ALONE) return easing;
  const told = { easedAt: now, repeats: 1, sent, refused, level };
  return easing
    ? { ...told, share: shareAt(easing, moment) }
    : { ...told, share: 1, isWatched: true };
}

/** Whether a neighbor was refused for, or takes a part of the inflow. */
const isSeen = ({ isWatched, share }: Easing): boolean => !isWatched || share <= ALONE;

/** Measures the inflow again, now and then, by what was sent and by how the level changed. */
function measured(easing: Easing, moment: Moment): Easing | undefined {
  const { now, sent, refused, level = 0, fullRate, windowMs } = moment;
  if (easing.level === undefined) return { ...easing, easedAt: now, sent, refused, level };
  const windows = windowsSince(easing, moment);
  if (windows < MEASURE_WINDOWS) return easing;
  const spent = (sent - easing.sent) / (fullRate * windowMs);
  const share = (spent + level - easing.level) / windows;
  const { alone = now } = easing;
  if (share > ALONE && now - alone >= EXPECTED_WINDOWS * windowMs) return undefined;
  return {
    ...easing,
    share: Math.min(1, Math.max(LEAST, share)),
    easedAt: now,
    sent,
    refused,
    level,
    alone: share > ALONE ? alone : undefined,
  };
}

/** The state after a refusal at `moment.now`. */
export function ease(before: Easing | undefined, moment: Moment): Easing {
  const { now, sent, refused, fullRate } = moment;
  const mark = { easedAt: now, sent, refused, level: undefined };
  const known = unlessCalm(before, moment);
  const isTold = moment.level !== undefined;
  if (!known || known.isWatched)
    return { ...mark, share: FIRST_CUT, repeats: isTold ? 1 : 0, kept: known && MORE_KEPT * KEPT };
  const sentSince = sent - known.sent;
  if (!isTold && sentSince - (refused - known.refused) < NEXT_TO_NOTHING * sentSince) {
    return { ...mark, share: NEXT_TO_NOTHING, repeats: 0 };
  }
  const { from = { at: known.easedAt, sent: known.sent } } = known;
  const measuredMs = Math.max(1, now - from.at);
  const inflow = Math.min(1, (sent - from.sent) / (measuredMs * fullRate));
  const isShort = measuredMs < SHORTEST_MEASURE * moment.windowMs;
  return {
    ...mark,
    share: Math.max(LEAST, isTold && isShort ? known.share : inflow),
    repeats: known.repeats + 1,
    kept: !isTold ? known.kept : Math.min(MOST_KEPT, MORE_KEPT * (known.kept ?? KEPT)),
    noise: noiseAfter(known, moment),
    from: isShort ? from : undefined,
  };
}

/** A probe's refusal came when this much was still expected, or more than all was spent. */
function noiseAfter(easing: Easing, moment: Moment): number | undefined {
  const isProbed = easing.repeats > 0 && windowsSince(easing, moment) >= PATIENCE_WINDOWS;
  if (!isProbed) return easing.noise;
  const { noise = LEAST_NOISE } = easing;
  const off = NOISE_BY * Math.abs(savingsAt(easing, moment));
  return Math.min(MOST_NOISE, Math.max(LEAST_NOISE, off, NOISE_STAYS * noise));
}

const windowsSince = ({ easedAt }: Easing, { now, windowMs }: Moment): number =>
  Math.max(0, now - easedAt) / windowMs;

/** What must be in the bucket if the neighbor takes as much as before, as a share of the quota. */
function savingsAt(easing: Easing, moment: Moment): number {
  const spent = (moment.sent - easing.sent) / (moment.fullRate * moment.windowMs);
  return Math.min(1, easing.share * windowsSince(easing, moment) - spent);
}
