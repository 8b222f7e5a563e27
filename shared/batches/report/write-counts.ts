import type { Proof, Verdict } from "../../catalogue/row.ts";

/** Counts the rows that were changed in each second of a batch. */
export interface WriteCounts {
  add(row: Proof & { readonly verdict: Verdict }): void;
  /** By second since the epoch. */
  readonly bySecond: ReadonlyMap<number, number>;
}

/** Begins to count; a batch of a day has 86,400 seconds. */
export function countWrites(): WriteCounts {
  const bySecond = new Map<number, number>();
  return {
    bySecond,
    add: ({ verdict, attempts = 0, finishedAt }) => {
      if (verdict !== "done" || attempts === 0 || finishedAt === undefined) return;
      const second = Math.floor(Date.parse(finishedAt) / 1000);
      bySecond.set(second, (bySecond.get(second) ?? 0) + 1);
    },
  };
}
