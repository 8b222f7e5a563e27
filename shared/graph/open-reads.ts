import { BATCH_LIMIT } from "../core/chunk.ts";
import type { GraphRead } from "../core/graph-request.ts";

/** A read without an answer so far. Instants are of one monotonic clock. */
export interface OpenRead {
  readonly index: number;
  readonly read: GraphRead;
  attempts: number;
  firstAt: number;
  notBefore: number;
}

/** The queue of `reads` that wait for a post. Repeats go first, each no earlier than its `notBefore`. */
export function createOpenReads(reads: readonly GraphRead[]) {
  let repeats: OpenRead[] = [];
  let fresh = 0;
  return {
    /** Removes and returns up to 20 reads that may be sent now. */
    next(now: number): OpenRead[] {
      const ready = repeats.filter((open) => open.notBefore <= now).slice(0, BATCH_LIMIT);
      repeats = repeats.filter((open) => !ready.includes(open));
      const more = reads.slice(fresh, fresh + BATCH_LIMIT - ready.length);
      for (const read of more) {
        ready.push({ index: fresh, read, attempts: 0, firstAt: now, notBefore: now });
        fresh += 1;
      }
      return ready;
    },
    /** Queues a read again. */
    repeat(open: OpenRead): void {
      repeats.push(open);
    },
    isEmpty: (): boolean => fresh === reads.length && repeats.length === 0,
    /** When the next repeat may be sent; Infinity if none waits. */
    soonest: (): number => Math.min(...repeats.map((open) => open.notBefore)),
  };
}

export type OpenReads = ReturnType<typeof createOpenReads>;
