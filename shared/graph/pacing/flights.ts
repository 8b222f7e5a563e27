interface Flight {
  readonly grantedAt: number;
  readonly amount: number;
  /** All that was granted until then. */
  readonly total: number;
}

/** Counts what is under way and what was taken. What is not answered for `forgetMs` no longer counts. */
export function createFlights(forgetMs: number) {
  let flights: readonly Flight[] = [];
  let [total, taken, lastAt] = [0, 0, Number.NEGATIVE_INFINITY];
  return {
    grant(amount: number, now: number): void {
      total += amount;
      const current = flights.filter(({ grantedAt }) => now - grantedAt < forgetMs);
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
      underWay: flights.reduce((all, { amount }) => all + amount, 0),
      taken,
      /** When the last was granted. */
      lastAt,
    }),
  };
}
