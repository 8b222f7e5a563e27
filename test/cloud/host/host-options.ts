import type { TokenCredential } from "@azure/identity";
import type { AnonymousCredential, StorageSharedKeyCredential } from "@azure/storage-blob";
import type {
  AnonymousCredential as NoQueueKey,
  StorageSharedKeyCredential as QueueKey,
} from "@azure/storage-queue";

import type { Clock } from "../../../shared/core/clock.ts";
import type { LogLevel } from "./protocol.ts";

/** How the host signs in to the storage at the addresses in the app's settings. */
export interface HostStorage {
  readonly queues: QueueKey | NoQueueKey | TokenCredential;
  readonly blobs: StorageSharedKeyCredential | AnonymousCredential | TokenCredential;
}

/** Durations that are fixed in Azure's code. Tests may shorten them. */
export interface HostTiming {
  /** How long a received message is invisible; whole seconds. Azure: ten minutes. */
  readonly invisibilityMs: number;
  /** How long a stop waits for running invocations. Azure: 10 s. */
  readonly drainMs: number;
  /** How long the worker then has to end before it is killed. Azure: 5 s. */
  readonly terminateMs: number;
  /** Between the start of a worker that replaced another and the next such start. Azure: 10 s. */
  readonly restartWaitMs: number;
  /** A gap between two crashes after which earlier ones no longer count. Azure: 30 minutes. */
  readonly forgetCrashesMs: number;
  /** How long a worker runs on after one of its invocations has timed out. Azure: 2 s. */
  readonly timeoutGraceMs: number;
  /**
   * How long the platform takes to start a host again that has stopped itself. Azure: unknown;
   * `Infinity` leaves it stopped.
   */
  readonly recycleMs: number;
}

export const AZURE_TIMING: HostTiming = {
  invisibilityMs: 600_000,
  drainMs: 10_000,
  terminateMs: 5_000,
  restartWaitMs: 10_000,
  forgetCrashesMs: 30 * 60_000,
  timeoutGraceMs: 2_000,
  recycleMs: 5_000,
};

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
  /** How often the host has stopped itself after crashes and was started again. */
  readonly recycles: number;
  /** Invocations by function, since the host was first started. */
  readonly functions: Readonly<Record<string, Readonly<InvocationCounts>>>;
}

export interface InvocationCounts {
  running: number;
  succeeded: number;
  failed: number;
}
