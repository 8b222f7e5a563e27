import { setTimeout as delay } from "node:timers/promises";

/**
 * Looks until there is something to see, for two minutes at most, which even on a slow machine only a
 * hang takes.
 *
 * @throws Error that names `what` did not come, and what was `shown` instead
 */
export async function until<Found>(
  look: () => Found | undefined | false | Promise<Found | undefined | false>,
  {
    what = "what it waits for",
    shown = () => "nothing",
    everyMs = 100,
  }: { readonly what?: string; readonly shown?: () => unknown; readonly everyMs?: number } = {},
): Promise<Found> {
  const endMs = performance.now() + 120_000;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > endMs)
      throw new Error(`never saw ${what}; saw ${JSON.stringify(shown(), null, 1)}`);
    await delay(everyMs);
  }
}
