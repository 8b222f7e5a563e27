import type { BlobServiceClient } from "@azure/storage-blob";
import type { QueueServiceClient } from "@azure/storage-queue";

import type { Clock } from "../../../shared/core/clock.ts";
import type { LogLevel } from "./protocol.ts";

/** How the host creates storage clients for the addresses in the app's settings. */
export interface HostStorage {
  readonly queues: (serviceUri: string) => QueueServiceClient;
  readonly blobs: (serviceUri: string) => BlobServiceClient;
}

/** Durations that are fixed in Azure's code. Tests may shorten them. */
export interface HostTiming {
  /** How long a received message is invisible; whole seconds. Azure: ten minutes. */
  readonly invisibilityMs: number;
  /** How long a stop waits for running invocations. Azure: 10 s. */
  readonly drainMs: number;
  /** How long the worker then has to end before it is killed. Azure: 5 s. */
  readonly terminateMs: number;
}

export interface HostOptions {
  /** The built folder. */
  readonly dist: string;
  /** The app settings: the worker's whole environment, without this process's own. */
  readonly env: Readonly<Record<string, string>>;
  readonly storage: HostStorage;
  readonly onLog?: (line: HostLog) => void;
  readonly onInvocation?: (event: InvocationEvent) => void;
  readonly clock?: Clock;
  readonly random?: () => number;
  /** The nodejs-worker version to emulate. 3.9.1 is the oldest in use and has no `log` hook. */
  readonly workerVersion?: string;
  /**
   * Starts workers as a warm pool does, which Flex Consumption always uses: the settings reach the
   * process after its start. The default; with `false` a worker starts with its settings.
   */
  readonly warm?: boolean;
  readonly timing?: Partial<HostTiming>;
}

/** One log line. `console`: written to the output of the worker's process. */
export interface HostLog {
  readonly source: "host" | "worker" | "user" | "console";
  readonly level: LogLevel;
  readonly message: string;
  readonly functionName?: string;
  readonly invocationId?: string;
}

export interface InvocationEvent {
  readonly phase: "started" | "succeeded" | "failed";
  readonly functionName: string;
  readonly invocationId: string;
  /** What was thrown, if it failed. */
  readonly error?: string;
}

/** How one invocation ended. */
export type InvocationResult =
  | { readonly succeeded: true; readonly invocationId: string; readonly value: unknown }
  | { readonly succeeded: false; readonly invocationId: string; readonly error: string };

export interface HostStatus {
  readonly state: "running" | "draining" | "stopped" | "gone" | "failed";
  /** The reason, if it has failed. */
  readonly failure?: string;
  /** 0 while no worker is up. */
  readonly workerPid: number;
  /** Workers that replaced a dead one since the host was started. */
  readonly workerRestarts: number;
  /** Invocations by function, since the host was first started. */
  readonly functions: Readonly<Record<string, Readonly<InvocationCounts>>>;
}

export interface InvocationCounts {
  running: number;
  succeeded: number;
  failed: number;
}
