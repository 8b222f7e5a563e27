import type { Clock } from "../../../shared/core/clock.ts";
import {
  startWorker,
  WorkerFailure,
  type WorkerOptions,
  type WorkerProcess,
} from "./worker-process.ts";

/** The one worker of a host, replaced whenever it dies. */
export interface WorkerPool {
  /** The running worker, or the next one to start. @throws WorkerFailure if none will. */
  ready(): Promise<WorkerProcess>;
  readonly restarts: number;
  /** Process id of the running worker; 0 while there is none. */
  readonly pid: number;
  /** Asks it to end within `graceMs`, then kills it; starts no other. */
  stop(graceMs: number): Promise<void>;
  /** Kills it; another takes its place. */
  kill(): Promise<void>;
  /** Kills it and starts no other. */
  abandon(): Promise<void>;
}

/** Consecutive failed starts before the host gives up (WebHostRpcWorkerChannelManager). */
const FAILED_STARTS = 3;
const PAUSE_MS = 500;

/**
 * Starts a worker and keeps one running. `exited` is called for each unexpected end, `failed` once the
 * app cannot be loaded any more.
 */
export async function startWorkerPool(
  options: WorkerOptions,
  events: {
    readonly clock: Clock;
    readonly exited: (reason: string) => void;
    readonly failed: (error: Error) => void;
  },
): Promise<WorkerPool> {
  const closed = new AbortController();
  const isClosed = (): boolean => closed.signal.aborted;
  let restarts = 0;
  let pid = 0;
  let current: Promise<WorkerProcess> = startWorker(options);
  void replaceAfter(await current);
  return {
    ready: () => current,
    get restarts() {
      return restarts;
    },
    get pid() {
      return pid;
    },
    stop: async (graceMs) => {
      closed.abort();
      const worker = await current.catch(() => undefined);
      await worker?.terminate(graceMs);
    },
    kill: async () => {
      const worker = await current;
      await worker.kill();
    },
    abandon: async () => {
      closed.abort();
      const worker = await current.catch(() => undefined);
      await worker?.kill();
    },
  };

  async function replaceAfter(worker: WorkerProcess): Promise<void> {
    pid = worker.pid;
    const reason = await worker.ended;
    pid = 0;
    if (isClosed()) return;
    events.exited(reason);
    restarts += 1;
    current = replace();
    // The next caller of ready() gets the failure; this prevents an unhandled rejection.
    current.catch(() => {});
  }

  async function replace(): Promise<WorkerProcess> {
    let last: unknown;
    for (let failures = 0; failures < FAILED_STARTS && !isClosed(); failures += 1) {
      if (failures > 0) await events.clock.sleep(PAUSE_MS, closed.signal);
      try {
        const worker = await startWorker(options);
        void replaceAfter(worker);
        return worker;
      } catch (error) {
        last = error;
      }
    }
    const error =
      last instanceof Error ? last : new WorkerFailure({ message: "The host has stopped." });
    if (!isClosed()) events.failed(error);
    throw error;
  }
}
