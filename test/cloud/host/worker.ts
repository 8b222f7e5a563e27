/**
 * The worker: a separate process that loads the built app and runs its functions for the host, as
 * Azure's Node worker does. It always ends when the host does.
 */
import Module from "node:module";

import { hookContext } from "./core-hooks.ts";
import { createApp, createCoreModule } from "./core-module.ts";
import { invoke } from "./invocation.ts";
import { startApp } from "./load-app.ts";
import type {
  FromWorker,
  RequestName,
  Requests,
  RpcException,
  RpcLog,
  ToWorker,
} from "./protocol.ts";

const workerVersion = process.argv[2] ?? "";
let app = createApp(workerVersion);
let hostVersion = "";

const tell = (message: FromWorker): void => {
  process.send?.(message);
};

/** Passes a log line through the app's `log` hooks, which may change a user's line but not drop it. */
function log(line: RpcLog, shared: object = { hookData: {} }): void {
  const own = { level: line.level, message: line.message };
  const context = hookContext({ ...shared, category: line.logCategory }, own);
  try {
    for (const callback of app.hooks.of("log")) callback(context);
  } catch {
    // nodejs-worker src/WorkerContext.ts: a hook must not prevent a log
  }
  // Only these two: the hooks' context also holds the invocation's, metadata of the sender's included.
  const { level, message } = own;
  tell({ type: "log", log: line.logCategory === "user" ? { ...line, level, message } : line });
}

const systemLog = (level: RpcLog["level"], message: string): void =>
  log({ level, logCategory: "system", message });

const core = createCoreModule(() => app, {
  version: workerVersion,
  hostVersion: () => hostVersion,
  log,
});
// eslint-disable-next-line typescript/unbound-method -- replaced as the worker replaces it
const require = Module.prototype.require;
Module.prototype.require = Object.assign(function (this: Module, id: string): unknown {
  return id === "@azure/functions-core" ? core : require.call(this, id);
}, require);

/** nodejs-worker src/eventHandlers/getWorkerCapabilities.ts; none of them is about canceling. */
const CAPABILITIES = {
  RawHttpBodyBytes: "true",
  RpcHttpTriggerMetadataRemoved: "true",
  RpcHttpBodyOnly: "true",
  IgnoreEmptyValuedRpcHttpHeaders: "true",
  UseNullableValueDictionaryForHttp: "true",
  WorkerStatus: "true",
  TypedDataCollection: "true",
  HandlesWorkerTerminateMessage: "true",
};

async function load(directory: string): Promise<Requests["workerInit"]["answer"]> {
  await startApp(app, directory, (message) => systemLog("warning", message));
  const defaults = { ...CAPABILITIES };
  const capabilities = (await app.model?.getCapabilities?.(defaults)) ?? defaults;
  const model = app.model && { name: app.model.name, version: app.model.version };
  return { capabilities, model };
}

type Handlers = {
  [Name in RequestName]: (ask: Requests[Name]["ask"]) => Promise<Requests[Name]["answer"]>;
};

const handlers: Handlers = {
  workerInit: async (ask) => {
    hostVersion = ask.hostVersion;
    return ask.functionAppDirectory
      ? await load(ask.functionAppDirectory)
      : { capabilities: CAPABILITIES };
  },
  functionEnvironmentReload: async (ask) => {
    app = createApp(workerVersion);
    for (const name of Object.keys(process.env)) delete process.env[name];
    Object.assign(process.env, ask.environmentVariables);
    process.chdir(ask.functionAppDirectory);
    return await load(ask.functionAppDirectory);
  },
  functionsMetadata: async () => {
    app.locked = true;
    const functions = [...app.functions.values()].map(({ metadata }) => metadata);
    // If nothing was registered, the error is printed but not reported to the host.
    if (functions.length > 0 && app.startError) throw app.startError;
    return { useDefaultMetadataIndexing: functions.length === 0, functions };
  },
  invocation: (ask) => invoke(app, ask, log),
};

async function terminate(): Promise<never> {
  const data = { hookData: app.hooks.appLevelData, appHookData: app.hooks.appHookData };
  await app.hooks.run("appTerminate", hookContext(data, {}));
  process.exit(0);
}

async function answer(message: ToWorker): Promise<void> {
  if (message.type === "workerTerminate") return await terminate();
  const { requestId } = message;
  try {
    const handler = handlers[message.type] as (ask: unknown) => Promise<unknown>;
    tell({ type: "answer", requestId, answer: await handler(message.ask) });
  } catch (thrown) {
    tell({ type: "failure", requestId, error: toException(thrown) });
  }
}

/** nodejs-worker src/errors.ts: any thrown value reaches the host as a message and a stack. */
function toException(thrown: unknown): RpcException {
  if (thrown instanceof Error) return { message: thrown.message, stackTrace: thrown.stack };
  if (thrown === undefined || thrown === null) return { message: "Unknown error" };
  return { message: typeof thrown === "string" ? thrown : JSON.stringify(thrown) };
}

process.on("message", (message) => void answer(message as ToWorker));
process.on("disconnect", () => process.exit(0));
// Ctrl-C reaches the whole process group, but the host decides when its worker ends.
process.on("SIGINT", () => {});
// Unhandled rejections arrive here too: every invocation of this process fails.
process.on("uncaughtException", (error) => {
  console.error(`Worker uncaught exception: ${error.stack ?? String(error)}`);
  process.exit(1);
});
