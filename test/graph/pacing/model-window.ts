import type { ModelBucket } from "./model-bucket.ts";

/**
 * A quota that counts what was taken in a sliding window, as nobody outside can exclude: once full, it
 * has room again when what was taken first is a window old. What it refuses does not count.
 */
export function createModelWindow(options: { quota: number; windowMs: number }): ModelBucket {
  const { quota, windowMs } = options;
  let taken: { at: number; n: number }[] = [];
  const within = (now: number): number => {
    taken = taken.filter(({ at }) => at > now - windowMs);
    return taken.reduce((sum, { n }) => sum + n, 0);
  };
  return {
    take(n, now) {
      const fits = Math.min(n, quota - within(now));
      if (fits > 0) taken.push({ at: now, n: fits });
      return fits;
    },
    used: (now) => within(now) / quota,
    waitMs: (now) => Math.max(1000, (taken[0]?.at ?? now) + windowMs - now),
  };
}
