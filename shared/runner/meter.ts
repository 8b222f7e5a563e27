/** Counts writes and says how fast they went lately. Times are the monotonic clock's, milliseconds. */
export interface Meter {
  add(nowMs: number, writes: number): void;
  /** Writes a second over the last ten seconds, or over the time there has been. */
  perSecond(nowMs: number): number;
}

const WINDOW_MS = 10_000;
/** A rate over less than a second would say little. */
const SHORTEST_MS = 1_000;

export function createMeter(startMs: number): Meter {
  let recent: { readonly atMs: number; readonly writes: number }[] = [];
  return {
    add: (nowMs, writes) => {
      recent = recent.filter(({ atMs }) => atMs > nowMs - WINDOW_MS);
      recent.push({ atMs: nowMs, writes });
    },
    perSecond: (nowMs) => {
      const overMs = Math.max(SHORTEST_MS, Math.min(WINDOW_MS, nowMs - startMs));
      const writes = recent.reduce(
        (sum, each) => (each.atMs > nowMs - WINDOW_MS ? sum + each.writes : sum),
        0,
      );
      return (writes / overMs) * 1000;
    },
  };
}
