/** Counts what was granted and refused, for the estimates and for the share of the quota that was used. */
export function createCounts({
  quota,
  windowMs,
}: {
  readonly quota: number;
  readonly windowMs: number;
}) {
  let granted = 0;
  let refused = 0;
  let first: { readonly at: number; readonly amount: number } | undefined;
  let lastAt = 0;
  return {
    sent: (): number => granted,
    refused: (): number => refused,
    grant(amount: number, now: number): void {
      first ??= { at: now, amount };
      granted += amount;
      lastAt = now;
    },
    correct(amount: number): void {
      granted += amount;
    },
    refuse(amount: number): void {
      refused += amount;
    },
    /** The part of the whole quota that was taken between the first grant and the last. */
    shareUsed(): number {
      if (!first || lastAt === first.at) return 0;
      const taken = Math.max(0, granted - refused - first.amount);
      return taken / ((lastAt - first.at) * (quota / windowMs));
    },
  };
}

export type Counts = ReturnType<typeof createCounts>;

interface Flight {
  readonly grantedAt: number;
  readonly amount: number;
  /** All that was granted until then. */
  readonly total: number;
}

/** In `forgetMs`: a post that is answered after so long is not found any more. */
const FOUND_FOR = 60;

/** Counts what is under way and what was taken. What is not answered for `forgetMs` counts as under way no longer. */
export function createFlights(forgetMs: number) {
  let flights: readonly Flight[] = [];
  let [total, taken, lastAt] = [0, 0, Number.NEGATIVE_INFINITY];
  return {
    grant(amount: number, now: number): void {
      total += amount;
      const current = flights.filter(({ grantedAt }) => now - grantedAt < FOUND_FOR * forgetMs);
      flights = [...current, { grantedAt: now, amount, total }];
      lastAt = now;
    },
    /** The post that was granted then was answered, or lost. Returns how much was granted after it. */
    land(grantedAt: number | undefined, takenOfIt: number): number {
      const at = flights.findIndex((flight) => flight.grantedAt === grantedAt);
      const after = total - (flights[at]?.total ?? 0);
      if (at >= 0) flights = flights.toSpliced(at, 1);
      taken += takenOfIt;
      return after;
    },
    state: () => ({
      underWay: flights.reduce(
        (all, { grantedAt, amount }) => (lastAt - grantedAt < forgetMs ? all + amount : all),
        0,
      ),
      taken,
      /** When the last was granted. */
      lastAt,
    }),
  };
}
