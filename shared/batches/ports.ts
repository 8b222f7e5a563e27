import type { Operation } from "../catalogue/operation.ts";
import type { Clock } from "../core/clock.ts";
import type { Limits } from "../core/limits.ts";
import type { Emit } from "../core/telemetry.ts";
import type { Graph } from "../graph/types.ts";
import type { Blobs, Queue } from "../storage/types.ts";

/** The settings that decide what is accepted and what is held. */
export interface BatchSettings {
  readonly homeTenant: string;
  /** Every tenant that a batch may name, the home tenant included. */
  readonly tenants: readonly string[];
  readonly maxDeletes: number;
  readonly maxDisables: number;
  readonly maxInvalidRowsPercent: number;
  /** What happens to a batch that needs permissions which the token lacks. */
  readonly preflight: "hold" | "warn";
  /** Writes that Graph allows in `writeWindowSeconds`; the plan's estimate comes from it. */
  readonly writeQuota: number;
  readonly writeWindowSeconds: number;
}

/** What this folder works with; `compose.ts` builds it. */
export interface BatchPorts {
  readonly blobs: { readonly inbox: Blobs; readonly batches: Blobs; readonly runner: Blobs };
  /** Queue `accept`, to which the sweep sends what it found. */
  readonly acceptQueue: Queue;
  /** Wakes the tenant's runner. */
  readonly ring: (tenant: string) => Promise<void>;
  readonly graphFor: (tenant: string) => Graph;
  /**
   * The application permissions in the tenant's token; `fresh` asks for a new token first.
   * @throws OperatorError of the token module
   */
  readonly rolesFor: (
    tenant: string,
    how: { readonly fresh: boolean },
  ) => Promise<readonly string[]>;
  /** The page on which an administrator of the tenant consents to what the registration lists. */
  readonly consentUrl: (tenant: string) => string;
  readonly catalogue: Readonly<Record<string, Operation>>;
  readonly settings: BatchSettings;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly limits?: Partial<Limits>;
}

/** One delivery of a message. */
export interface Delivery {
  readonly messageId: string;
  /** By `clock.now()`: after it, accept stops at the next shard and answers `again`. */
  readonly deadlineMs: number;
  /** The same if it aborts: the instance is about to end. */
  readonly stopping?: AbortSignal;
}

/** The work is not finished and nothing is lost: deliver the same message again after the delay. */
export interface Postponed {
  readonly state: "again";
  readonly delaySeconds: number;
  readonly reason: string;
}

/** What became of a message. */
export type Accepted =
  | {
      readonly state: "done";
      /** `repeated`: the same message again, without effect; `ignored`: an event about something else. */
      readonly outcome: "accepted" | "repeated" | "refused" | "ignored";
      readonly folder?: string;
    }
  | Postponed;
