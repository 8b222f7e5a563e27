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
