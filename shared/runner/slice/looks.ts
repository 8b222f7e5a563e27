import type { Site } from "../batch/site.ts";
import { dueDoubts, lookAt } from "../sending/doubts.ts";
import type { Wake } from "./wake.ts";

/** Looks at rows in doubt, one group of them at a time. */
export interface Looks {
  /** Starts to look at the rows that are due, unless it is looking. */
  advance(): void;
  isBusy(): boolean;
  /** Resolves when no look is under way. */
  rest(): Promise<void>;
}

export function createLooks(site: Site, wake: Wake): Looks {
  let looking: Promise<void> | undefined;
  return {
    advance: () => {
      if (looking) return;
      const due = dueDoubts(site);
      if (due.length === 0) return;
      looking = lookAt(site, due)
        .catch(site.fail)
        .finally(() => {
          looking = undefined;
          wake.notify();
        });
    },
    isBusy: () => looking !== undefined,
    rest: async () => looking,
  };
}
