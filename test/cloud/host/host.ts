import { availableParallelism } from "node:os";

import { systemClock } from "../../../shared/core/clock.ts";
import { type AppSettings, NotEmulated, readAppSettings } from "./app-settings.ts";
import { createExecutor } from "./executor.ts";
import { type FunctionPlan, planFunction } from "./function-plan.ts";
import { readHostJson } from "./host-json.ts";
import {
  AZURE_TIMING,
  type HostOptions,
  type HostStatus,
  type InvocationResult,
} from "./host-options.ts";
import { startListeners, type Listeners } from "./listeners.ts";
import type { FunctionMetadata, LogLevel } from "./protocol.ts";
import { createStorageClients } from "./storage-clients.ts";
import { timerTrigger } from "./timer-listener.ts";
import { blobTimerStatus } from "./timer-status.ts";
import { startWorkerPool, type WorkerPool } from "./worker-pool.ts";

/** A Functions host with one worker. Several of one `dist` compete, as instances do. */
export interface FunctionsHost {
  readonly functions: readonly FunctionPlan[];
  status(): HostStatus;
  /** Runs a timer's function now, as an administrator can; its schedule and status do not change. */
  fireTimer(name: string, how?: { pastDue?: boolean }): Promise<InvocationResult>;
  /** Kills the worker (SIGKILL): its invocations fail, and another worker takes its place. */
  kill(): Promise<void>;
  /**
   * The instance vanishes: the worker is killed, and messages and locks are not released. Messages
   * become visible when their time-out ends, locks are free when their leases expire.
   */
  vanish(): Promise<void>;
  /**
   * Waits for the invocations that run (10 s), while it **still takes messages and fires timers** unless the app
   * setting FUNCTIONS_ENABLE_DRAIN_ON_APP_STOPPING is true; then asks the worker to end (5 s), then kills it.
   */
  stop(): Promise<void>;
  /** Stops the host if it runs and starts it again, which detects missed timers. */
  restart(): Promise<void>;
}

/** One run of the host, from start to stop. */
interface Life {
  readonly plans: readonly FunctionPlan[];
  readonly pool: WorkerPool;
  readonly listeners: Listeners;
  readonly functionTimeoutMs: number;
  readonly encoding: "none" | "base64";
}

/** The newest version in the Core Tools when this was written (eng/build/Packages.props). */
const HOST_VERSION = "4.1052.200";
const WORKER_VERSION = "3.14.1";

/** EnvironmentExtensions.DrainOnApplicationStoppingEnabled; what Azure sets is unknown. */
const stopsListenersFirst = (settings: AppSettings): boolean =>
  Boolean(settings.get("KUBERNETES_SERVICE_HOST")) ||
  settings.get("FUNCTIONS_ENABLE_DRAIN_ON_APP_STOPPING")?.trim().toLowerCase() === "true";

/**
 * Starts the built app as Azure's Functions host would (README.md says what is emulated and what is
 * not).
 *
 * @throws TypeError, WorkerFailure if the app does not load or registers nothing, which Azure's host does not
 * report, for a host.json with which it does not start, and for features that are not emulated.
 */
