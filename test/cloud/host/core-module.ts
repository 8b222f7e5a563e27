import { basename } from "node:path";

import { createHooks, type HookCallback, type Hooks } from "./core-hooks.ts";
import type { Binding, BindingInfo, FunctionMetadata, LogLevel, RpcLog } from "./protocol.ts";

/** The argument of `app.storageQueue` and similar calls. */
interface Registration {
  readonly name: string;
  readonly functionId?: string;
  readonly bindings: Readonly<Record<string, Binding>>;
  readonly retryOptions?: unknown;
}

/** The library's side of one invocation (`InvocationModel` of `@azure/functions`). */
export interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<unknown>;
}

export type FunctionCallback = (...args: unknown[]) => unknown;

export interface ProgrammingModel {
  readonly name: string;
  readonly version: string;
  getInvocationModel(context: unknown): InvocationModel | Promise<InvocationModel>;
  getCapabilities?(
    defaults: Record<string, string>,
  ): Record<string, string> | Promise<Record<string, string>>;
}

export interface RegisteredFunction {
  readonly metadata: FunctionMetadata;
  /** The bindings by name, which the library expects at each invocation. */
  readonly bindings: Registration["bindings"];
  readonly callback: FunctionCallback;
}

/** One app in one worker, with everything its code has registered so far. */
export interface AppState {
  readonly functions: Map<string, RegisteredFunction>;
  readonly hooks: Hooks;
  model: ProgrammingModel | undefined;
  /** The file that is being loaded, for the metadata. */
  entryPoint: string | undefined;
  /** True once the host has asked for the functions: none can be added after that. */
  locked: boolean;
  /** The error that stopped the app from loading, reported when the host asks for the functions. */
  startError: Error | undefined;
}

/** An error of the platform, not of the app. */
export class SystemError extends Error {
  readonly isAzureFunctionsSystemError = true;
}

/** Undoes a registration. */
export class Disposable {
  readonly #release: () => void;

  constructor(release: () => void) {
    this.#release = release;
  }

  static from(...parts: { dispose(): unknown }[]): Disposable {
    return new Disposable(() => parts.forEach((part) => part.dispose()));
  }

  dispose(): void {
    this.#release();
  }
}

export const createApp = (workerVersion: string): AppState => ({
  functions: new Map(),
  hooks: createHooks(workerVersion),
  model: undefined,
  entryPoint: undefined,
  locked: false,
  startError: undefined,
});

const DIRECTIONS = ["in", "out", "inout"];
const DATA_TYPES = ["undefined", "string", "binary", "stream"];

/**
 * The module `@azure/functions-core`, which is in no registry: Azure's worker provides it to every
 * `require` in its process (nodejs-worker src/setupCoreModule.ts, types-core/index.d.ts).
 */
export function createCoreModule(
  app: () => AppState,
  worker: { version: string; hostVersion: () => string; log: (log: RpcLog) => void },
): object {
  return {
    version: worker.version,
    get hostVersion() {
      return worker.hostVersion();
    },
    Disposable,
    registerHook: (name: string, callback: HookCallback) =>
      new Disposable(app().hooks.register(name, callback)),
    setProgrammingModel: (model: ProgrammingModel) => {
      app().model = model;
    },
    getProgrammingModel: () => app().model,
    log: (level: LogLevel, logCategory: RpcLog["logCategory"], message: string) =>
      worker.log({ level, logCategory, message }),
    registerFunction: (registration: Registration, callback: FunctionCallback) =>
      register(app(), registration, callback),
  };
}

function register(
  app: AppState,
  registration: Registration,
  callback: FunctionCallback,
): Disposable {
  if (app.locked) throw new SystemError("A function can only be registered during app startup.");
  const { name, bindings, retryOptions } = registration;
  const functionId = registration.functionId ?? name;
  if (app.functions.has(functionId))
    throw new SystemError(`A function with id "${functionId}" has already been registered.`);
  const metadata = {
    functionId,
    name,
    scriptFile: app.entryPoint ? basename(app.entryPoint) : "unknown",
    bindings: Object.entries(bindings).map(([key, binding]) => toRaw(key, binding)),
    ...(retryOptions === undefined ? {} : { retryOptions }),
  };
  app.functions.set(functionId, { metadata, bindings, callback });
  return new Disposable(() => {
    if (app.locked) throw new SystemError("A function can only be disposed during app startup.");
    app.functions.delete(functionId);
  });
}

/** The binding as the host receives it: its JSON form and its name. */
function toRaw(name: string, binding: Binding): BindingInfo {
  if (!DIRECTIONS.includes(binding.direction))
    throw new RangeError(`Unexpected value "${binding.direction}" for a binding's direction`);
  const { dataType = "undefined" } = binding;
  if (typeof dataType !== "string" || !DATA_TYPES.includes(dataType))
    throw new RangeError("Unexpected value for a binding's data type");
  return JSON.parse(JSON.stringify({ ...binding, name })) as BindingInfo;
}
