import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

import type {
  FromWorker,
  FunctionMetadata,
  RequestName,
  Requests,
  RpcException,
  RpcLog,
  ToWorker,
} from "./protocol.ts";

export interface WorkerOptions {
  /** The folder that is deployed. */
  readonly dist: string;
  /** The app's settings. Of this process's environment only PATH is added. */
  readonly env: Readonly<Record<string, string>>;
  readonly workerVersion: string;
  readonly hostVersion: string;
  /** Starts as a warm-pool worker: the settings arrive after the process has started. */
  readonly warm: boolean;
  readonly onLog: (log: RpcLog) => void;
  /** A line of the worker's process output, not of the host's log. */
  readonly onConsole: (line: string, stream: "stdout" | "stderr") => void;
}

/** One worker process that has loaded the app. */
export interface WorkerProcess {
  readonly pid: number;
  readonly functions: readonly FunctionMetadata[];
  /** Resolves when the process has ended. */
  readonly ended: Promise<WorkerEnd>;
  /**
   * Never settles if the process ends without a crash: Azure's host does not notice.
   * @throws WorkerFailure if the function threw or the process crashed.
   */
  invoke(ask: Requests["invocation"]["ask"]): Promise<Requests["invocation"]["answer"]>;
  /** Asks it to end, as the host does at a scale-in; kills it after `graceMs`. */
  terminate(graceMs: number): Promise<void>;
  kill(): Promise<void>;
  /** Fails every invocation that has no answer yet. */
  giveUp(reason: string): void;
}

/** How a worker's process ended. */
export interface WorkerEnd {
  readonly reason: string;
  /** `left`: with code 0, which the host does not notice. `asked`: with code 200, to be started again. */
  readonly how: "crashed" | "left" | "asked";
}

/** An invocation, or a load, that failed in the worker or with it. */
export class WorkerFailure extends Error {
  readonly stackTrace: string | undefined;

  constructor({ message, stackTrace }: RpcException) {
    super(message);
    this.stackTrace = stackTrace;
  }
}

/**
 * Node and the preload of the local cloud (redirect.cjs) read these when a process starts, before a
 * warm worker gets its settings.
 */
const READ_AT_START = [
  "NODE_OPTIONS",
  "NODE_EXTRA_CA_CERTS",
  "NODE_COMPILE_CACHE",
  "LOCAL_CLOUD_REDIRECT",
];

/**
 * Starts a worker, loads the app in it and asks for its functions.
 *
 * @throws WorkerFailure if the app cannot be loaded or registers nothing; Azure's host would silently
 * continue in the second case.
 */
export async function startWorker(options: WorkerOptions): Promise<WorkerProcess> {
  const { dist, hostVersion } = options;
  const path = process.env["PATH"] ?? "";
  const env: WorkerOptions["env"] = {
    FUNCTIONS_WORKER_DIRECTORY: import.meta.dirname,
    ...options.env,
  };
  const early = Object.fromEntries(
    READ_AT_START.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
  );
  const child = fork(join(import.meta.dirname, "worker.ts"), [options.workerVersion], {
    cwd: dist,
    env: options.warm ? { PATH: path, ...early } : { PATH: path, ...env },
    execArgv: [],
    serialization: "advanced",
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const lastLines = watchConsole(child, options.onConsole);
  const closed = once(child, "close");
  const ended = once(child, "exit").then(([code, signal]): WorkerEnd => {
    const reason = `the worker process ended (${signal ? String(signal) : `code ${String(code)}`})`;
    return { reason, how: code === 0 ? "left" : code === RESTART_CODE ? "asked" : "crashed" };
  });
  const { request, giveUp } = createRequests(child, options.onLog, ended);

  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
  };
  try {
    if (options.warm) {
      await request("workerInit", { hostVersion });
      await request("functionEnvironmentReload", {
        environmentVariables: { PATH: path, ...env },
        functionAppDirectory: dist,
      });
    } else {
      await request("workerInit", { hostVersion, functionAppDirectory: dist });
    }
    const { functions, useDefaultMetadataIndexing } = await request("functionsMetadata", undefined);
    if (useDefaultMetadataIndexing) {
      await kill();
      await closed;
      throw new WorkerFailure({ message: `The app registered no function. ${lastLines()}` });
    }
    return {
      pid: child.pid ?? 0,
      functions,
      ended,
      invoke: (ask) => request("invocation", ask),
      terminate: async (graceMs) => {
        const late = setTimeout(() => child.kill("SIGKILL"), graceMs);
        if (child.connected) child.send({ type: "workerTerminate" } satisfies ToWorker);
        await ended;
        clearTimeout(late);
      },
      kill,
      giveUp,
    };
  } catch (error) {
    await kill();
    throw error;
  }
}

/** WorkerConstants.IntentionalRestartExitCode. */
const RESTART_CODE = 200;

type Request = <Name extends RequestName>(
  type: Name,
  ask: Requests[Name]["ask"],
) => Promise<Requests[Name]["answer"]>;

/** Requests to the process, answered in any order; its end fails all pending ones, if it crashed. */
function createRequests(
  child: ChildProcess,
  onLog: (log: RpcLog) => void,
  ended: Promise<WorkerEnd>,
): { request: Request; giveUp: (reason: string) => void } {
  const waiting = new Map<number, Asked>();
  let isLoaded = false;
  let lastId = 0;
  let end: string | undefined;
  child.on("message", (message) => {
    const said = message as FromWorker;
    if (said.type === "log") return onLog(said.log);
    const asked = waiting.get(said.requestId);
    waiting.delete(said.requestId);
    if (said.type === "answer") asked?.resolve(said.answer);
    else asked?.reject(new WorkerFailure(said.error));
  });
  const giveUp = (reason: string): void => {
    end = reason;
    for (const asked of waiting.values()) asked.reject(new WorkerFailure({ message: reason }));
    waiting.clear();
  };
  void failAfterCrash();
  const request: Request = async (type, ask) => {
    if (end !== undefined) throw new WorkerFailure({ message: end });
    if (type === "invocation") isLoaded = true;
    const requestId = ++lastId;
    const answer = new Promise<unknown>((resolve, reject) => {
      waiting.set(requestId, { resolve, reject });
    });
    // A send that fails is followed by the exit, which fails the request.
    child.send({ type, requestId, ask }, () => {});
    return (await answer) as never;
  };
  return { request, giveUp };

  async function failAfterCrash(): Promise<void> {
    const { reason, how } = await ended;
    // The host waits for each step of a start, but for an invocation only until its time-out.
    if (how === "crashed" || !isLoaded) giveUp(reason);
  }
}

interface Asked {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Forwards the process's output lines, and keeps the last of stderr for a failure's message. */
function watchConsole(child: ChildProcess, onConsole: WorkerOptions["onConsole"]): () => string {
  const kept: string[] = [];
  const watch = (from: Readable | null, stream: "stdout" | "stderr"): void => {
    if (!from) return;
    createInterface({ input: from }).on("line", (line) => {
      if (stream === "stderr") kept.splice(0, kept.length, ...[...kept, line].slice(-12));
      onConsole(line, stream);
    });
  };
  watch(child.stdout, "stdout");
  watch(child.stderr, "stderr");
  return () => kept.join("\n");
}
