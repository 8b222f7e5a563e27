/**
 * Lets an instance end its work before the host ends the process. It is running until `stop` is
 * called: then `signal` aborts, which makes every invocation hand over what is left, and `stop`
 * resolves when all invocations have ended, also those that begin meanwhile. There is no way back.
 */
export interface Shutdown {
  /** Aborts when the host wants the process to end. */
  readonly signal: AbortSignal;
  /** Runs an invocation that `stop` waits for. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** Never rejects: invocations report their own errors. */
  stop(): Promise<void>;
}

/** Makes the shutdown of one process. */
export function createShutdown(): Shutdown {
  const stopping = new AbortController();
  const running = new Set<Promise<unknown>>();
  return {
    signal: stopping.signal,
    during: (work) => {
      const invocation = work().finally(() => running.delete(invocation));
      running.add(invocation);
      return invocation;
    },
    stop: async () => {
      stopping.abort();
      // Azure's host may still start one: it hands over at once, because the signal is aborted.
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}
