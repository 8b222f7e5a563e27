import type { Random } from "../seed/random.ts";

/** How long a part takes at speed 1: log-normal around a median, as is typical of services. */
export interface LatencySettings {
  readonly readMs: number;
  readonly writeMs: number;
  /** Spread: the standard deviation of the logarithm. */
  readonly sigma: number;
}

/** Our choice, not published: 80 ms for a read, 250 ms for a write; one in forty takes 2.7 times that. */
export const USUAL_LATENCY: LatencySettings = { readMs: 80, writeMs: 250, sigma: 0.5 };

/** The next part's latency in milliseconds, speed applied; 0 if latency is off. */
export function latencyOf(
  settings: LatencySettings | undefined,
  writes: boolean,
  random: Random,
  speed: number,
): number {
  if (!settings) return 0;
  const median = writes ? settings.writeMs : settings.readMs;
  if (median <= 0) return 0;
  const factor = Math.min(20, Math.exp(settings.sigma * random.normal()));
  return (median * factor) / speed;
}
