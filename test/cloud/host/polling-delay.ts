/**
 * How long a listener waits: `minimumMs` after a success (a queue's: it found messages), then doubling with
 * 20 % jitter up to `maximumMs` (RandomizedExponentialBackoffStrategy.cs).
 */
export function createPollingDelay(
  maximumMs: number,
  random: () => number,
  minimumMs = 100,
): (succeeded: boolean) => number {
  let currentMs = 0;
  let exponent = 0;
  return (succeeded) => {
    if (succeeded) {
      currentMs = minimumMs;
      exponent = 1;
    } else if (currentMs !== maximumMs) {
      const noise = 0.8 + 0.4 * random();
      const addedMs = exponent > 0 ? noise * 2 ** (exponent - 1) * minimumMs : 0;
      currentMs = Math.min(minimumMs + addedMs, maximumMs);
      exponent += 1;
    }
    return currentMs;
  };
}
