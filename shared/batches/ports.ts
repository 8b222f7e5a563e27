import type { Operation } from "../catalogue/operation.ts";
import type { VerdictCounts } from "../catalogue/row.ts";
import type { Clock } from "../core/clock.ts";
import type { Limits } from "../core/limits.ts";
import type { Emit } from "../core/telemetry.ts";
import type { Graph } from "../graph/types.ts";
import type { Outcomes } from "../records/receipt.ts";
import type { Blobs, Queue } from "../storage/types.ts";

/** The settings that decide what is accepted and what is held. */
export interface BatchSettings {
  readonly homeTenant: string;
  /** Every tenant that a batch may name, the home tenant included. */
  readonly tenants: readonly string[];
  readonly maxDeletes: number;
  readonly maxDisables: number;
  readonly maxInvalidRowsPercent: number;
  /** What becomes of a batch that needs permissions which the token lacks. */
  readonly preflight: "hold" | "warn";
  /** Writes that Graph allows in `writeWindowSeconds`; the plan's estimate comes from it. */
  readonly writeQuota: number;
  readonly writeWindowSeconds: number;
}

/** What this folder works with; `compose.ts` builds it. */
export interface BatchPorts {
  readonly blobs: { readonly inbox: Blobs; readonly batches: Blobs; readonly runner: Blobs };
  /** Queue `accept`, where the sweep puts what it found. */
  readonly acceptQueue: Queue;
  /** Wakes the tenant's runner. */
  readonly ring: (tenant: string) => Promise<void>;
  readonly graphFor: (tenant: string) => Graph;
  /**
   * The application permissions in the tenant's token; `fresh` in one that is asked for now.
   * @throws OperatorError of the token module
   */
  readonly rolesFor: (
    tenant: string,
    how: { readonly fresh: boolean },
  ) => Promise<readonly string[]>;
  /** Where an administrator of the tenant consents to what the registration lists. */
  readonly consentUrl: (tenant: string) => string;
  readonly catalogue: Readonly<Record<string, Operation>>;
  readonly settings: BatchSettings;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly limits?: Partial<Limits>;
}

/** How a message came. */
export interface Delivery {
  readonly messageId: string;
  /** By `clock.now()`: past it, accept leaves off at the next shard and says `again`. */
  readonly deadlineMs: number;
}

/** What became of a message. */
export type Accepted =
  | {
      readonly state: "done";
      /** `repeated`: the same again, without effect; `ignored`: an event of something else. */
      readonly outcome: "accepted" | "repeated" | "refused" | "ignored";
      readonly folder?: string;
    }
  /** Not finished, nothing lost: deliver the same message again after the delay. */
  | { readonly state: "again"; readonly delaySeconds: number; readonly reason: string };

/** What became of a message that was given up. */
export type Settling = { readonly state: "done" } | Extract<Accepted, { state: "again" }>;

/** Everything between the ways in and the runner. */
export interface Batches {
  /**
   * Accepts, plans and hands over one message of queue `accept`: ours or an Event Grid event. Safe
   * to repeat: the work goes on where it was left. Bad input ends in refused.json, never in a throw.
   * @throws OperatorError disposition `stop` where only an administrator can help, and what is
   * unexpected; the reason is kept for `settlePoison`.
   */
  accept(message: unknown, delivery: Delivery): Promise<Accepted>;
  /** Queues every inbox file that no batch has yet, and says how many those are. */
  sweepInbox(): Promise<{ readonly inboxFiles: number }>;
  /**
   * Writes the reports and the final status of a batch whose every row is final, and returns the
   * count of its verdicts. Repeating it changes nothing.
   * @throws TypeError where a row has no verdict or the sum is not the number of rows.
   */
  finishBatch(folder: string, outcomes: Outcomes): Promise<VerdictCounts>;
  /**
   * Says in the batch what a message in a poison queue meant and why it was lost. Never throws; `again`
   * where it cannot be said now: the message belongs back in the queue that gave it up.
   */
  settlePoison(queue: string, message: unknown, messageId: string): Promise<Settling>;
}
