import { EventEmitter } from "node:events";

import type { Clock } from "../../../shared/core/clock.ts";
import type { HostTiming } from "./host-options.ts";
import {
  startWorker,
  WorkerFailure,
  type WorkerOptions,
  type WorkerProcess,
} from "./worker-process.ts";

/** The one worker of a host, replaced when it dies, until it has died too often. */
export interface WorkerPool {
  /** The running worker, or the next one to start. @throws WorkerFailure once the host stops. */
  ready(): Promise<WorkerProcess>;
  readonly restarts: number;
  /** Process id of the running worker; 0 while there is none. */
  readonly pid: number;
  /** Asks `worker` to end, if it is still the one, and starts another; this is no crash. */
  replace(worker: WorkerProcess): Promise<void>;
  /** Asks it to end, kills it if it is late, and starts no other. */
  stop(): Promise<void>;
  /** Kills it; what follows is up to the host. */
  kill(): Promise<void>;
  /** Kills it and starts no other. */
  abandon(): Promise<void>;
}

/** The place of the running worker, which callers wait for while it is empty. */
interface Vacancy {
  readonly promise: Promise<WorkerProcess>;
  readonly resolve: (worker: WorkerProcess) => void;
  readonly reject: (error: Error) => void;
}

function createVacancy(): Vacancy {
  const taken = new EventEmitter();
  const promise = new Promise<WorkerProcess>((resolve, reject) => {
    taken.once("worker", resolve).once("none", reject);
  });
  // Nobody need wait for it.
  promise.catch(() => {});
  return {
    promise,
    resolve: (worker) => void taken.emit("worker", worker),
    reject: (error) => void taken.emit("none", error),
  };
}

/** Crashes at which the host stops (RpcFunctionInvocationDispatcher.cs ErrorEventsThreshold). */
const MOST_CRASHES = 3;

/**
 * Starts a worker and keeps one running as RpcFunctionInvocationDispatcher.cs does: the first replacement starts
 * at once, each later one not before `restartWaitMs` after the last; the third crash stops the host, unless
 * `forgetCrashesMs` lay between two. A replacement starts with the app's settings, also if the first
 * worker came from a warm pool. `exited` is called for each unexpected end, `failed` when the host has to stop.
 */
export async function startWorkerPool(
  options: WorkerOptions,
  timing: HostTiming,
  events: {
    readonly clock: Clock;
    readonly exited: (reason: string) => void;
    readonly failed: (error: Error) => void;
  },
): Promise<WorkerPool> {
  const { clock } = events;
  const closed = new AbortController();
  const isClosed = (): boolean => closed.signal.aborted;
  const workers = new Set<WorkerProcess>();
  const replaced = new Set<WorkerProcess>();
  let crashes: number[] = [];
  let restarts = 0;
  let mayStart = Promise.resolve();
  let current = createVacancy();
  let starting = Promise.resolve();
  let running: WorkerProcess | undefined;
  take(await startWorker(options));

  return {
    ready: () => current.promise,
    get restarts() {
      return restarts;
    },
    get pid() {
      return running?.pid ?? 0;
    },
    replace: async (worker) => {
      if (worker !== running) return;
      replaced.add(worker);
      leave();
      await worker.terminate(timing.terminateMs);
      startAnother();
    },
    stop: async () => {
      close();
      await Promise.all([starting, running?.terminate(timing.terminateMs)]);
      giveUp();
    },
    kill: async () => {
      const worker = await current.promise.catch(() => undefined);
      await worker?.kill();
    },
    abandon: async () => {
      close();
      await Promise.all([starting, running?.kill()]);
      giveUp();
    },
  };

  function take(worker: WorkerProcess): void {
    workers.add(worker);
    running = worker;
    current.resolve(worker);
    void replaceAfter(worker);
  }

  async function replaceAfter(worker: WorkerProcess): Promise<void> {
    const { reason, how } = await worker.ended;
    if (isClosed() || replaced.has(worker) || how === "left") return;
    leave();
    events.exited(reason);
    if (how === "crashed") crash();
    startAnother();
  }

  /** Invocations wait from now on. */
  function leave(): void {
    running = undefined;
    current = createVacancy();
  }

  function crash(): void {
    const nowMs = clock.monotonic();
    if (nowMs - (crashes.at(-1) ?? nowMs) > timing.forgetCrashesMs) crashes = [];
    crashes.push(nowMs);
  }

  function startAnother(): void {
    if (isClosed()) return;
    if (crashes.length >= MOST_CRASHES) {
      close();
      giveUp();
      const message = "Exceeded language worker restart retry count";
      events.failed(new WorkerFailure({ message }));
      return;
    }
    starting = startOne();
  }

  async function startOne(): Promise<void> {
    await mayStart;
    if (isClosed()) return;
    restarts += 1;
    try {
      const worker = await startWorker({ ...options, warm: false });
      if (isClosed()) await worker.kill();
      else take(worker);
    } catch (error) {
      if (isClosed()) return;
      events.exited(`A worker could not be started: ${(error as Error).message}`);
      crash();
      startAnother();
    } finally {
      mayStart = clock.sleep(timing.restartWaitMs, closed.signal);
    }
  }

  function close(): void {
    closed.abort();
    current.reject(new WorkerFailure({ message: "The host has stopped." }));
  }

  function giveUp(): void {
    for (const worker of workers) worker.giveUp("The host has stopped.");
  }
}
