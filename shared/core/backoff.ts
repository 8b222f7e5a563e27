/**
 * Exponential back-off with full jitter over its upper half: attempt 1 waits between `baseMs / 2`
 * and `baseMs`, each further attempt twice that, never above `capMs`. `random` is in [0, 1).
 */
export function backoffMs(
  attempt: number,
  random: () => number,
  { baseMs, capMs }: { baseMs: number; capMs: number },
): number {
  const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(attempt - 1, 30));
  return ceiling / 2 + (ceiling / 2) * random();
}
