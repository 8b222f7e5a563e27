const MINIMUM_MS = 100;

/**
 * How long a queue listener waits until its next poll: 100 ms after it found messages, then doubling
 * with 20 % jitter up to `maximumMs` (RandomizedExponentialBackoffStrategy.cs).
 */
export function createPollingDelay(
  maximumMs: number,
  random: () => number,
): (found: boolean) => number {
  let currentMs = 0;
  let exponent = 0;
  return (found) => {
    if (found) {
      currentMs = MINIMUM_MS;
      exponent = 1;
    } else if (currentMs !== maximumMs) {
      const noise = 0.8 + 0.4 * random();
      const addedMs = exponent > 0 ? noise * 2 ** (exponent - 1) * MINIMUM_MS : 0;
      currentMs = Math.min(MINIMUM_MS + addedMs, maximumMs);
      exponent += 1;
    }
    return currentMs;
  };
}
