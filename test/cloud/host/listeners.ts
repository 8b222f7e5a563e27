import type { Clock } from "../../../shared/core/clock.ts";
import type { AppSettings } from "./app-settings.ts";
import type { FunctionPlan } from "./function-plan.ts";
import type { HostSettings } from "./host-json.ts";
import type { HostTiming, InvocationResult } from "./host-options.ts";
import { poisonQueueOf } from "./poison-queue.ts";
import type { LogLevel } from "./protocol.ts";
import { type QueueListener, startQueueListener } from "./queue-listener.ts";
import { queueTrigger, type TriggerData } from "./queue-trigger.ts";
import type { StorageClients } from "./storage-clients.ts";
import { startTimerListener, type TimerListener, timerTrigger } from "./timer-listener.ts";
import { leaseSeconds, lockTimer } from "./timer-lock.ts";
import { blobTimerStatus } from "./timer-status.ts";

/** The listeners of one host's functions. */
export interface Listeners {
  /** Makes the listeners of a queue poll at once. */
  wake(queue: string): void;
  /** Starts nothing new; resolves when running invocations have ended and their messages are settled. */
  stop(): Promise<void>;
  /** From now on nothing is settled or released. */
  abandon(): void;
}

export interface ListenersOptions {
  readonly plans: readonly FunctionPlan[];
  readonly settings: AppSettings;
  readonly queues: HostSettings["queues"];
  readonly storage: StorageClients;
  readonly hostId: string;
  readonly timing: HostTiming;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: (level: LogLevel, message: string) => void;
  /** Called for an error of storage that stops the whole host. */
  readonly failed: (error: unknown) => void;
  readonly execute: (plan: FunctionPlan, trigger: TriggerData) => Promise<InvocationResult>;
}

interface Listener {
  stop(): Promise<void>;
  abandon(): void;
}

/** @throws TypeError if a timer needs AzureWebJobsStorage and it is not set. */
export function startListeners(options: ListenersOptions): Listeners {
  const { plans, settings, storage } = options;
  const queues = new Map<string, Set<QueueListener>>();
  const wake = (queue: string): void => queues.get(queue)?.forEach((listener) => listener.wake());
  const blobs = plans.some(({ trigger }) => trigger.kind === "timer")
    ? storage.blobs(settings.serviceUri("AzureWebJobsStorage", "blob"))
    : undefined;
  const listeners = plans.map((plan): Listener => {
    if (plan.trigger.kind === "timer") return listenToTimer(plan, plan.trigger);
    const listener = listenToQueue(plan, plan.trigger);
    const { queue } = plan.trigger;
    queues.set(queue, (queues.get(queue) ?? new Set<QueueListener>()).add(listener));
    return listener;
  });
  return {
    wake,
    stop: async () => {
      await Promise.all(listeners.map((listener) => listener.stop()));
    },
    abandon: () => listeners.forEach((listener) => listener.abandon()),
  };

  function listenToQueue(
    plan: FunctionPlan,
    trigger: FunctionPlan["trigger"] & { kind: "queue" },
  ): QueueListener {
    const service = storage.queues(trigger.serviceUri);
    return startQueueListener({
      queue: service.getQueueClient(trigger.queue),
      poison: poisonQueueOf(service, trigger.queue, wake),
      settings: options.queues,
      invisibilityMs: options.timing.invisibilityMs,
      clock: options.clock,
      random: options.random,
      log: options.log,
      failed: options.failed,
      execute: async (message) => {
        const { succeeded } = await options.execute(
          plan,
          queueTrigger(trigger.bindingName, message),
        );
        return succeeded;
      },
    });
  }

  function listenToTimer(
    plan: FunctionPlan,
    trigger: FunctionPlan["trigger"] & { kind: "timer" },
  ): Listener {
    if (!blobs) throw new TypeError("a timer without storage");
    const { clock, hostId, log } = options;
    const { schedule, useMonitor, runOnStartup, bindingName } = trigger;
    const isMonitored = useMonitor && !schedule.isSubMinute;
    let listener: TimerListener | undefined;
    const start = (): void => {
      listener = startTimerListener({
        timer: plan.name,
        schedule,
        store: isMonitored ? blobTimerStatus(blobs, hostId) : undefined,
        runOnStartup,
        clock,
        log,
        execute: (status, isPastDue) =>
          options.execute(
            plan,
            timerTrigger(bindingName, {
              status,
              isPastDue,
              adjustsForDst: schedule.adjustsForDst,
              nowMs: clock.now(),
            }),
          ),
      });
    };
    const lock = lockTimer({
      service: blobs,
      hostId,
      timer: plan.name,
      leaseSeconds: leaseSeconds(settings.get("AZURE_FUNCTIONS_ENVIRONMENT")),
      clock,
      random: options.random,
      log,
      taken: start,
      failed: options.failed,
    });
    return {
      stop: async () => {
        await listener?.stop();
        await lock.release();
      },
      abandon: () => {
        lock.abandon();
        void listener?.stop();
      },
    };
  }
}
