import type { Random } from "../seed/random.ts";

/** How long a part takes at speed 1: log-normal around a median, as services do. */
export interface LatencySettings {
  readonly readMs: number;
  readonly writeMs: number;
  /** Spread: the standard deviation of the logarithm. */
  readonly sigma: number;
}

/** Ours, not published: a read of 80 ms and a write of 250 ms, one in forty more than 2.7 times that. */
export const USUAL_LATENCY: LatencySettings = { readMs: 80, writeMs: 250, sigma: 0.5 };

/** The next part's latency in milliseconds, speed applied; 0 where latency is off. */
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
