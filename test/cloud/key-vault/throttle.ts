/** A limit of transactions in any window of ten seconds, per name. */
export interface Throttle {
  /** Counts one transaction, or answers false if the limit is used up. */
  take(name: string, limit: number): boolean;
}

const windowMs = 10_000;

/** Counts in fixed windows, because the service's limit is only documented as "per 10 seconds". */
export function createThrottle(now: () => number): Throttle {
  const windows = new Map<string, { startMs: number; used: number }>();
  return {
    take(name, limit) {
      const nowMs = now();
      const current = windows.get(name);
      const window =
        current !== undefined && nowMs - current.startMs < windowMs
          ? current
          : { startMs: nowMs, used: 0 };
      windows.set(name, window);
      if (window.used >= limit) return false;
      window.used += 1;
      return true;
    },
  };
}
