/**
 * The protocol between our host and its worker. Azure uses gRPC; these are the same messages
 * (FunctionRpc.proto) over Node's IPC, reduced to those that queue and timer functions need.
 */

/** A value sent to or from a function; at most one property is set, none means null. */
export interface TypedData {
  readonly string?: string;
  readonly json?: string;
  readonly bytes?: Uint8Array;
  readonly int?: number;
  readonly double?: number;
}

export interface ParameterBinding {
  readonly name: string;
  readonly data: TypedData;
}

export interface InvocationRequest {
  readonly invocationId: string;
  readonly functionId: string;
  readonly inputData: readonly ParameterBinding[];
  readonly triggerMetadata: Readonly<Record<string, TypedData>>;
  readonly traceContext: { readonly traceParent: string; readonly traceState: string };
}

export interface InvocationResponse {
  readonly invocationId: string;
  readonly outputData?: readonly ParameterBinding[] | null;
  readonly returnValue?: TypedData | null;
}

/** One trigger, input or output as the library registered it, with unresolved settings. */
export interface Binding {
  readonly type: string;
  readonly direction: "in" | "out" | "inout";
  readonly [option: string]: unknown;
}

export interface BindingInfo extends Binding {
  readonly name: string;
}

/** One function as the worker reports it. */
export interface FunctionMetadata {
  readonly functionId: string;
  readonly name: string;
  readonly scriptFile: string;
  readonly bindings: readonly BindingInfo[];
  readonly retryOptions?: unknown;
}

export type LogLevel =
  | "trace"
  | "debug"
  | "information"
  | "warning"
  | "error"
  | "critical"
  | "none";

export interface RpcLog {
  readonly level: LogLevel;
  readonly logCategory: "user" | "system" | "customMetric";
  readonly message: string;
  readonly category?: string;
  readonly invocationId?: string;
}

/** The requests to the worker, with their answers. */
export interface Requests {
  /** Loads the app. As in Azure's worker, `functionsMetadata` reports a failed load. */
  readonly workerInit: {
    readonly ask: { readonly hostVersion: string; readonly functionAppDirectory?: string };
    readonly answer: {
      readonly capabilities: Readonly<Record<string, string>>;
      readonly model?: { readonly name: string; readonly version: string } | undefined;
    };
  };
  /** Specializes a warm-pool worker: replaces the environment, then loads the app. */
  readonly functionEnvironmentReload: {
    readonly ask: {
      readonly environmentVariables: Readonly<Record<string, string>>;
      readonly functionAppDirectory: string;
    };
    readonly answer: Requests["workerInit"]["answer"];
  };
  readonly functionsMetadata: {
    readonly ask: undefined;
    readonly answer: {
      /** Nothing was registered: the host would look for function.json files, which we do not ship. */
      readonly useDefaultMetadataIndexing: boolean;
      readonly functions: readonly FunctionMetadata[];
    };
  };
  readonly invocation: { readonly ask: InvocationRequest; readonly answer: InvocationResponse };
}

export type RequestName = keyof Requests;

export type ToWorker =
  | {
      [Name in RequestName]: {
        readonly type: Name;
        readonly requestId: number;
        readonly ask: Requests[Name]["ask"];
      };
    }[RequestName]
  | { readonly type: "workerTerminate" };

export type FromWorker =
  | { readonly type: "answer"; readonly requestId: number; readonly answer: unknown }
  | { readonly type: "failure"; readonly requestId: number; readonly error: RpcException }
  | { readonly type: "log"; readonly log: RpcLog };

export interface RpcException {
  readonly message: string;
  readonly stackTrace?: string | undefined;
}
