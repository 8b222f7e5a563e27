import type { OpenBatch } from "../batch/open-batch.ts";
import type { Site } from "../batch/site.ts";
import { dueDoubts, lookAt } from "../sending/doubts.ts";
import { lookFirst, takeToLookAt } from "../sending/look-first.ts";
import { dueReadBacks, readBack } from "../sending/read-back.ts";
import type { Wake } from "./wake.ts";

/**
 * Looks at rows in doubt, at rows that are to be looked at before they are sent, and at a batch's first
 * rows after they were sent; one group of each at a time.
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
  const kinds: readonly (() => Promise<void> | undefined)[] = [
    () => started(site, dueDoubts(site), lookAt),
    () => started(site, takeToLookAt(site, lanes()), lookFirst),
    () => started(site, dueReadBacks(lanes()), readBack),
  ];
  const looking = kinds.map((): Promise<void> | undefined => undefined);
  const advance = (): void => {
    for (const [at, start] of kinds.entries()) {
      if (looking[at] || stop.aborted) continue;
      looking[at] = start()
        ?.catch(site.fail)
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

/** Looks at what is due, if anything is. */
const started = <T>(
  site: Site,
  due: readonly T[],
  look: (site: Site, due: readonly T[]) => Promise<void>,
): Promise<void> | undefined => (due.length === 0 ? undefined : look(site, due));
