import { setTimeout as delay } from "node:timers/promises";

/**
 * Looks every tenth of a second until there is something to see, for two minutes at most, which
 * even on a slow machine only a hang takes.
 *
 * @throws Error if nothing came
 */
export async function until<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (let tries = 0; tries < 1_200; tries += 1) {
    const found = await look();
    if (found !== undefined) return found;
    await delay(100);
  }
  throw new Error("waited in vain for two minutes");
}
