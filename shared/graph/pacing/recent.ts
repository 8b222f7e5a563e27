/** Requests that were sent at about the same time; `at` is the latest instant of them. */
export interface Sent {
  readonly at: number;
  readonly amount: number;
}

/** How finely the last window is kept: a fiftieth of it, so that a memory of it stays small. */
const SLOTS = 50;

/** Keeps how much was sent in the last window. `known` is in the order of time. */
export function createRecent(windowMs: number, known: readonly Sent[]) {
  const slotMs = windowMs / SLOTS;
  let kept: Sent[] = [...known];

  const since = (from: number): Sent[] => kept.filter(({ at }) => at > from);
  const sum = (sent: readonly Sent[]): number => sent.reduce((all, { amount }) => all + amount, 0);

  return {
    add(amount: number, now: number): void {
      const last = kept.at(-1);
      const first = kept.at(-2)?.at ?? Number.NEGATIVE_INFINITY;
      // The slot's instant is its latest, so nothing leaves the window too early.
      if (last && now - first < slotMs)
        kept[kept.length - 1] = { at: now, amount: last.amount + amount };
      else kept = [...since(now - 2 * windowMs), { at: now, amount }];
    },
    /** What was sent within a window before `now`. */
    within: (now: number): number => sum(since(now - windowMs)),
    /** The earliest instant at which at most `most` were sent within `spanMs` before. */
    fallsTo(most: number, spanMs: number): number {
      let over = sum(kept) - most;
      for (const { at, amount } of kept) {
        if (over <= 0) return Number.NEGATIVE_INFINITY;
        over -= amount;
        if (over <= 0) return at + spanMs;
      }
      return Number.NEGATIVE_INFINITY;
    },
    all: (now: number): readonly Sent[] => since(now - windowMs),
  };
}

export type Recent = ReturnType<typeof createRecent>;
