import { once } from "node:events";

import { OperatorError } from "../../shared/core/errors.ts";
import type { RunnerPorts } from "../../shared/runner/ports.ts";
import type { Blobs } from "../../shared/storage/types.ts";

/** A runner's ports that freeze at one of its calls, as a suspended machine does, and go on later. */
export interface Sleeper {
  readonly ports: RunnerPorts;
  /** It is frozen now. */
  readonly froze: Promise<"froze">;
  /** Wakes it: to it, `sleptMs` have passed. */
  wake(sleptMs: number): void;
}

/** Freezes at call `at` of any kind: before it leaves, or with its answer on the way. */
export function sleeper(
  ports: RunnerPorts,
  { at, when }: { readonly at: number; readonly when: "before" | "after" },
): Sleeper {
  let calls = 0;
  let sleptMs = 0;
  let isFrozen = false;
  const freezing = new AbortController();
  const thawing = new AbortController();
  const froze = once(freezing.signal, "abort").then(() => "froze" as const);
  const thawed = once(thawing.signal, "abort");
  const settled = async (): Promise<void> => {
    if (isFrozen) await thawed;
  };
  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    await settled();
    calls += 1;
    if (calls === at && when === "before") {
      isFrozen = true;
      freezing.abort();
      await thawed;
      // Every call has a time limit of its own, which is over.
      throw new OperatorError("STORAGE_UNAVAILABLE", "late", { fix: "", disposition: "retry" });
    }
    const isLast = calls === at;
    try {
      return await work();
    } finally {
      if (isLast && when === "after") {
        isFrozen = true;
        freezing.abort();
      }
      await settled();
    }
  };
  const wrapped = (blobs: Blobs): Blobs => ({
    ...blobs,
    read: (...args) => call(() => blobs.read(...args)),
    write: (...args) => call(() => blobs.write(...args)),
    async *list(prefix) {
      await call(() => Promise.resolve());
      yield* blobs.list(prefix);
    },
    delete: (path) => call(() => blobs.delete(path)),
    openAppend: (path) =>
      call(async () => {
        const blob = await blobs.openAppend(path);
        return {
          content: blob.content,
          append: (bytes: Uint8Array) => call(() => blob.append(bytes)),
        };
      }),
    acquireLease: async (path, seconds) => {
      const lease = await blobs.acquireLease(path, seconds);
      return lease && { ...lease, renew: () => call(() => lease.renew()) };
    },
  });
  const { graph, clock } = ports;
  const wall = (): number => clock.now() + sleptMs;
  return {
    froze,
    wake: (ms) => {
      sleptMs += ms;
      isFrozen = false;
      thawing.abort();
    },
    ports: {
      ...ports,
      blobs: { batches: wrapped(ports.blobs.batches), runner: wrapped(ports.blobs.runner) },
      graph: {
        ...graph,
        root: graph.root,
        timeoutMs: graph.timeoutMs,
        pages: (read) => graph.pages(read),
        post: (requests, options) =>
          call(() => {
            // As the product's client: what is late after its intent does not leave.
            if (wall() > (options?.intentAtMs ?? wall()) + graph.timeoutMs) {
              const fix = { fix: "", disposition: "retry" } as const;
              return Promise.reject(new OperatorError("GRAPH_UNAVAILABLE", "late", fix));
            }
            return graph.post(requests, options);
          }),
        readAll: (requests, options) => call(() => graph.readAll(requests, options)),
      },
      clock: {
        now: wall,
        monotonic: () => clock.monotonic() + sleptMs,
        sleep: async (ms, signal) => {
          await clock.sleep(ms, signal);
          await settled();
        },
      },
    },
  };
}
