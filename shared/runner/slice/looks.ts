import type { Site } from "../batch/site.ts";
import { dueDoubts, lookAt } from "../sending/doubts.ts";
import { lookIfInPlace, takeFoundInPlace } from "../sending/in-place.ts";
import type { Wake } from "./wake.ts";

/**
 * Looks at rows in doubt, and at rows whose change the plan found in place; one group of each at a time.
 */
export interface Looks {
  /** Starts to look at the rows that are due, unless it is looking. */
  advance(): void;
  isBusy(): boolean;
  /** Resolves when no look is under way. */
  rest(): Promise<void>;
}

export function createLooks(site: Site, wake: Wake, stop: AbortSignal): Looks {
  const kinds = [
    { due: () => dueDoubts(site), look: lookAt },
    { due: () => takeFoundInPlace(site), look: lookIfInPlace },
  ];
  const looking = kinds.map((): Promise<void> | undefined => undefined);
  const advance = (): void => {
    for (const [at, { due, look }] of kinds.entries()) {
      if (looking[at] || stop.aborted) continue;
      const parts = due();
      if (parts.length === 0) continue;
      looking[at] = look(site, parts)
        .catch(site.fail)
        .finally(() => {
          looking[at] = undefined;
          wake.notify();
          advance();
        });
    }
  };
  return {
    advance,
    isBusy: () => looking.some((each) => each !== undefined),
    rest: async () => {
      for (const each of looking) await each;
    },
  };
}
