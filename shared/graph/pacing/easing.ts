/**
 * How far below the full rate a pacer stays after a quota ran out. The share of the full rate is
 * decided by these states:
 *
 * - *Full.* Nothing was refused; the share is 1.
 * - *Hiccup.* The first refusal cuts the share to 0.6. It climbs back in a straight line within 0.4
 *   windows (one minute of Graph's 150 s), and a window after that it is forgotten.
 * - *Neighbour.* A second refusal before that: somebody else uses the quota. A bucket is empty whenever
 *   it refuses, and refused requests count too (throttling documentation). So what was sent between two
 *   refusals, divided by the time between them, is the inflow that the neighbour leaves to us. The
 *   share is 0.9 of that inflow for 1.6 windows. What this saves up in the bucket is known: inflow minus
 *   sent. Then the pacer *probes*: it spends the savings within seconds, then continues slightly above the
 *   inflow. If the neighbour is still there, the bucket runs empty at that moment and refuses one or two
 *   requests, and saving begins again with a new measurement. If more is taken than the neighbour
 *   would have left, the excess doubles with each 25 requests. So a neighbour who left is forgotten
 *   within two windows, and one who stays costs one or two refusals in each two.
 * - *Outage.* A second refusal with next to nothing taken since the first: no neighbour does that. The
 *   share drops to a tenth and climbs as after a hiccup.
 *
 * Which refusals count is decided in refusals.ts. Pure: instants are milliseconds of one clock.
 */
export interface Easing {
  /** Hiccup: the share right after the refusal. Neighbour: the inflow, as a share of the full rate. */
  readonly share: number;
  /** When the last refusal was. */
  readonly easedAt: number;
  /** How many refusals in a row showed a neighbour; 0 after a hiccup or an outage. */
  readonly repeats: number;
  /** The caller's own counts at `easedAt`. */
  readonly sent: number;
  readonly refused: number;
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
}

const FIRST_CUT = 0.6;
/** Share a window. */
const FIRST_CLIMB = (1 - FIRST_CUT) / 0.4;
const KEEP_OF_INFLOW = 0.9;
const PATIENCE_WINDOWS = 1.6;
const CALM_WINDOWS = 2;
/** The excess over the inflow at which a probe begins, as a share of the full rate. */
const PROBE_BY = 0.025;
/** In requests of a window of 3,000: below these savings the excess is `PROBE_BY`, and it doubles with each `DOUBLE_AFTER`. */
const SAVINGS_MARGIN = 20 / 3000;
const UNSURE = 40 / 3000;
const DOUBLE_AFTER = 25 / 3000;
/** Savings are spent at a rate that would use them up within this part of a window. */
const SPEND_WITHIN = 0.1;
const NEXT_TO_NOTHING = 0.1;
/** In windows: a measurement that is shorter is continued at the next refusal. */
const SHORTEST_MEASURE = 0.2;

/** The share of the full rate at the moment, in (0, 1]. */
export function shareAt(easing: Easing | undefined, moment: Moment): number {
  if (!easing) return 1;
  const windows = windowsSince(easing, moment);
  if (easing.repeats === 0) return Math.min(1, easing.share + FIRST_CLIMB * windows);
  if (windows < PATIENCE_WINDOWS) return KEEP_OF_INFLOW * easing.share;
  const savings = savingsAt(easing, moment);
  const excess =
    savings > SAVINGS_MARGIN
      ? Math.max(PROBE_BY, savings / SPEND_WITHIN)
      : PROBE_BY * 2 ** Math.min(10, Math.max(0, -UNSURE - savings) / DOUBLE_AFTER);
  return Math.min(1, easing.share + excess);
}

/** Whether a further refusal is expected at the moment: the bucket may be empty by what is known. */
export function isNearEmpty(easing: Easing | undefined, moment: Moment): boolean {
  if (!easing) return false;
  if (easing.repeats === 0) return true;
  const isMeasured = windowsSince(easing, moment) >= SHORTEST_MEASURE;
  return isMeasured && savingsAt(easing, moment) < 2 * SAVINGS_MARGIN;
}

/** `easing`, or `undefined` once it has been at the full rate for a window. */
export function unlessCalm(easing: Easing | undefined, moment: Moment): Easing | undefined {
  if (!easing || windowsSince(easing, moment) < CALM_WINDOWS) return easing;
  // Fully probed for a window: more was taken than the neighbour would have left of it.
  const isCalm = easing.repeats === 0 || savingsAt(easing, moment) < easing.share - 1;
  return isCalm ? undefined : easing;
}

/** The state after a refusal at `moment.now`. */
export function ease(before: Easing | undefined, moment: Moment): Easing {
  const { now, sent, refused, fullRate } = moment;
  const mark = { easedAt: now, sent, refused };
  const known = unlessCalm(before, moment);
  if (!known) return { ...mark, share: FIRST_CUT, repeats: 0 };
  const sentSince = sent - known.sent;
  if (sentSince - (refused - known.refused) < NEXT_TO_NOTHING * sentSince) {
    return { ...mark, share: NEXT_TO_NOTHING, repeats: 0 };
  }
  const { from = { at: known.easedAt, sent: known.sent } } = known;
  const measuredMs = Math.max(1, now - from.at);
  const share = Math.min(1, (sent - from.sent) / (measuredMs * fullRate));
  const isShort = measuredMs < SHORTEST_MEASURE * moment.windowMs;
  return { ...mark, share, repeats: known.repeats + 1, from: isShort ? from : undefined };
}

const windowsSince = ({ easedAt }: Easing, { now, windowMs }: Moment): number =>
  Math.max(0, now - easedAt) / windowMs;

/** What must be in the bucket if the neighbour takes as much as before, as a share of the quota. */
function savingsAt(easing: Easing, moment: Moment): number {
  const spent = (moment.sent - easing.sent) / (moment.fullRate * moment.windowMs);
  return Math.min(1, easing.share * windowsSince(easing, moment) - spent);
}
