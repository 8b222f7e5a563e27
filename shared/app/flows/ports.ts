import type { Batches } from "../../batches/ports.ts";
import type { Clock } from "../../core/clock.ts";
import type { Emit } from "../../core/telemetry.ts";
import type { Graph } from "../../graph/graph.ts";
import type { CheckPorts } from "../../policies/check-certificate/certificate-check.ts";
import type { RunnerPorts } from "../../runner/ports.ts";
import type { Blobs, Queue } from "../../storage/types.ts";

/** The settings that a flow reads itself; `Settings` has all of them. */
export interface FlowSettings {
  readonly TENANT_ID: string;
  readonly DECISION_PROOF: "queue" | "signed";
  readonly DECISION_CLIENT_ID: string;
  readonly tenants: readonly string[];
  readonly KEY_VAULT_URI: string;
  readonly CERTIFICATE_NAME: string;
  readonly STALE_ACCOUNTS_MODE: "off" | "report" | "apply";
  readonly STALE_ACCOUNTS_DAYS: number;
  readonly STALE_ACCOUNTS_MINIMUM_AGE_DAYS: number;
  readonly STALE_ACCOUNTS_EXCLUDED_GROUP: string;
}

/** What the flows work with; `compose.ts` builds it once an instance. */
export interface FlowPorts {
  readonly settings: FlowSettings;
  readonly batches: Batches;
  readonly runnerFor: (tenant: string) => RunnerPorts;
  readonly graphFor: (tenant: string) => Graph;
  readonly blobs: { readonly inbox: Blobs; readonly runner: Blobs };
  readonly queues: {
    readonly accept: Queue;
    readonly run: Queue;
    readonly certificateEvents: Queue;
    readonly decisions: Queue;
  };
  /** The certificate's, in the home tenant. */
  readonly certificatePorts: CheckPorts;
  /** Puts a ring on queue `run`: it wakes the tenant's runner. */
  readonly ring: (tenant: string) => Promise<void>;
  /** SHA-256, hex, of the bundle that runs; `undefined` if the sources do. */
  readonly bundleDigest: () => string | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly emit: Emit;
}

/** One invocation of the host, as a flow sees it. */
export interface Call {
  /** Aborts when the instance is about to end: stop soon, and hand over what is left. */
  readonly stopping: AbortSignal;
  /** The host does not deliver this message again if it fails. */
  readonly isLastAttempt: boolean;
  /** Writes a line for people who read the function's log. Alerts read events (`emit`) instead. */
  readonly note: (line: string) => void;
}
