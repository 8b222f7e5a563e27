import type { RunnerPorts } from "../../shared/runner/ports.ts";
import type { AppendBlob, BlobLease, Blobs } from "../../shared/storage/types.ts";

/** A runner's ports that stop for good at one of its calls, as a killed process does. */
export interface Mortal {
  readonly ports: RunnerPorts;
  readonly died: Promise<"died">;
  /** Kills it now. */
  kill(): void;
}

/** At which call of which kind a process dies: before it is made, while it is under way, or after it. */
export interface Death {
  readonly on: "call" | "append" | "post";
  readonly at: number;
  readonly when: "before" | "during" | "after";
}

/** A process that lives until it is killed. */
export const never: Death = { on: "call", at: 0, when: "before" };

const forever = new Promise<never>(() => undefined);

/**
 * The ports of a process that is killed at a call to the outside. It does nothing more; a call that it
 * had made still takes effect, but its result is lost.
 */
export function mortal(ports: RunnerPorts, { on, at, when }: Death): Mortal {
  const calls = { call: 0, append: 0, post: 0 };
  const death = new AbortController();
  let died: () => void = () => death.abort();
  const hasDied = new Promise<"died">((resolve) => {
    died = () => resolve("died");
  });
  const call = async <T>(work: () => Promise<T>, kind: Death["on"] = "call"): Promise<T> => {
    if (death.signal.aborted) return forever;
    calls.call += 1;
    if (kind !== "call") calls[kind] += 1;
    if ((on === "call" || on === kind) && calls[on] === at) {
      if (when !== "after") death.abort();
      const working = when === "before" ? undefined : work().catch(() => undefined);
      if (when === "after") await working;
      death.abort();
      died();
      return forever;
    }
    try {
      return await work();
    } finally {
      // oxlint-disable-next-line no-unsafe-finally -- the dead see no result
      if (death.signal.aborted) await forever;
    }
  };
  const wrapped = (blobs: Blobs): Blobs => ({
    read: (...args) => call(() => blobs.read(...args)),
    stream: (...args) => call(() => blobs.stream(...args)),
    write: (...args) => call(() => blobs.write(...args)),
    writeStream: (...args) => call(() => blobs.writeStream(...args)),
    async *list(prefix) {
      await call(() => Promise.resolve());
      yield* blobs.list(prefix);
    },
    delete: (path) => call(() => blobs.delete(path)),
    openAppend: (path) =>
      call(async (): Promise<AppendBlob> => {
        const blob = await blobs.openAppend(path);
        return {
          content: blob.content,
          append: (bytes) => call(() => blob.append(bytes), "append"),
        };
      }),
    acquireLease: (path, seconds) =>
      call(async (): Promise<BlobLease | undefined> => {
        const lease = await blobs.acquireLease(path, seconds);
        return (
          lease && {
            leaseId: lease.leaseId,
            renew: () => call(() => lease.renew()),
            release: () => call(() => lease.release()),
          }
        );
      }),
  });
  const { graph, clock } = ports;
  return {
    died: hasDied,
    kill: () => death.abort(),
    ports: {
      ...ports,
      blobs: { batches: wrapped(ports.blobs.batches), runner: wrapped(ports.blobs.runner) },
      graph: {
        root: graph.root,
        timeoutMs: graph.timeoutMs,
        pages: (read) => graph.pages(read),
        post: (requests, options) => call(() => graph.post(requests, options), "post"),
        readAll: (requests, options) => call(() => graph.readAll(requests, options)),
      },
      clock: {
        now: () => clock.now(),
        monotonic: () => clock.monotonic(),
        sleep: async (ms, signal) => {
          await clock.sleep(ms, AbortSignal.any([death.signal, ...(signal ? [signal] : [])]));
          if (death.signal.aborted) await forever;
        },
      },
    },
  };
}