export async function startHost(options: HostOptions): Promise<FunctionsHost> {
  const { dist, clock = systemClock, random = Math.random } = options;
  const storage = createStorageClients(options.storage);
  const timing = { ...AZURE_TIMING, ...options.timing };
  // As in the Core Tools; a test of Azure's own behavior sets it to Production.
  const env = { AZURE_FUNCTIONS_ENVIRONMENT: "Development", ...options.env };
  const settings = readAppSettings(env);
  const hostId = settings.get("AzureFunctionsWebHost__hostid") ?? "local-host";
  let state: HostStatus["state"] = "stopped";
  let failure: string | undefined;
  let recycles = 0;
  let recycling = new AbortController();
  let recycled = Promise.resolve();
  let ended = Promise.resolve();

  const log = (level: LogLevel, message: string): void =>
    options.onLog?.({ source: "host", level, message });
  const executor = createExecutor({
    storage,
    clock,
    timeoutGraceMs: timing.timeoutGraceMs,
    encoding: () => life.encoding,
    log: (line) => options.onLog?.(line),
    onInvocation: (event) => options.onInvocation?.(event),
    queued: (queue) => life.listeners.wake(queue),
  });
  let life = await start();

  return {
    get functions() {
      return life.plans;
    },
    status: () => ({
      state,
      ...(failure === undefined ? {} : { failure }),
      workerPid: life.pool.pid,
      workerRestarts: life.pool.restarts,
      recycles,
      functions: executor.counts(),
    }),
    fireTimer,
    kill: () => life.pool.kill(),
    vanish: async () => {
      recycling.abort();
      await recycled;
      state = "gone";
      life.listeners.abandon();
      await life.pool.abandon();
    },
    stop,
    restart: async () => {
      await stop();
      life = await start();
    },
  };

  async function start(): Promise<Life> {
    const hostJson = readHostJson(dist, env, availableParallelism());
    const pool = await startWorkerPool(
      {
        dist,
        env: { ...env, FUNCTIONS_APPLICATION_DIRECTORY: dist },
        workerVersion: options.workerVersion ?? WORKER_VERSION,
        hostVersion: HOST_VERSION,
        warm: options.warm ?? true,
        onLog: (line) => executor.workerLog(line),
        onConsole: (message, stream) =>
          options.onLog?.({
            source: "console",
            level: stream === "stderr" ? "error" : "information",
            message,
          }),
      },
      timing,
      {
        clock,
        exited: (reason) => log("error", reason),
        failed: (error) => fail(error.message),
      },
    );
    try {
      const worker = await pool.ready();
      const plans = worker.functions.flatMap((metadata) => planOrSkip(metadata));
      const { functionTimeoutMs, queues } = hostJson;
      const listeners = startListeners({
        plans: plans.filter(({ name }) => isOurs(name) && !isDisabled(name)),
        settings,
        queues,
        storage,
        hostId,
        timing,
        clock,
        random,
        log,
        failed: (error) => fail(`An unhandled exception has occurred: ${String(error)}`),
        execute: (plan, trigger) => executor.execute({ plan, trigger, pool, functionTimeoutMs }),
      });
      state = "running";
      failure = undefined;
      return { plans, pool, listeners, functionTimeoutMs, encoding: queues.messageEncoding };
    } catch (error) {
      await pool.abandon();
      throw error;
    }
  }

  /** Azure's host runs the other functions, too. */
  function planOrSkip(metadata: FunctionMetadata): FunctionPlan[] {
    try {
      return [planFunction(metadata, settings)];
    } catch (error) {
      if (error instanceof NotEmulated) throw error;
      log("error", `${(error as Error).message}. It is skipped.`);
      return [];
    }
  }

  /** On Flex Consumption each function has its own instances (FunctionGroupListenerDecorator). */
  function isOurs(name: string): boolean {
    const group = settings.get("FUNCTIONS_TARGET_GROUP");
    return group === undefined || group === `function:${name}`;
  }

  /** As measured with the real host: a dot or one underscore around the name, true or 1. */
  function isDisabled(name: string): boolean {
    return [`AzureWebJobs.${name}.Disabled`, `AzureWebJobs_${name}_Disabled`].some((setting) =>
      ["true", "1"].includes(settings.get(setting)?.toLowerCase() ?? ""),
    );
  }

  async function stop(): Promise<void> {
    if (state === "stopped" || state === "gone") return;
    if (state === "failed") {
      recycling.abort();
      await recycled;
    }
    if (state === "running") {
      state = "draining";
      ended = end();
    }
    await ended;
    state = "stopped";
  }

  /** As the host ends when its process is asked to, or has stopped itself. */
  async function end(): Promise<void> {
    const late = new AbortController();
    const drained = drain().then(() => late.abort());
    await Promise.race([drained, clock.sleep(timing.drainMs, late.signal)]);
    if (!late.signal.aborted) {
      log("warning", "Invocations are still running: their messages become visible again later.");
      life.listeners.abandon();
    }
    await life.pool.stop();
  }

  /**
   * Without drain mode the listeners stop only when the invocations that ran before have ended
   * (FunctionInvocationDispatcherShutdownManager stops before JobHostService).
   */
  async function drain(): Promise<void> {
    if (!stopsListenersFirst(settings)) await executor.settled();
    await life.listeners.stop();
  }

  function fail(reason: string): void {
    if (state === "running") recycled = recycle(reason);
  }

  /** The host stops itself, and the platform starts it again (WebScriptHostExceptionHandler.cs). */
  async function recycle(reason: string): Promise<void> {
    state = "failed";
    failure = reason;
    recycling = new AbortController();
    log("critical", `${reason}: the host stops.`);
    await end();
    if (timing.recycleMs === Infinity) return;
    await clock.sleep(timing.recycleMs, recycling.signal);
    if (recycling.signal.aborted) return;
    try {
      life = await start();
      recycles += 1;
    } catch (error) {
      failure = (error as Error).message;
      log("critical", `The host could not be started again: ${failure}`);
    }
  }

  async function fireTimer(
    name: string,
    { pastDue = false }: { pastDue?: boolean } = {},
  ): Promise<InvocationResult> {
    const plan = life.plans.find((candidate) => candidate.name === name);
    if (plan?.trigger.kind !== "timer") throw new TypeError(`There is no timer named ${name}.`);
    const { bindingName, useMonitor, schedule } = plan.trigger;
    const { adjustsForDst } = schedule;
    const isMonitored = useMonitor && !schedule.isSubMinute;
    const blobs = isMonitored && storage.blobs(settings.serviceUri("AzureWebJobsStorage", "blob"));
    const status = blobs ? await blobTimerStatus(blobs, hostId).read(name) : undefined;
    const run = { status, isPastDue: pastDue, adjustsForDst, nowMs: clock.now() };
    const { pool, functionTimeoutMs } = life;
    const trigger = timerTrigger(bindingName, run);
    return await executor.execute({ plan, trigger, pool, functionTimeoutMs });
  }
}
