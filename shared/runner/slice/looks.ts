import type { OpenBatch } from "../batch/open-batch.ts";
import type { Site } from "../batch/site.ts";
import { dueDoubts, lookAt } from "../sending/doubts.ts";
import { lookFirst, takeToLookAt } from "../sending/look-first.ts";
import type { Wake } from "./wake.ts";

/**
 * Looks at rows in doubt, and at rows that are to be looked at before they are sent; one group of each at
 * a time.
 */
export interface Looks {
  /** Starts to look at the rows that are due, unless it is looking. */
  advance(): void;
  isBusy(): boolean;
  /** Resolves when no look is under way. */
  rest(): Promise<void>;
}

export function createLooks(
  site: Site,
  lanes: () => Iterable<OpenBatch>,
  wake: Wake,
  stop: AbortSignal,
): Looks {
  const kinds = [
    { due: () => dueDoubts(site), look: lookAt },
    { due: () => takeToLookAt(site, lanes()), look: lookFirst },
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
