declare const whole: unique symbol;

/**
 * A set that was read to its end, so that what is not in it is absent. Only such a set has a
 * difference.
 */
export interface CompleteSet<T> extends Iterable<T> {
  readonly kind: "complete";
  readonly size: number;
  has(item: T): boolean;
  /** Those of `items` that are not in the set. */
  missing(items: Iterable<T>): T[];
  /** Only `completeSet` makes one. */
  readonly [whole]: true;
}

/**
 * What was read of a set before the read was refused or cut off. It can show that something is in the
 * set, and never that something is not: it has neither `has` nor `missing`.
 */
export interface PartialSet<T> {
  readonly kind: "partial";
  /** Why the rest is not known, for people: no names and no values. */
  readonly why: string;
  shows(item: T): "present" | "unknown";
}

/** A set as far as it was read. */
export type ReadSet<T> = CompleteSet<T> | PartialSet<T>;

/** The set of these items. Call it only if the source itself said that there are no more. */
export function completeSet<T>(items: Iterable<T>): CompleteSet<T> {
  const set = new Set(items);
  const complete: Omit<CompleteSet<T>, typeof whole> = {
    kind: "complete",
    size: set.size,
    has: (item) => set.has(item),
    missing: (wanted) => [...wanted].filter((item) => !set.has(item)),
    [Symbol.iterator]: () => set.values(),
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the only place that makes one
  return complete as CompleteSet<T>;
}

/** What was seen of a set of which the rest is not known. */
export function partialSet<T>(seen: Iterable<T>, why: string): PartialSet<T> {
  const set = new Set(seen);
  return { kind: "partial", why, shows: (item) => (set.has(item) ? "present" : "unknown") };
}

/** Whether an item is in a set, as far as the set was read. */
export function presence<T>(set: ReadSet<T>, item: T): "present" | "absent" | "unknown" {
  if (set.kind === "partial") return set.shows(item);
  return set.has(item) ? "present" : "absent";
}
