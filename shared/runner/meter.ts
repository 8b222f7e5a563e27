/** Counts writes and says how fast they went lately. Times are the monotonic clock's, milliseconds. */
export interface Meter {
  add(nowMs: number, writes: number, rows?: number): void;
  /** Writes a second over the last ten seconds, or over the time there has been. */
  perSecond(nowMs: number): number;
  /** The same for rows, of which several may share a write. */
  rowsPerSecond(nowMs: number): number;
}

const WINDOW_MS = 10_000;
/** A rate over less than a second would say little. */
const SHORTEST_MS = 1_000;

export function createMeter(startMs: number): Meter {
  const recent: { readonly atMs: number; writes: number; rows: number }[] = [];
  const forget = (nowMs: number): void => {
    let old = 0;
    while (recent[old] && recent[old]!.atMs <= nowMs - WINDOW_MS) old += 1;
    if (old > 0) recent.splice(0, old);
  };
  const rate = (nowMs: number, what: "writes" | "rows"): number => {
    forget(nowMs);
    const overMs = Math.max(SHORTEST_MS, Math.min(WINDOW_MS, nowMs - startMs));
    return (recent.reduce((sum, each) => sum + each[what], 0) / overMs) * 1000;
  };
  return {
    add: (nowMs, writes, rows = writes) => {
      const last = recent.at(-1);
      if (last?.atMs === nowMs) {
        last.writes += writes;
        last.rows += rows;
      } else {
        forget(nowMs);
        recent.push({ atMs: nowMs, writes, rows });
      }
    },
    perSecond: (nowMs) => rate(nowMs, "writes"),
    rowsPerSecond: (nowMs) => rate(nowMs, "rows"),
  };
}
