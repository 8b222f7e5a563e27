/** A timer or an event loop that is this late is caught up with; a process that froze for longer is not. */
const CATCH_UP_MS = 250;
/** The first two posts may come closer together on the wire than they left. */
const FIRST_GAP_MS = 50;
/**
 * In bursts: so much must have flowed in before the first. What was under way when the pace began, of others or of a
 * runner that died, may have emptied the bucket since.
 */
const FIRST_AFTER = 1.5;

/**
 * When each request is paid for by what flows into the quota.
 *
 * - *Fed.* What leaves is paid for before the next leaves. The schedule is a grid: a grant that was due
 *   earlier than it was given, because a timer was late, does not delay the grants after it, so the
 *   average is exact; but at most `CATCH_UP_MS` are caught up, so no burst follows a pause of the
 *   process.
 * - *Stock.* Requests that the quota is known to hold are a debt of the grid: it starts so far in the
 *   past that they are due at once, and flows in again meanwhile. Once used up it does not come back.
 * - *Idle.* What flows in while nothing is sent is not saved beyond one burst: others use the quota too.
 */
export function createGrid(options: {
  /** Requests per millisecond. */
  readonly rate: (now: number) => number;
  readonly burst: number;
  readonly stock: number;
  readonly startAt: number;
}) {
  const { rate, burst, startAt } = options;
  let isFirst = true;
  /** How far the grid may lie in the past, milliseconds: one burst less, since a grant may use as much. */
  let stockMs = Math.max(0, options.stock - burst) / rate(startAt);
  /** When the next grant is due, with the stock and, for when the stock turns out not to be there, without. */
  let fedAt = startAt + burst / rate(startAt);
  const firstAt = startAt + (FIRST_AFTER * burst) / rate(startAt);
  let nextAt = stockMs > 0 ? startAt - stockMs : fedAt;

  return {
    dueAt: (): number => (isFirst ? Math.max(nextAt, firstAt) : nextAt),
    hasStock: (): boolean => stockMs > 0,
    /** What of the stock is left, in requests. */
    stock: (now: number): number => (stockMs > 0 ? Math.max(0, now - nextAt) * rate(now) : 0),

    /** Books `amount`, asked for at `askedAt` and due at `due`, as leaving at `now`. */
    book(
      amount: number,
      { now, askedAt, due }: { now: number; askedAt: number; due: number },
    ): void {
      const waited = askedAt <= due && !isFirst;
      const costMs = amount / rate(now) + (isFirst ? FIRST_GAP_MS : 0);
      const fedFrom = waited ? Math.max(due, now - CATCH_UP_MS) : now;
      fedAt = Math.max(fedAt, fedFrom) + costMs;
      nextAt = (stockMs > 0 ? Math.max(nextAt, now - stockMs) : fedFrom) + costMs;
      if (nextAt >= now) stockMs = 0;
      isFirst = false;
    },
    /** Corrects a booking once its true amount is known. */
    correct(amount: number, now: number): void {
      nextAt += amount / rate(now);
    },
    /** The quota is exhausted: one burst has to flow in first, and `debt`, since what is refused counts too. */
    restart(debt: number, inflow: number, now: number): void {
      stockMs = 0;
      nextAt = Math.max(nextAt, now + burst / inflow) + debt / inflow;
    },
    /** The stock is at most `requests`: what was sent beyond it was not paid for. */
    limitStock(requests: number, now: number): void {
      if (stockMs === 0) return;
      const most = Math.max(0, requests - burst) / rate(now);
      if (most >= stockMs) return;
      stockMs = most;
      nextAt = Math.max(nextAt, Math.min(fedAt, now + burst / rate(now) - most));
    },
  };
}
