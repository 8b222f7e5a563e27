/**
 * A token bucket as Graph's: it fills evenly, and refuses what it has no token for. What it refuses
 * still counts (throttling documentation), up to two seconds' worth of debt.
 */
export interface ModelBucket {
  /** Takes as many of `n` as there are tokens at `at`, which never goes back; answers how many. */
  take(n: number, at: number): number;
  /** The share of the quota that is used at `at`, as x-ms-throttle-limit-percentage has it. */
  used(at: number): number;
  /** What a refusal at `at` asks to wait. */
  waitMs(at: number): number;
}

/**
 * A bucket of `quota` tokens that fills in `windowMs`, with `level` of them at `from`. `drain` takes
 * what a neighbor uses of the same bucket between two instants.
 */
export function createModelBucket(options: {
  quota: number;
  windowMs: number;
  from: number;
  level?: number;
  drain?: (from: number, to: number) => number;
}): ModelBucket {
  const { quota, windowMs, drain = () => 0 } = options;
  const step = windowMs / 3000;
  const deepest = (-2000 * quota) / windowMs;
  let { from: at, level = 0 } = options;
  return {
    take(n, now) {
      while (at < now) {
        const to = Math.min(now, at + step);
        const filled = level + ((to - at) * quota) / windowMs - drain(at, to);
        level = Math.min(quota, Math.max(filled, Math.min(level, 0)));
        at = to;
      }
      const taken = Math.max(0, Math.min(n, Math.floor(level + 1e-9)));
      level = Math.max(deepest, level - n);
      return taken;
    },
    used: () => 1 - level / quota,
    waitMs: () => 1000,
  };
}
