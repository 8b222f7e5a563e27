import { randomBytes, randomUUID } from "node:crypto";

import type { Clock } from "../../../shared/core/clock.ts";
import type { FunctionPlan } from "./function-plan.ts";
import type {
  HostLog,
  HostStorage,
  InvocationCounts,
  InvocationEvent,
  InvocationResult,
} from "./host-options.ts";
import { addMessage } from "./poison-queue.ts";
import type { InvocationResponse, RpcLog } from "./protocol.ts";
import { queueOutputs } from "./queue-output.ts";
import type { TriggerData } from "./queue-trigger.ts";
import { fromTypedData } from "./typed-data.ts";
import type { WorkerPool } from "./worker-pool.ts";

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
}

/** The largest delay that setTimeout accepts. */
const LONGEST_MS = 2 ** 31 - 1;

export function createExecutor(options: {
  readonly storage: HostStorage;
  readonly encoding: () => "none" | "base64";
  readonly clock: Clock;
  readonly log: (line: HostLog) => void;
  readonly onInvocation: (event: InvocationEvent) => void;
  /** A function sent a message to a queue, so its listener may poll at once. */
  readonly queued: (queue: string) => void;
}): Executor {
  const { storage, clock } = options;
  const live = new Map<string, string>();
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
    execute: async (run) => {
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
        return { succeeded: false, invocationId, error };
      } finally {
        count.running -= 1;
        live.delete(invocationId);
      }
    },
  };

  /** A time-out restarts the whole worker, so every other invocation in it fails too. */
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
      answered.catch(() => {});
      await worker.kill();
      throw new Error(
        `Timeout value of ${functionTimeoutMs / 1000} s was exceeded by ${plan.name}`,
      );
    });
    return await Promise.race([answered, timedOut]);
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
          await addMessage(queue, options.encoding() === "none" ? text : toBase64(text));
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
