/** When a breaker trips. */
export interface BreakerSettings {
  /** So many of a batch's last rows are looked at. */
  readonly rows: number;
  /** One cause may fail so much of them; 100 never trips. */
  readonly percent: number;
}

/** One cause failed too many rows. */
export interface Trip {
  readonly cause: string;
  /** Rows that failed for it, of the last `of`. */
  readonly count: number;
  readonly of: number;
}

/** Notices that something is wrong that is not the rows' own fault. */
export interface Breaker {
  /** A row got its verdict; `cause` if it failed and nothing of its own explains that. */
  note(cause: string | undefined): void;
  /** The cause that trips the breaker now. */
  trip(): Trip | undefined;
}

/**
 * A breaker for one batch. It trips if one cause has failed more than `percent` of `rows` among the last
 * `rows`: eleven of 200 by default. A batch of fewer rows trips it by the same number, because three
 * failures of ten rows are no night to be saved. Pure.
 */
export function createBreaker({ rows, percent }: BreakerSettings): Breaker {
  const last: (string | undefined)[] = [];
  const counts = new Map<string, number>();
  let next = 0;
  const add = (cause: string | undefined, by: number): void => {
    if (cause !== undefined) counts.set(cause, (counts.get(cause) ?? 0) + by);
  };
  return {
    note: (cause) => {
      add(last[next], -1);
      last[next] = cause;
      add(cause, 1);
      next = (next + 1) % rows;
    },
    trip: () => {
      for (const [cause, count] of counts) {
        if (count > (rows * percent) / 100) return { cause, count, of: last.length };
      }
      return undefined;
    },
  };
}
