import { randomBytes, randomUUID } from "node:crypto";

import type { Clock } from "../../../shared/core/clock.ts";
import type { FunctionPlan } from "./function-plan.ts";
import type {
  HostLog,
  InvocationCounts,
  InvocationEvent,
  InvocationResult,
} from "./host-options.ts";
import { addMessage } from "./poison-queue.ts";
import type { InvocationResponse, RpcLog } from "./protocol.ts";
import { queueOutputs } from "./queue-output.ts";
import type { TriggerData } from "./queue-trigger.ts";
import type { StorageClients } from "./storage-clients.ts";
import { fromTypedData } from "./typed-data.ts";
import type { WorkerPool } from "./worker-pool.ts";
import type { WorkerProcess } from "./worker-process.ts";

/** Runs and counts invocations. It outlives the workers and restarts of its host. */
export interface Executor {
  /** Never rejects. */
  execute(run: {
    readonly plan: FunctionPlan;
    readonly trigger: TriggerData;
    readonly pool: WorkerPool;
    readonly functionTimeoutMs: number;
  }): Promise<InvocationResult>;
  /** Forwards a worker's log line; like the host, drops it after its invocation has ended. */
  workerLog(line: RpcLog): void;
  counts(): Record<string, InvocationCounts>;
  /** Resolves when the invocations that run now have ended, not those that start meanwhile. */
  settled(): Promise<void>;
}

/** `functionTimeout` was exceeded. */
class TimedOut extends Error {
  readonly worker: WorkerProcess;
  readonly answered: Promise<unknown>;

  constructor(message: string, worker: WorkerProcess, answered: Promise<unknown>) {
    super(message);
    this.worker = worker;
    this.answered = answered;
  }
}

/** The largest delay that setTimeout accepts. */
const LONGEST_MS = 2 ** 31 - 1;

export function createExecutor(options: {
  readonly storage: StorageClients;
  readonly encoding: () => "none" | "base64";
  readonly clock: Clock;
  readonly timeoutGraceMs: number;
  readonly log: (line: HostLog) => void;
  readonly onInvocation: (event: InvocationEvent) => void;
  /** A function sent a message to a queue, so its listener may poll at once. */
  readonly queued: (queue: string) => void;
}): Executor {
  const { storage, clock } = options;
  const live = new Map<string, string>();
  const running = new Set<Promise<unknown>>();
  const counts = new Map<string, InvocationCounts>();

  return {
    counts: () => Object.fromEntries(counts),
    workerLog: ({ level, message, logCategory, invocationId }) => {
      const functionName = invocationId === undefined ? undefined : live.get(invocationId);
      if (logCategory === "user" && functionName === undefined) return;
      options.log({
        source: logCategory === "user" ? "user" : "worker",
        level,
        message,
        ...(functionName === undefined ? {} : { functionName }),
        ...(invocationId === undefined ? {} : { invocationId }),
      });
    },
    execute: (run) => {
      const work = execute(run).finally(() => running.delete(work));
      running.add(work);
      return work;
    },
    settled: async () => void (await Promise.all(running)),
  };

  async function execute(run: Parameters<Executor["execute"]>[0]): Promise<InvocationResult> {
    const functionName = run.plan.name;
    const invocationId = randomUUID();
    const count = counts.get(functionName) ?? { running: 0, succeeded: 0, failed: 0 };
    counts.set(functionName, count);
    count.running += 1;
    live.set(invocationId, functionName);
    options.onInvocation({ phase: "started", functionName, invocationId });
    try {
      const response = await withinTimeout(run, invocationId);
      await writeOutputs(run.plan, response);
      count.succeeded += 1;
      options.onInvocation({ phase: "succeeded", functionName, invocationId });
      return { succeeded: true, invocationId, value: fromTypedData(response.returnValue) };
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown.message : String(thrown);
      count.failed += 1;
      const message = `Executed '${functionName}' (Failed): ${error}`;
      options.log({ source: "host", level: "error", message, functionName, invocationId });
      options.onInvocation({ phase: "failed", functionName, invocationId, error });
      if (thrown instanceof TimedOut) await endWorkerOf(thrown, run.pool);
      return { succeeded: false, invocationId, error };
    } finally {
      count.running -= 1;
      live.delete(invocationId);
    }
  }

  async function withinTimeout(
    { plan, trigger, pool, functionTimeoutMs }: Parameters<Executor["execute"]>[0],
    invocationId: string,
  ): Promise<InvocationResponse> {
    const worker = await pool.ready();
    const done = new AbortController();
    const answered = worker
      .invoke({
        invocationId,
        functionId: plan.functionId,
        traceContext: traceContext(),
        ...trigger,
      })
      .finally(() => done.abort());
    if (functionTimeoutMs > LONGEST_MS) return await answered;
    const timedOut = clock.sleep(functionTimeoutMs, done.signal).then(async () => {
      if (done.signal.aborted) return await answered;
      const seconds = functionTimeoutMs / 1000;
      const message = `Timeout value of ${seconds} s was exceeded by ${plan.name}`;
      throw new TimedOut(message, worker, answered);
    });
    return await Promise.race([answered, timedOut]);
  }

  /**
   * The worker runs on for a while. If the invocation has not ended by then, the worker is asked to end, and
   * replaced: what else ran in it has no result until its own time-out (WebScriptHostExceptionHandler.cs,
   * and DisposeAndRestartWorkerChannel, which fails nothing without an exception).
   */
  async function endWorkerOf({ worker, answered }: TimedOut, pool: WorkerPool): Promise<void> {
    const ended = new AbortController();
    const end = (): void => ended.abort();
    void answered.then(end, end);
    await clock.sleep(options.timeoutGraceMs, ended.signal);
    if (!ended.signal.aborted) await pool.replace(worker);
  }

  /** Writes outputs, only after success: one output's messages in sequence, several outputs in parallel. */
  async function writeOutputs(plan: FunctionPlan, response: InvocationResponse): Promise<void> {
    const outputs = queueOutputs(plan.bindings, response);
    await Promise.all(
      [...outputs].map(async ([name, texts]) => {
        const address = plan.outputs.get(name);
        if (!address) return;
        const queue = storage.queues(address.serviceUri).getQueueClient(address.queue);
        for (const text of texts) {
          const encoded = options.encoding() === "none" ? text : toBase64(text);
          await addMessage(queue, encoded);
          options.queued(address.queue);
        }
      }),
    );
  }
}

const toBase64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");

const traceContext = (): { traceParent: string; traceState: string } => ({
  traceParent: `00-${randomBytes(16).toString("hex")}-${randomBytes(8).toString("hex")}-00`,
  traceState: "",
});
