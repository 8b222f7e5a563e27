import type { PostTally } from "./reads-reader.ts";
import type { Moments, Story } from "./reads-story.ts";

/** What a story of readers comes to. Shares are of what flows into the quota in the same time. */
export interface ReadFigures {
  /** Of each reader, while all read. */
  readonly each: readonly number[];
  /** Of all readers, less what the quota held when that began and no longer when it ended. */
  readonly together: number;
  /** Reads, in the whole story. */
  readonly reads: number;
  readonly throttled: number;
  /** How long answers took, milliseconds: the middle, and 99 of 100. */
  readonly answerMs: { readonly middle: number; readonly slow: number };
  /** The share of the quota that is used by Graph's meter, while all read. */
  readonly meter: { readonly mean: number; readonly most: number };
  /** Jain's index of the readers' units: 1 if all have the same, 1/n if one has all. */
  readonly fairness: number;
  /** Milliseconds until the last reader had four fifths of the others' mean; undefined if never. */
  readonly newcomerMs: number | undefined;
  /** Milliseconds until those who stay took nine tenths of what all took; undefined if never. */
  readonly takenOverMs: number | undefined;
}

/** Of `unitsPerMs` the quota of `quota` units fills; a rate is looked at over `overMs`. */
export function readFigures(
  { readers, moments, used }: Story,
  { quota, unitsPerMs, overMs }: { quota: number; unitsPerMs: number; overMs: number },
): ReadFigures {
  const { began, joined, left, ended } = moments;
  // The newcomer and the others find their shares first.
  const from = joined + (left - joined) / 2;
  const each = readers.map(
    (tallies) => unitsIn(tallies, from, left) / (unitsPerMs * (left - from)),
  );
  const levels = used.filter(({ atMs }) => atMs >= from && atMs < left).map((one) => one.used);
  const gave = quota * ((levels.at(-1) ?? 0) - (levels[0] ?? 0));
  const together = sum(each) - gave / (unitsPerMs * (left - from));
  const inStory = readers.flat().filter(({ atMs }) => atMs >= began && atMs < ended);
  const [newcomer = [], ...others] = readers.toReversed();
  const answers = inStory.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b);
  const answerAt = (share: number): number => answers[Math.floor(share * answers.length)] ?? 0;
  const stay = readers.filter((tallies) => tallies.some(({ atMs }) => atMs > (left + ended) / 2));
  return {
    each,
    together,
    reads: sum(inStory.map(({ reads }) => reads)),
    throttled: sum(inStory.map(({ throttled }) => throttled)),
    answerMs: { middle: answerAt(0.5), slow: answerAt(0.99) },
    meter: { mean: sum(levels) / levels.length, most: Math.max(...levels) },
    fairness: fairness(each),
    newcomerMs: firstTime(joined, left, overMs, (a, b) => {
      const mean = sum(others.map((tallies) => unitsIn(tallies, a, b))) / others.length;
      return unitsIn(newcomer, a, b) >= 0.8 * mean;
    }),
    takenOverMs: firstTime(left, ended, overMs, (a, b) => {
      const taken = sum(stay.map((tallies) => unitsIn(tallies, a, b)));
      return taken >= 0.9 * together * unitsPerMs * (b - a);
    }),
  };
}

const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);

/** What was taken from one instant to before another. */
const unitsIn = (tallies: readonly PostTally[], from: number, to: number): number =>
  sum(tallies.map(({ atMs, units }) => (atMs >= from && atMs < to ? units : 0)));

/** (Σx)² / (n·Σx²) */
export const fairness = (shares: readonly number[]): number =>
  sum(shares) ** 2 / (shares.length * sum(shares.map((share) => share ** 2)));

/** Milliseconds from `from` to the end of the first stretch of `overMs` in which something holds. */
function firstTime(
  from: Moments["joined"],
  to: number,
  overMs: number,
  holds: (a: number, b: number) => boolean,
): number | undefined {
  for (let at = from + overMs; at <= to; at += overMs / 10)
    if (holds(at - overMs, at)) return at - from;
  return undefined;
}
